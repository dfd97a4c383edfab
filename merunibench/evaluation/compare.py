"""Test whether one system is better than another: paired tests on the same samples, for each data set."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from merunibench.errors import InputError
from merunibench.kinds import KINDS
from merunibench.report import (
    BENCHMARK_DATASETS,
    Comparison,
    DatasetComparison,
    MeanComparison,
    Report,
    SystemUsed,
)
from merunibench.scoring import (
    BEST_OVERALL,
    BEST_PER_DATASET,
    UNITS,
    By,
    LoadedScores,
    paired_draws,
    per_sample,
    primary_score,
    units_by,
)
from merunibench.scoring.resampling import units_of_former_option
from merunibench.statistics import PairedDraws, PairedTest, holm, mean_draws, paired_test
from merunibench.tasks import Task, TaskSet, as_task_set, benchmark_tasks


def compare(
    first: Report | str | Path,
    second: Report | str | Path,
    *,
    resamples: int = 1000,
    seed: int = 0,
    units: By = "auto",
    datasets: Sequence[str] = (),
    tasks: TaskSet | Iterable[Task | str | Path] = (),
    cluster: bool | None = None,
) -> Comparison:
    """Compare two systems by paired bootstrap and approximate randomisation, on each data set and in the mean.

    The mean of the nine is tested if both systems have all of them, and the mean of a kind of task if both have all of
    its data sets and it has several. Samples that are in two data sets are drawn and swapped together.

    Args:
        first: A report, or a per-sample file that a report wrote.
        second: The other system, in the same form.
        resamples: Number of resamples and of random swaps, at least 1.
        seed: Seed of both.
        units: What is resampled and swapped; see `evaluate`.
        datasets: Data sets to compare; by default all that both have.
        tasks: As for `evaluate`; needed for per-sample files with own data sets that have dialogues or videos.
        cluster: Former option: True for `units="clusters"`, False for `units="samples"`.

    Raises:
        InputError: the scores were computed differently (their signatures differ), or share no data set.
    """
    if resamples < 1 or seed < 0:
        raise InputError("compare needs at least one resample and a non-negative seed")
    units = units_of_former_option(units, cluster)
    if units not in UNITS:
        raise InputError(f"units must be one of {', '.join(UNITS)}, not {units!r}")
    known = as_task_set(tasks)
    a, b = (_of_datasets(_systems(source, known), datasets, known) for source in (first, second))
    shared = known.in_order(set(a) & set(b))
    if not shared:
        raise InputError(f"no data sets in common: {', '.join(a) or 'none'} and {', '.join(b) or 'none'}")
    draws = {name: paired_draws(a[name], b[name], resamples=resamples, seed=seed, by=units) for name in shared}
    sides = {name: _sides(a[name], b[name]) for name in shared}
    found, means = compare_draws(draws, sides)
    return Comparison(
        models=(next(iter(a.values())).model, next(iter(b.values())).model),
        datasets=found,
        left_out=tuple(known.in_order(set(a) ^ set(b))),
        resamples=resamples,
        seed=seed,
        units="+".join(sorted({units_by(units, a[name].scores.task) for name in shared})),
        means=means,
        warnings=tuple(_warnings(a, b, shared)),
    )


def told_apart(comparison: Comparison, paths: Sequence[Path]) -> Comparison:
    """Return the comparison with systems of the same name distinguished by the shortest different ends of their paths.

    Args:
        comparison: A comparison of two systems.
        paths: The paths of the two systems.

    Example:
        `a/predictions` and `b/predictions` keep these names, rather than both being `predictions`.
    """
    names = comparison.models
    if names[0] != names[1]:
        return comparison
    parts = [path.absolute().parts for path in paths]
    if parts[0] == parts[1]:
        return comparison
    longest = min(map(len, parts))
    depth = next((depth for depth in range(1, longest + 1) if parts[0][-depth:] != parts[1][-depth:]), longest + 1)
    ends = [str(Path(*each[-depth:])) for each in parts]
    first, second = (end if Path(end).name == names[0] else f"{names[0]} ({end})" for end in ends)
    return comparison.named((first, second))


class Sides(NamedTuple):
    """The subject of a comparison on one data set.

    Attributes:
        used: The two systems.
        signature: The metric part that both scores share.
        title: The data set's name.
    """

    used: tuple[SystemUsed, SystemUsed]
    signature: str
    title: str


def _sides(first: LoadedScores, second: LoadedScores) -> Sides:
    return Sides((_used(first), _used(second)), first.signature.metric_part, first.scores.task.title)


def compare_draws(
    draws: Mapping[str, PairedDraws], sides: Mapping[str, Sides]
) -> tuple[tuple[DatasetComparison, ...], tuple[MeanComparison, ...]]:
    """Test two systems by their differences on resamples and swaps, for `compare` and leaderboards.

    Args:
        draws: Data set -> differences.
        sides: Data set -> what is compared on it.

    Returns:
        One comparison per data set, and those of the means that both systems have.
    """
    found = _tested(draws, sides)
    return found, _means(found, draws)


def _tested(draws: Mapping[str, PairedDraws], sides: Mapping[str, Sides]) -> tuple[DatasetComparison, ...]:
    """Test each data set, corrected for their number."""
    tests = [paired_test(each) for each in draws.values()]
    adjusted = holm(np.array([test.p for test in tests])).tolist()
    return tuple(
        DatasetComparison(dataset, sides[dataset].used, test, p, sides[dataset].signature, sides[dataset].title)
        for dataset, test, p in zip(draws, tests, adjusted, strict=True)
    )


def means_of(datasets: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the means that can be tested if two systems have these data sets.

    Args:
        datasets: Ids of data sets.

    Returns:
        Kind of task, or `mean` for the nine, which is last -> its data sets.
    """
    means = {kind: tuple(task.id for task in benchmark_tasks() if task.kind == kind) for kind in KINDS}
    means = {kind: ids for kind, ids in means.items() if len(ids) > 1}
    return {name: ids for name, ids in {**means, "mean": BENCHMARK_DATASETS}.items() if set(ids) <= set(datasets)}


