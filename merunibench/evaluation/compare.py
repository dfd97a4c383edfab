"""Is one system better than another? Paired tests on the same samples, data set by data set."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from merunibench.errors import InputError
from merunibench.report import Comparison, DatasetComparison, Report, SystemUsed
from merunibench.scoring import System, paired_test, per_sample, primary_score
from merunibench.statistics import holm
from merunibench.tasks import get_task, task_order


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
    a, b = (_of_datasets(_systems(source), datasets) for source in (first, second))
    shared = task_order(set(a) & set(b))
    if not shared:
        raise InputError(f"no data set in common: {', '.join(a) or 'none'} against {', '.join(b) or 'none'}")
    tests = [paired_test(a[name], b[name], resamples=resamples, seed=seed, cluster=cluster) for name in shared]
    adjusted = holm(np.array([max(test.p_bootstrap, test.p_randomization) for test in tests])).tolist()
    return Comparison(
        models=(next(iter(a.values())).model, next(iter(b.values())).model),
        datasets=tuple(
            DatasetComparison(
                dataset, (_used(a[dataset]), _used(b[dataset])), test, p, a[dataset].signature.metric_part
            )
            for dataset, test, p in zip(shared, tests, adjusted, strict=True)
        ),
        left_out=tuple(task_order(set(a) ^ set(b))),
        resamples=resamples,
        seed=seed,
        units="clusters" if cluster else "samples",
    )


def _systems(source: Report | str | Path) -> dict[str, System]:
    """The system in a report, or in the per-sample file that a report wrote, by data set."""
    if isinstance(source, Report):
        return {scored.dataset: System.of(scored, source.model) for scored in source.datasets}
    return per_sample.read(Path(source))


def _of_datasets(systems: dict[str, System], names: Sequence[str]) -> dict[str, System]:
    wanted = [get_task(name).id for name in names] or list(systems)
    absent = [name for name in wanted if name not in systems]
    if absent:
        raise InputError(f"no scores of {', '.join(absent)}; there are some of {', '.join(systems)}")
    return {name: systems[name] for name in wanted}


def _used(system: System) -> SystemUsed:
    """What is shown of a system beside a comparison."""
    signature, score = system.signature, primary_score(system.scores)
    return SystemUsed(
        system.model, system.checkpoint, score, signature.checkpoint, signature.labels, signature.polarity
    )
