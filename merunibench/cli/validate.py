"""`merunibench validate`: report what predictions contain, and whether they would be scored."""

from pathlib import Path
from typing import Literal

from pydantic import PositiveInt

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit_result, fail_on
from merunibench.errors import InputError
from merunibench.settings import FAIL_ON_WARNING, MAX_BYTES, MISSING, ReadSettings, TaskSettings, option


class ValidateOptions(ReadSettings, TaskSettings):
    """Options that say which predictions are validated."""

    predictions: Path = options.PREDICTIONS
    data_root: Path | None = option(None, "Folder with the ground truth, to check sample names.", "DIR")
    dataset: tuple[str, ...] = option((), "Data set to validate; repeat for several.", "NAME", shown="all found")
    folder: str | None = options.FOLDER(help="Model folder to use, if PREDICTIONS contains several.")
    missing: Literal["error", "zero", "skip"] = MISSING()
    max_bytes: PositiveInt = MAX_BYTES


def validate(
    settings: ValidateOptions,
    output_format: str | None = options.formats("Validation"),
    output: Path | None = options.OUTPUT,
    fail_on_warning: bool = FAIL_ON_WARNING,
) -> None:
    """Report what each predictions file contains and whether it would be scored. Nothing is scored.

    Exit code 2 if it would not be. Example: `merunibench validate results/ --data-root dataset/ --format json`
    """
    spare_pandas()
    from merunibench.evaluation import validate as look_at

    found = look_at(
        settings.predictions,
        settings.data_root,
        datasets=settings.dataset or None,
        model=settings.folder,
        missing=settings.missing,
        max_bytes=settings.max_bytes,
        tasks=settings.tasks(),
        **settings.reading(),
    )
    emit_result(found, output_format, output)
    if not found.valid:
        number = len(found.problems)
        raise InputError(f"would not be scored: {number} problem{'s' * (number > 1)}, the first: {found.problems[0]}")
    fail_on(found.warnings, fail_on_warning)
