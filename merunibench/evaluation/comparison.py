"""Is one system better than another? Paired tests on the same samples, data set by data set."""

import zlib
from pathlib import Path

from merunibench.errors import InputError
from merunibench.evaluation.scoring import cluster_numbers
from merunibench.evaluation.systems import System, load_systems
from merunibench.report import Comparison, DatasetComparison, Report
from merunibench.signature import parse_metric_part
from merunibench.statistics import compare_paired, holm, pool
from merunibench.tasks import TASKS, task_order


def compare(
    first: Report | str | Path,
    second: Report | str | Path,
    *,
    resamples: int = 1000,
    seed: int = 0,
    cluster: bool = False,
) -> Comparison:
    """Compare two systems by paired bootstrap and approximate randomisation.

    Args:
        first: A report, or a per-sample file that a report wrote.
        second: Likewise.
        resamples: Number of resamples and of random swaps, at least 1.
        seed: Seed of both.
        cluster: Resample and swap dialogues and videos instead of single samples.

    Raises:
        InputError: the scores were computed differently (their signatures say where), or share no data set.
    """
    if resamples < 1 or seed < 0:
        raise InputError("compare needs at least one resample, and a seed that is not negative")
    a, b = load_systems(first), load_systems(second)
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
    adjusted = holm([max(test.p_bootstrap, test.p_randomization) for test in tests])
    return Comparison(
        models=(next(iter(a.values())).model, next(iter(b.values())).model),
        datasets=tuple(
            DatasetComparison(dataset, (a[dataset].score, b[dataset].score), test, p, a[dataset].signature)
            for dataset, test, p in zip(shared, tests, adjusted, strict=True)
        ),
        resamples=resamples,
        units="clusters" if cluster else "samples",
    )


def _checked_pair(dataset: str, left: System, right: System) -> tuple[System, System]:
    """Both systems with their samples in one order.

    Raises:
        InputError: their signatures, or their sample names, differ.
    """
    if left.signature != right.signature:
        ours, theirs = parse_metric_part(left.signature), parse_metric_part(right.signature)
        differing = [f"{key} {ours[key]} against {theirs[key]}" for key in ours if ours[key] != theirs[key]]
        raise InputError(f"{dataset}: the two scores cannot be compared, they differ in {', '.join(differing)}")
    if left.names == right.names:
        return left, right
    position = {name: index for index, name in enumerate(right.names)}
    if position.keys() != set(left.names) or len(position) != len(left.names):
        raise InputError(f"{dataset}: the two systems were scored on different samples")
    order = [position[name] for name in left.names]
    return left, right._replace(names=left.names, quantities=right.quantities[:, order])