def _means(found: Sequence[DatasetComparison], draws: Mapping[str, PairedDraws]) -> tuple[MeanComparison, ...]:
    """Test the mean of the nine, and of each kind of task; tests of kinds are corrected for their number."""
    by_id = {each.dataset: each for each in found}
    means = means_of(by_id)
    tests = {name: paired_test(mean_draws([draws[each] for each in ids])) for name, ids in means.items()}
    kinds = [name for name in means if name in KINDS]
    adjusted = holm(np.array([tests[kind].p for kind in kinds])).tolist()
    p = {name: test.p for name, test in tests.items()} | dict(zip(kinds, adjusted, strict=True))
    return tuple(_mean(name, [by_id[each] for each in ids], tests[name], p[name]) for name, ids in means.items())


def _mean(name: str, of: Sequence[DatasetComparison], test: PairedTest, p: float) -> MeanComparison:
    first, second = (fmean(each.systems[side].score for each in of) for side in (0, 1))
    samples = sum(each.samples for each in of)
    return MeanComparison(name, tuple(each.dataset for each in of), (first, second), test, p, samples)


def _warnings(a: Mapping[str, LoadedScores], b: Mapping[str, LoadedScores], shared: Sequence[str]) -> Iterator[str]:
    """Yield warnings if checkpoints were chosen, or labels obtained, differently for the two systems."""
    choices: dict[str, list[str]] = {}
    for name in shared:
        first, second = a[name], b[name]
        if _choice(first) != _choice(second):
            choices.setdefault(f"A is {_choice(first)}, B {_choice(second)}", []).append(name)
        for field in ("labels", "polarity"):
            ours, theirs = (getattr(system.signature, field) for system in (first, second))
            if ours != theirs:
                said = f"{field} come from different sources, A's from {ours}, B's from {theirs}"
                choices.setdefault(said, []).append(name)
    for said, names in choices.items():
        yield f"{', '.join(names)}: {said}; this may explain the difference"


def _choice(system: LoadedScores) -> str:
    """Return how a checkpoint was chosen, as far as this may bias its score."""
    if system.signature.checkpoint not in (BEST_PER_DATASET, BEST_OVERALL):
        return "a checkpoint chosen without the test labels"
    number = "several" if system.chosen_from is None else str(system.chosen_from)
    return f"the best of {number} checkpoints on the test labels"


def _systems(source: Report | str | Path, tasks: TaskSet) -> dict[str, LoadedScores]:
    """Return the system in a report or a per-sample file, by data set."""
    if isinstance(source, Report):
        return {scored.dataset: LoadedScores.of(scored, source.model) for scored in source.datasets}
    return per_sample.read(Path(source), tasks)


def _of_datasets(systems: dict[str, LoadedScores], names: Sequence[str], tasks: TaskSet) -> dict[str, LoadedScores]:
    wanted = [name if name in systems else tasks.get_task(name).id for name in names] or list(systems)
    absent = [name for name in wanted if name not in systems]
    if absent:
        raise InputError(f"no scores for {', '.join(absent)}; there are scores for {', '.join(systems)}")
    return {name: systems[name] for name in wanted}


def _used(system: LoadedScores) -> SystemUsed:
    """Return what a comparison shows about a system."""
    signature, score = system.signature, primary_score(system.scores)
    return SystemUsed(
        system.model, system.checkpoint, score, signature.checkpoint, signature.labels, signature.polarity
    )
