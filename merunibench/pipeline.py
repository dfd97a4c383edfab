"""Infer, extract and score in one run; every stage writes plain files, and an interrupted run can be resumed.

The folder of the run contains `run.toml`, `predictions/<model>/`, `labels/<model>/`, `report.json` and `report.md`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from merunibench.data import find_labels, open_predictions
from merunibench.errors import InputError
from merunibench.evaluation import evaluate
from merunibench.extraction import Rules, extract
from merunibench.extraction.files import refuse_unread
from merunibench.files import write_text
from merunibench.inference.runner import Done, Progress
from merunibench.inference.session import Plan, carry_out, plan
from merunibench.inference.settings import RunSettings
from merunibench.lexicon import load_lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.report import Report
from merunibench.settings import ALL_RULES, settings_as_toml

if TYPE_CHECKING:
    from merunibench.data import Extractor
    from merunibench.extraction.llm import Question


def plan_run(settings: RunSettings) -> Plan:
    """Check clips, labels, libraries, and the extractor and lexicon that are needed later.

    Raises:
        InputError: clips or prompt cannot be found or read, a data set has no labels or is of a kind that cannot be
            extracted or scored, or the lexicon or extractor does not exist.
    """
    planned = plan(settings.model_copy(update={"out": settings.out / "predictions"}))
    labelled = _truths(settings, planned)
    bare = [clips.dataset for clips in planned.clips if clips.dataset not in labelled]
    if bare:
        raise InputError(
            f"{settings.data_root or settings.clips}: no labels of {', '.join(bare)} to score with; "
            "leave it out (--dataset), or use `merunibench infer`"
        )
    # Check now what is needed only at the end, after the model may have run for days.
    tasks = [task for clips in planned.clips if (task := settings.tasks().find(clips.dataset))]
    refuse_unread(tasks)
    for task in tasks:
        PROTOCOLS[settings.protocol].must_score(task.kind)
    load_lexicon(settings.lexicon)
    _readers(settings)
    return planned


def run(
    settings: RunSettings, planned: Plan, progress: Progress | None = None, tell: Callable[[str], None] = lambda _: None
) -> tuple[list[Done], Report]:
    """Carry out all three stages, and write the report.

    Args:
        settings: The settings of the run.
        planned: The result of `plan_run`.
        progress: Called with the progress of inference.
        tell: Called with the name of each stage.

    Returns:
        The outcome for each data set, and the report.

    Raises:
        InputError: a stage cannot continue.
    """
    done = carry_out(planned, _recording(settings, progress))
    tell(f"labels from answers, by {settings.extractor}")
    labels = settings.out / "labels" / planned.folder.name
    _extract(settings, done, planned.folder, labels)
    tell("scores")
    report = evaluate(
        labels,
        _truths(settings, planned),
        datasets=[clips.dataset for clips in planned.clips],
        tasks=settings.tasks(),
        **settings.arguments(),
    )
    write_text(settings.out / "report.json", report.to_json())
    write_text(settings.out / "report.md", report.to_markdown())
    return done, report


def _extract(settings: RunSettings, done: Sequence[Done], predictions: Path, labels: Path) -> None:
    """Extract labels and polarity for every result, by rules or language models."""
    # Checkpoints have their own folders below the model's.
    folders = [labels / each.path.parent.relative_to(predictions) for each in done]
    sources = [open_predictions(each.path, model=labels.name, tasks=settings.tasks()) for each in done]
    readers = _readers(settings)
    if readers is None:
        rules = Rules.named(settings.extractor, parity=settings.affectgpt_style)
        for source, folder in zip(sources, folders, strict=True):
            extract(source, folder, extractor=rules, polarity=True)
        return
    from merunibench.extraction.llm import extract_with_models

    read, decide = readers
    for source, folder in zip(sources, folders, strict=True):
        extract_with_models(source, folder, labels=read, polarity=decide, retry_failed=settings.retry_failed)


def _readers(settings: RunSettings) -> "tuple[Question | Extractor, Question | Extractor | None] | None":
    """Return the extractors of labels and polarity; None if rules do both."""
    judge = settings.polarity_extractor or settings.extractor
    if settings.extractor == judge and judge in ALL_RULES:
        return None
    from merunibench.extraction.llm import open_backends

    return open_backends(settings.extractor, judge, parity=settings.affectgpt_style, device=settings.device)


def _recording(settings: RunSettings, progress: Progress | None) -> Progress:
    """Write `run.toml` when the first rows are reported, so that refused settings do not replace those of the rows."""
    recorded = False

    def report(dataset: str, done: int, count: int, failed: int) -> None:
        nonlocal recorded
        if not recorded:
            write_text(settings.out / "run.toml", settings_as_toml(settings))
            recorded = True
        if progress:
            progress(dataset, done, count, failed)

    return report


def _truths(settings: RunSettings, planned: Plan) -> dict[str, Path]:
    """Return data set -> label file: below the data root, next to its definition, or the table of clips with labels."""
    tables = {clips.dataset: clips.where for clips in planned.clips if clips.is_labelled}
    return {**tables, **find_labels(settings.data_root, settings.tasks())}
