"""Build a report from the scores of every checkpoint: selection, intervals, warnings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow.compute as pc

from merunibench.errors import InputError
from merunibench.report import BENCHMARK_DATASETS, Report, SharedSamples
from merunibench.scoring import (
    BEST_OVERALL,
    BEST_PER_DATASET,
    Progress,
    Scored,
    Settings,
    refuse_mixed_origins,
    select_checkpoints,
    selection_biases,
)
from merunibench.signature import joint_signature
from merunibench.statistics import BootstrapCounts, interval
from merunibench.tasks import BUILTIN, task_order

Checkpoints = Mapping[str, Mapping[str, Scored]]
"""Data set -> checkpoint -> its score."""

_MUCH = 0.2  # share of unknown labels above which a file is suspicious


def build_report(
    scores: Checkpoints,
    settings: Settings,
    *,
    model: str,
    warnings: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Select checkpoints, estimate intervals and build the report.

    Args:
        scores: Data set -> checkpoint -> its score.
        settings: What they were scored with; the checkpoint is what `resolve_rule` returned.
        model: The model's name.
        warnings: What else a reader of the scores should know.
        progress: As for `evaluate`.

    Raises:
        InputError: the best checkpoint is requested, but checkpoints were scored on different samples, their labels
            come from different extractors, or data sets have no checkpoint in common.
    """
    rule = settings.checkpoint
    if rule in (BEST_PER_DATASET, BEST_OVERALL):
        for name, found in scores.items():
            origins = {stem: (each.signature.labels, each.signature.polarity) for stem, each in found.items()}
            refuse_mixed_origins(name, origins)
        if settings.missing == "skip":
            _refuse_unequal_samples(scores)
    figures = {name: {stem: each.score for stem, each in found.items()} for name, found in scores.items()}
    selected = select_checkpoints(figures, rule)
    resampled = _resampled(scores, selected, settings, progress)
    biases = selection_biases(resampled, rule)
    results = []
    for name, found in scores.items():
        every = {stem: each.alone() for stem, each in found.items()}
        chosen = resampled[name][selected[name]]
        results.append(replace(chosen, checkpoints=every, selection_bias=biases.get(name)))
    missing = tuple(name for name in BENCHMARK_DATASETS if name not in scores)
    partial = tuple(each.dataset for each in results if each.dataset in BENCHMARK_DATASETS and not each.is_complete)
    not_in_full = tuple(task_order({*missing, *partial}))
    return Report(
        model=model,
        protocol=settings.protocol,
        lexicon={"name": settings.lexicon.name, "sha256": settings.lexicon.sha256},
        level=settings.level,
        checkpoint_selection=rule,
        datasets=tuple(results),
        **({} if not_in_full else _mean([each for each in results if each.dataset in BENCHMARK_DATASETS])),
        missing_datasets=not_in_full,
        warnings=(*warnings, *(warning for each in results for warning in _warnings(each))),
        signature=joint_signature([each.signature for each in results]),
    )


def _resampled(
    scores: Checkpoints, selected: Mapping[str, str], settings: Settings, progress: Progress | None
) -> Checkpoints:
    """Return the scores with intervals: of all checkpoints if one is chosen by score, else of the selected one."""
    choosing = settings.checkpoint in (BEST_PER_DATASET, BEST_OVERALL)
    draws = BootstrapCounts()
    found: dict[str, dict[str, Scored]] = {}
    for step, (name, every) in enumerate(scores.items()):
        if progress:
            progress(f"{name} intervals", step, len(scores))
        wanted = list(every) if choosing else [selected[name]]
        found[name] = {stem: every[stem].resampled(settings, draws) for stem in wanted}
    return found


def _mean(nine: Sequence[Scored]) -> dict[str, Any]:
    """Return the fields of a report about the mean of the nine data sets."""
    drawn = [each.replicates for each in nine]  # empty for a data set of a single dialogue, if dialogues are resampled
    biases = [each.selection_bias for each in nine if each.selection_bias is not None]
    return {
        "mean": fmean(each.score for each in nine),
        "mean_ci": interval(np.mean(drawn, axis=0)) if all(map(len, drawn)) else None,
        "mean_selection_bias": fmean(biases) if len(biases) == len(nine) else None,
        "mean_runs": tuple(map(fmean, zip(*(each.runs for each in nine), strict=True))),
        "counted_twice": tuple(_shared(nine)),
    }


def _shared(nine: Sequence[Scored]) -> Iterator[SharedSamples]:
    """Yield the samples that are in two of the data sets."""
    for first, second in combinations(nine, 2):
        ours, theirs = first.any_samples, second.any_samples
        if ours is None or theirs is None or ours.task.namespace != theirs.task.namespace:
            continue
        samples = int(pc.sum(pc.is_in(ours.names, theirs.names)).as_py() or 0)
        if samples:
            yield SharedSamples((first.dataset, second.dataset), samples)


def _refuse_unequal_samples(scores: Checkpoints) -> None:
    """Refuse to choose among scores on different samples: the best one could be that which skips hard samples."""
    for name, found in scores.items():
        if len({each.signature.gt for each in found.values()}) > 1:
            counts = ", ".join(f"{stem} {each.signature.n}" for stem, each in found.items())
            raise InputError(
                f"{name}: with --missing skip, the checkpoints were scored on different samples ({counts}), so the "
                "best checkpoint cannot be chosen; use --missing zero, or --checkpoint last or a name"
            )


def _meant(result: Scored) -> str:
    """Return which data set labels may belong to if their number differs from the official set."""
    task = result.task
    if (other := BUILTIN.meant(task, result.samples)) is not None:
        return f": it is {other.title} (--dataset {other.id}), which is not part of the mean"
    # Names of challenge sets are not public, so these may be labels of another data set.
    builtin = task.own or task.benchmark
    return "" if builtin else "; define your own data set for your own labels (`merunibench datasets init`)"


def _warnings(result: Scored) -> list[str]:
    said = []
    if result.expected_samples and result.samples != result.expected_samples:
        official = f"the official set {result.expected_samples}"
        said.append(f"{result.dataset}: the ground truth has {result.samples} samples, {official}{_meant(result)}")
    said += [f"{result.dataset}: {remark}" for remark in result.remarks]
    if (result.out_of_lexicon or 0) > _MUCH:
        share = f"{100 * (result.out_of_lexicon or 0):.0f} %"
        said.append(f"{result.dataset}: {share} of the labels are unknown to the lexicon: are they emotion words?")
    if result.extra:
        said.append(f"{result.dataset}: {result.extra} predictions have no ground truth and are ignored")
    return said
