"""Per-sample scores of every checkpoint -> Report: selection, intervals, signature, warnings."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

import numpy as np
import numpy.typing as npt

from merunibench.errors import InputError
from merunibench.evaluation.replicates import score_replicates
from merunibench.evaluation.scoring import SampleScores
from merunibench.evaluation.selection import BEST_OVERALL, BEST_PER_DATASET, select_checkpoints
from merunibench.evaluation.settings import Progress, Settings
from merunibench.metrics import CORRECTED, METRIC_VERSION
from merunibench.report import BENCHMARK_DATASETS, CheckpointResult, DatasetResult, Report
from merunibench.signature import Signature
from merunibench.statistics import interval
from merunibench.tasks import TASKS, Task, task_order

FloatArray = npt.NDArray[np.float64]

_ODD_SHARE, _MOSTLY = 0.05, 0.5  # of labels: above these a file looks wrong


def build_report(
    scores: Mapping[str, Mapping[str, SampleScores]],
    settings: Settings,
    *,
    model: str,
    tasks: Mapping[str, Task] = TASKS,
    warnings: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Select checkpoints, estimate intervals and put the report together.

    Args:
        scores: Data set -> checkpoint -> its per-sample scores.
        settings: What they were scored with; the checkpoint is what `resolve_rule` returned.
        model: The model's name.
        tasks: The data sets' definitions.
        warnings: What else a reader of the scores should know.
        progress: As for `evaluate`.

    Raises:
        InputError: the best of checkpoints that were scored on different samples is wanted, or there is no common one.
    """
    rule = settings.checkpoint
    if settings.missing == "skip" and rule in (BEST_PER_DATASET, BEST_OVERALL):
        _refuse_unequal_samples(scores)
    figures = {name: {stem: each.score for stem, each in found.items()} for name, found in scores.items()}
    selected = select_checkpoints(figures, rule)
    results, replicates = [], {}
    for step, (name, found) in enumerate(scores.items()):
        if progress:
            progress(f"{name} intervals", step, len(scores))
        chosen = found[selected[name]]
        replicates[name] = score_replicates(chosen, settings.bootstrap, settings.seed, cluster=settings.cluster)
        results.append(_dataset_result(tasks[name], selected[name], found, replicates[name], settings))
    missing = tuple(name for name in BENCHMARK_DATASETS if name not in scores)
    partial = tuple(each.dataset for each in results if each.dataset in BENCHMARK_DATASETS and not each.is_complete)
    not_in_full = tuple(task_order({*missing, *partial}))
    nine = [each for each in results if each.dataset in BENCHMARK_DATASETS]
    complete = not not_in_full
    return Report(
        model=model,
        protocol=settings.protocol,
        lexicon={"name": settings.lexicon.name, "sha256": settings.lexicon.sha256},
        level=settings.level,
        checkpoint_selection=rule,
        datasets=tuple(results),
        mean=fmean(each.score for each in nine) if complete else None,
        mean_ci=interval(np.mean([replicates[each.dataset] for each in nine], axis=0)) if complete else None,
        missing_datasets=not_in_full,
        warnings=(*warnings, *(warning for each in results for warning in _warnings(each))),
        signature=joint_signature([each.signature for each in results]),
    )


def _refuse_unequal_samples(scores: Mapping[str, Mapping[str, SampleScores]]) -> None:
    """The best of scores on different samples would be the one that skips the hard ones."""
    for name, found in scores.items():
        if len({each.truth.sha256 for each in found.values()}) > 1:
            counts = ", ".join(f"{stem} {len(each.truth)}" for stem, each in found.items())
            raise InputError(
                f"{name}: under --missing skip the checkpoints were scored on different samples ({counts}), so the "
                "best of them cannot be told; choose --missing zero, or --checkpoint last or a name"
            )


def _dataset_result(
    task: Task,
    selected: str,
    found: Mapping[str, SampleScores],
    replicates: FloatArray,
    settings: Settings,
) -> DatasetResult:
    chosen = found[selected]
    return DatasetResult(
        dataset=task.id,
        kind=task.kind,
        checkpoint=selected,
        primary=CORRECTED if chosen.metric.chance_corrected else chosen.metric.score_key,
        score=chosen.score,
        ci=interval(replicates),
        chance=chosen.chance,
        uncorrected=chosen.metrics[chosen.metric.score_key],
        metrics=chosen.metrics,
        wheels=chosen.summary.wheels,
        samples=chosen.samples,
        expected_samples=task.samples,
        scored=chosen.summary.scored,
        missing=chosen.missing,
        failed=chosen.failed,
        extra=chosen.extra,
        labels_per_sample=chosen.labels_per_sample,
        out_of_lexicon=chosen.out_of_lexicon(settings.lexicon),
        checkpoints={
            stem: CheckpointResult(each.score, each.metrics, each.summary.wheels) for stem, each in found.items()
        },
        signature=_signature(chosen, settings),
        samples_scored=chosen,
    )


def _signature(scores: SampleScores, settings: Settings) -> Signature:
    truth = scores.truth
    has_sectors = truth.task.kind != "sentiment"
    return Signature(
        data=truth.task.id,
        kind=truth.task.kind,
        protocol=settings.protocol,
        lexicon=settings.lexicon.label if has_sectors else "none",
        level=str(settings.level) if has_sectors else "none",
        labels=scores.labels_from,
        polarity=scores.polarity_from,
        checkpoint=settings.checkpoint,
        missing=settings.missing,
        n=len(truth),
        gt=truth.sha256[:8],
        v=METRIC_VERSION,
        bootstrap=settings.bootstrap,
        seed=settings.seed,
        units="clusters" if settings.cluster and truth.task.cluster else "samples",
    )


def joint_signature(signatures: Sequence[Signature]) -> Signature:
    """One signature for several data sets: what they share, their names joined, their hashes hashed."""
    if len(signatures) == 1:
        return signatures[0]
    first = next((each for each in signatures if each.lexicon != "none"), signatures[0])
    units = {each.units for each in signatures}
    kinds = {each.kind for each in signatures}
    return Signature(
        **{
            **vars(first),
            "data": "+".join(each.data for each in signatures),
            "kind": kinds.pop() if len(kinds) == 1 else "mixed",
            "labels": _origins(each.labels for each in signatures),
            "polarity": _origins(each.polarity for each in signatures),
            "units": "clusters" if "clusters" in units else "samples",
            "n": sum(each.n for each in signatures),
            "gt": hashlib.sha256("".join(each.gt for each in signatures).encode()).hexdigest()[:8],
        }
    )


def _origins(origins: Iterable[str]) -> str:
    """Where labels or polarity of several data sets come from: each origin once."""
    return "+".join(sorted({part for origin in origins for part in origin.split("+")}))


def _warnings(result: DatasetResult) -> list[str]:
    said = []
    if result.expected_samples and result.samples != result.expected_samples:
        official = f"the official set {result.expected_samples}"
        said.append(f"{result.dataset}: the ground truth has {result.samples} samples, {official}")
    scores = result.samples_scored
    said += [f"{result.dataset}: {remark}" for remark in (scores.remarks if scores else ())]
    if scores and scores.with_separators() > _ODD_SHARE:
        said.append(f"{result.dataset}: labels hold commas, semicolons or bars: are several labels written as one?")
    if (result.out_of_lexicon or 0) > _MOSTLY:
        share = f"{100 * (result.out_of_lexicon or 0):.0f} %"
        said.append(f"{result.dataset}: {share} of the labels are unknown to the lexicon: are they emotion words?")
    if result.extra:
        said.append(f"{result.dataset}: {result.extra} predictions have no ground truth and are ignored")
    return said
