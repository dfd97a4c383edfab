"""Answers, labels and scores in one go; every stage leaves plain files, and a second start goes on.

Below the folder of the run: `run.toml`, `predictions/<model>/`, `labels/<model>/`, `report.json` and `report.md`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from merunibench.data import find_truth, open_predictions
from merunibench.errors import InputError
from merunibench.evaluation import evaluate
from merunibench.extraction import Rules, extract
from merunibench.files import write_text
from merunibench.inference.runner import Done, Progress
from merunibench.inference.session import Plan, carry_out, plan
from merunibench.inference.settings import InferSettings, RunSettings, settings_as_toml
from merunibench.report import Report

RULES = "rules"


@dataclass(frozen=True)
class Outcome:
    """What a run came to: what it did for each data set, and the scores."""

    done: tuple[Done, ...]
    report: Report


def plan_run(settings: RunSettings) -> Plan:
    """Look ahead: clips, labels, libraries.

    Raises:
        InputError: clips or prompt cannot be found or read, or a data set has no labels to score with.
    """
    inner = InferSettings.model_validate(
        {key: getattr(settings, key) for key in InferSettings.model_fields} | {"out": settings.out / "predictions"}
    )
    planned = plan(inner)
    labelled = find_truth(_root(settings))
    bare = [clips.dataset for clips in planned.clips if clips.dataset not in labelled]
    if bare:
        raise InputError(
            f"{settings.data_root}: no labels of {', '.join(bare)} to score with; leave it out (--dataset), or use "
            f"`merunibench infer`"
        )
    return planned


def run(
    settings: RunSettings, planned: Plan, progress: Progress | None = None, tell: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Carry out all three stages, and write the report.

    Args:
        settings: What was asked for.
        planned: What `plan_run` made of it.
        progress: Told how inference goes on.
        tell: Told which stage begins.

    Raises:
        InputError: a stage cannot go on.
    """
    written = settings.out / "run.toml"
    if not written.exists():
        write_text(written, settings_as_toml(settings))
    done = carry_out(planned, progress)
    # Not before: a run with other settings is refused there, and those of the results must stay beside them.
    write_text(written, settings_as_toml(settings))
    tell(f"labels from answers, by {settings.extractor}")
    labels = settings.out / "labels" / planned.folder.name
    _extract(settings, done, planned.folder, labels)
    tell("scores")
    report = evaluate(
        labels,
        _root(settings),
        datasets=[clips.dataset for clips in planned.clips],
        lexicon=settings.lexicon,
        protocol=settings.protocol,
        level=settings.level,
        missing="skip" if settings.limit else "error",
        bootstrap=settings.bootstrap,
    )
    write_text(settings.out / "report.json", report.to_json())
    write_text(settings.out / "report.md", report.to_markdown())
    return Outcome(tuple(done), report)


def _extract(settings: RunSettings, done: Sequence[Done], predictions: Path, labels: Path) -> None:
    """Labels and polarity for every result, by rules or by language models."""
    judge = settings.polarity_extractor or settings.extractor
    # Checkpoints have folders of their own below the model's.
    folders = [labels / each.path.parent.relative_to(predictions) for each in done]
    sources = [open_predictions(each.path, model=labels.name) for each in done]
    if settings.extractor == judge == RULES:
        for source, folder in zip(sources, folders, strict=True):
            extract(source, folder, extractor=Rules(parity=settings.parity), polarity=True)
        return
    from merunibench.extraction.llm import extract_with_models, open_backends

    read, decide = open_backends(settings.extractor, judge, parity=settings.parity, device=settings.device)
    for source, folder in zip(sources, folders, strict=True):
        extract_with_models(source, folder, labels=read, polarity=decide, retry_failed=settings.retry_failed)


def _root(settings: RunSettings) -> Path:
    if settings.data_root is None:
        raise InputError("scoring needs labels: give --data-root")
    return settings.data_root
