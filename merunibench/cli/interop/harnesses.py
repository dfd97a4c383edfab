"""`merunibench integrations write`: write a folder of tasks for an evaluation harness."""

from pathlib import Path
from typing import Literal

from merunibench.cli import _options as options
from merunibench.cli._output import emit, log_stderr, warn
from merunibench.settings import argument, option, protocol_names

_HARNESS = argument(..., "The harness: lm-eval (subtitles alone) or lmms-eval (clips).", "HARNESS")
_FOLDER = argument(..., "Folder to write the tasks to; give it to the harness as --include_path.", "DIR")
_ROOT = option(..., "Folder with the ground truth and subtitles; for lmms-eval also the clips.", "DIR")
_DATASET = option((), "Data set; repeat for several.", "NAME", shown="all whose labels are found")
_PROTOCOL = option(
    "official", "Scoring protocol; official is the one of the published results.", choices=protocol_names
)
_LEXICON = option("builtin", "Lexicon, as for merunibench score.", "NAME")


def write(
    harness: Literal["lm-eval", "lmms-eval"] = _HARNESS,
    folder: Path = _FOLDER,
    data_root: Path = _ROOT,
    dataset: tuple[str, ...] = _DATASET,
    protocol: str = _PROTOCOL,
    lexicon: str = _LEXICON,
    level: Literal[1, 2] = options.LEVEL(),
) -> None:
    """Write a folder of tasks for lm-evaluation-harness or lmms-eval.

    The folder contains labels, which are licensed: do not share it.

    Example: `merunibench integrations write lm-eval tasks --data-root dataset/`
    """
    from merunibench.integrations.tasks import write_tasks

    settings = {"protocol": protocol, "lexicon": lexicon, "level": level}
    written = write_tasks(harness, folder, data_root, datasets=dataset, settings=settings)
    for task in written.tasks:
        emit(f"{task}\n")
    warn(written.remarks)
    log_stderr(
        f"{folder}: {len(written.tasks)} tasks with {sum(written.samples)} samples, for --include_path of {harness}"
    )
