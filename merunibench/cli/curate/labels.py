"""`merunibench curate labels`: extract labels and polarity from descriptions with a language model."""

from pathlib import Path

from merunibench._arrow import spare_pandas
from merunibench.cli import _running as running
from merunibench.cli._output import emit, log_stderr
from merunibench.cli.curate.measure import DIR
from merunibench.curation.labelling import LabelSettings
from merunibench.errors import InputError


def labels(settings: LabelSettings, folder: Path = DIR) -> None:
    """Extract labels and polarity from descriptions with a language model. `measure` uses rules.

    Writes labels/<set>.jsonl; an interrupted run resumes. Example: `merunibench curate labels DIR --extractor hf:M`
    """
    spare_pandas()
    from merunibench.curation.folder import Folder
    from merunibench.curation.labelling import label

    if settings.by_rules:
        raise InputError(
            "`merunibench curate measure` extracts labels by rules; run it, or name a language model with --extractor"
        )
    with running.interruptible(), running.progress_bar("rows") as progress:
        done = label(Folder(folder), settings, progress)
    if done is not None:
        emit("".join(f"{path}\n" for path in done.files))
        failed = f"; {done.failed} failed (--retry-failed asks again)" if done.failed else ""
        log_stderr(f"labels of {done.labels} texts, {done.polarities} polarities{failed}")
