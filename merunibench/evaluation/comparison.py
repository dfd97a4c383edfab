"""Is one system better than another? Paired tests on the same samples, data set by data set."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from merunibench.errors import InputError
from merunibench.evaluation.systems import System, load_systems
from merunibench.evaluation.units import cluster_numbers
from merunibench.report import Comparison, DatasetComparison, Report
from merunibench.statistics import compare_paired, holm, pool
from merunibench.tasks import TASKS, get_task, task_order


def compare(
    first: Report | str | Path,
    second: Report | str | Path,
    *,
    resamples: int = 1000,
    seed: int = 0,
    cluster: bool = False,
    datasets: Sequence[str] = (),
) -> Comparison:
    """Compare two systems by paired bootstrap and approximate randomisation.

    Args:
        first: A report, or a per-sample file that a report wrote.
        second: Likewise.
        resamples: Number of resamples and of random swaps, at least 1.
        seed: Seed of both.
        cluster: Resample and swap dialogues and videos instead of single samples.
        datasets: Data sets to compare; by default every one that both have.

    Raises:
        InputError: the scores were computed differently (their signatures say where), or share no data set.
    """
    if resamples < 1 or seed < 0:
        raise InputError("compare needs at least one resample, and a seed that is not negative")
    a, b = (_of_datasets(load_systems(source), datasets) for source in (first, second))
    shared = task_order(set(a) & set(b))
    if not shared:
        raise InputError(f"no data set in common: {', '.join(a) or 'none'} against {', '.join(b) or 'none'}")
    tests = []
    for dataset in shared:
        left, right = _checked_pair(dataset, a[dataset], b[dataset])
        clusters = cluster_numbers(TASKS[dataset], left.names) if cluster else None
        unit_seed = [seed, zlib.crc32(dataset.encode())]
        ours, theirs = (pool(each.weighed, clusters, unit_seed) for each in (left, right))
        tests.append(compare_paired(ours, theirs, left.formula, resamples=resamples, seed=unit_seed))
    adjusted = holm(np.array([max(test.p_bootstrap, test.p_randomization) for test in tests])).tolist()
    return Comparison(
        models=(next(iter(a.values())).model, next(iter(b.values())).model),
        datasets=tuple(
            DatasetComparison(dataset, (a[dataset].used, b[dataset].used), test, p, a[dataset].signature.metric_part)
            for dataset, test, p in zip(shared, tests, adjusted, strict=True)
        ),
        left_out=tuple(task_order(set(a) ^ set(b))),
        resamples=resamples,
        seed=seed,
        units="clusters" if cluster else "samples",
    )


def _of_datasets(systems: dict[str, System], names: Sequence[str]) -> dict[str, System]:
    wanted = [get_task(name).id for name in names] or list(systems)
    absent = [name for name in wanted if name not in systems]
    if absent:
        raise InputError(f"no scores of {', '.join(absent)}; there are some of {', '.join(systems)}")
    return {name: systems[name] for name in wanted}


def _checked_pair(dataset: str, left: System, right: System) -> tuple[System, System]:
    """Both systems with their samples in the order of their names.

    Raises:
        InputError: their signatures, or their sample names, differ.
    """
    differing = left.signature.differences(right.signature)
    if differing:
        raise InputError(f"{dataset}: the two scores cannot be compared, they differ in {', '.join(differing)}")
    left, right = left.in_name_order(), right.in_name_order()
    if left.names != right.names:
        raise InputError(f"{dataset}: the two systems were scored on different samples")
    return left, right
