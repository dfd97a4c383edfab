"""`merunibench compare`: test whether one system is better than another."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import PositiveInt

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit_result, fail_on, warn
from merunibench.cli._running import progress_bar
from merunibench.errors import InputError
from merunibench.settings import (
    FAIL_ON_WARNING,
    ReadSettings,
    ScoreSettings,
    ScoringRules,
    TaskSettings,
    argument,
    option,
)

if TYPE_CHECKING:
    from merunibench.report import Report


class CompareOptions(ScoreSettings, ReadSettings, TaskSettings):
    """Options that say what is compared, how it is scored, and how the difference is tested."""

    first: Path = argument(..., "Predictions, or a file that `merunibench score --per-sample` wrote.", "FIRST")
    second: Path = argument(..., "The other system, in the same forms.", "SECOND")
    data_root: Path | None = option(None, "Folder with the ground truth; not needed for per-sample files.", "DIR")
    dataset: tuple[str, ...] = option((), "Data set to compare; repeat for several.", "NAME", shown="all found")
    name: tuple[str, ...] = option(
        (), "Name of a system in the output; give it twice, for FIRST and SECOND.", "NAME", shown="their folders"
    )
    folder: str | None = options.FOLDER(help="Model folder in FIRST, if it contains several.")
    other_folder: str | None = option(
        None, "Model folder in SECOND.", "NAME", shown="same as --folder", old=("other_model",)
    )
    other_checkpoint: str | None = option(
        None, "Checkpoint of SECOND.", "RULE|NAME", shown="same as --checkpoint", panel="Scoring"
    )
    checkpoint: str = option(
        "last",
        "last, a checkpoint's name, or one chosen on the test labels: best-per-dataset, best-overall.",
        "RULE|NAME",
        panel="Scoring",
    )
    bootstrap: PositiveInt = option(1000, "Number of bootstrap resamples and of permutations.", "N", panel="Intervals")


def compare(
    settings: CompareOptions,
    output_format: str | None = options.formats("Comparison"),
    output: Path | None = options.OUTPUT,
    fail_on_warning: bool = FAIL_ON_WARNING,
) -> None:
    """Test the difference of two systems on the same samples.

    Paired bootstrap and approximate randomisation, for each data set (Holm-corrected for their number) and for the
    mean of the nine. Systems that were scored differently (another lexicon, other samples, ...) are refused.
    """
    spare_pandas()
    from merunibench.evaluation import compare as compare_systems
    from merunibench.evaluation import told_apart
    from merunibench.scoring import is_per_sample_file

    if len(settings.name) not in (0, 2):
        raise InputError(f"--name: given {len(settings.name)} times; give it twice, for FIRST and SECOND")
    paths = settings.first, settings.second
    scored = [is_per_sample_file(path) for path in paths]
    if all(scored):
        _refuse_scoring_options(settings)
    folders = settings.folder, settings.other_folder or settings.folder
    rules = settings.checkpoint, settings.other_checkpoint or settings.checkpoint
    first, second = (
        path if done else _score(path, settings, folder, rule)
        for path, done, folder, rule in zip(paths, scored, folders, rules, strict=True)
    )
    result = compare_systems(
        first,
        second,
        resamples=settings.bootstrap,
        seed=settings.bootstrap_seed,
        units=settings.units,
        datasets=settings.dataset,
        tasks=settings.tasks(),
    )
    result = result.named((settings.name[0], settings.name[1])) if settings.name else told_apart(result, paths)
    said = (*(each for system in (first, second) for each in getattr(system, "warnings", ())), *result.warnings)
    warnings = list(dict.fromkeys(said))
    warn(warnings)
    emit_result(result, output_format, output)
    fail_on(warnings, fail_on_warning)


def _score(path: Path, settings: CompareOptions, folder: str | None, rule: str) -> "Report":
    """Score predictions without intervals, since only the interval of the difference is needed."""
    from merunibench.evaluation import evaluate
    from merunibench.report.written import WrittenReport

    if WrittenReport.is_in(path):
        raise InputError(
            f"{path}: a report does not contain samples; compare files of `score --per-sample`, or predictions"
        )
    if settings.data_root is None and not settings.task:
        raise InputError(f"{path}: not written by `score --per-sample`; predictions need --data-root")
    arguments = (
        settings.arguments() | settings.reading() | {"checkpoint": rule, "bootstrap": 0, "datasets": settings.dataset}
    )
    arguments["tasks"] = settings.tasks()
    with progress_bar() as progress:
        return evaluate(path, settings.data_root, model=folder, **arguments, progress=progress)


def _refuse_scoring_options(settings: CompareOptions) -> None:
    """Refuse options that affect scoring if all inputs are scored already: an error is better than ignoring them."""
    deciding = ("data_root", *ScoringRules.model_fields, *ReadSettings.model_fields, "other_checkpoint")
    given = [settings.flag(name) for name in deciding if name in settings.model_fields_set and name != "max_bytes"]
    if given:
        raise InputError(f"{', '.join(given)}: no effect on per-sample files, which are scored already; leave it out")
