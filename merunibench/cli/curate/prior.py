"""`merunibench curate prior`: find the best base models on a human-labelled subset."""

from pathlib import Path
from typing import Literal

from pydantic import NonNegativeInt, PositiveInt

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit_result
from merunibench.cli._running import progress_bar
from merunibench.settings import MAX_BYTES, MISSING, argument, option


def prior(
    outputs: tuple[Path, ...] = argument(
        ..., "Predictions of each candidate: tables, or folders of tables.", "OUTPUTS"
    ),
    truth: Path = option(..., "Human labels of a subset: a table with name and openset (or labels).", "FILE"),
    lexicon: str = option(
        "builtin",
        "builtin, an installed lexicon (mer2025), a release's folder, or one of your own.",
        "NAME|PATH",
    ),
    level: Literal[1, 2] = options.LEVEL(),
    missing: Literal["error", "zero", "skip"] = MISSING(),
    bootstrap: PositiveInt = option(1000, "Number of bootstrap resamples and of permutations.", "N"),
    bootstrap_seed: NonNegativeInt = option(0, "Seed of the resampling.", "SEED"),
    max_bytes: PositiveInt = MAX_BYTES,
    output_format: Literal["table", "json"] | None = option(
        None, "Format of the result.", flag="--format", shown="from the ending of --output, else table"
    ),
    output: Path | None = options.OUTPUT,
) -> None:
    """Compare base models, and merged pairs, on a human-labelled subset: F1, chance, paired tests.

    Recommends all candidates that do not differ significantly from the best, and estimates how many clips would be
    needed to find a significant difference.

    Example: `merunibench curate prior outputs/ --truth labels.csv`
    """
    spare_pandas()
    from merunibench.curation.prior import prior as compare
    from merunibench.lexicon import load_lexicon
    from merunibench.scoring import Settings

    settings = Settings(load_lexicon(lexicon), level=level, missing=missing, bootstrap=bootstrap, seed=bootstrap_seed)
    with progress_bar() as progress:
        found = compare(outputs, truth, settings, max_bytes=max_bytes, progress=progress)
    emit_result(found, output_format, output)
