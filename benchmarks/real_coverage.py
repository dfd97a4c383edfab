"""Measure the coverage of intervals with real outputs as the population: units are resampled to make new data sets.

    python -m benchmarks.real_coverage PREDICTIONS --data-root DIR [--lexicon NAME] [--protocol strict] [--sets 2000]

The true score of a checkpoint is that of all its outputs. Unlike `benchmarks.coverage`, this makes no assumptions about
dialogues, difficulties or checkpoints, but the population may be as small as 31 dialogues.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.data import find_truth, load_truth, open_predictions
from merunibench.extraction import Rules
from merunibench.lexicon import load_lexicon
from merunibench.scoring import SampleScores, Settings, score_predictions, shifted
from merunibench.scoring.resampling import units_of
from merunibench.statistics import interval, optimism, score_interval, unit_keys
from merunibench.statistics.draws import draw_counts
from merunibench.tasks import TASKS, task_order

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 1000


class Population(NamedTuple):
    """All checkpoints' outputs on one data set.

    Attributes:
        units: Quantities of each unit, shape (M, K, U).
        clustered: Whether units are dialogues or videos.
        runs: The samples of each checkpoint, with their formula.
        truth: Scores of all outputs, shape (M,).
        counts: How often each unit is drawn in each resample, shape (B, U).
    """

    units: FloatArray
    clustered: bool
    runs: tuple[SampleScores, ...]
    truth: FloatArray
    counts: FloatArray


class Outcome(NamedTuple):
    """One simulation of one data set: the chosen checkpoint's score, truth and replicates, and its estimated bias.

    Attributes:
        covered: Whether the interval of the first checkpoint contains its true score.
    """

    covered: bool
    score: float
    truth: float
    replicates: FloatArray
    bias: float


def populations(options: argparse.Namespace) -> dict[str, Population]:
    """Return data set -> population, for all data sets with predictions and labels."""
    source, truths = open_predictions(options.predictions), find_truth(options.data_root)
    settings = Settings(load_lexicon(options.lexicon), options.protocol, missing="zero")
    found = {}
    for name in task_order(set(source.files) & set(truths)):
        truth = load_truth(TASKS[name], truths[name])
        every = [
            score_predictions(truth, source.load(name, stem, Rules()), settings) for stem in source.checkpoints(name)
        ]
        runs = tuple(each.samples_scored for each in every if each.samples_scored is not None)
        units = [units_of(run.task, run.names, run.blocks(), "auto", 0) for run in runs]
        counts = draw_counts(unit_keys(map(str, range(len(units[0].keys))), name), RESAMPLES, 0)
        found[name] = Population(
            np.stack([each.quantities for each in units]),
            units[0].clustered,
            runs,
            np.array([each.score for each in every]),
            np.concatenate(list(counts)).astype(float),
        )
    return found


def simulate(population: Population, rng: np.random.Generator) -> Outcome:
    """Resample as many units as there are, and compute the same figures as a report."""
    checkpoints, kinds, number = population.units.shape
    units = population.units[:, :, rng.integers(number, size=number)]
    sums = (population.counts @ units.reshape(checkpoints * kinds, number).T).reshape(-1, checkpoints, kinds)
    each = list(enumerate(population.runs))
    scores = np.array([float(run.score_of(units[place].sum(axis=1))) for place, run in each])
    replicates = np.stack([run.score_of(sums[:, place]) for place, run in each])
    first = population.runs[0]
    ends = score_interval(units[0], first.score_of, replicates[0], clustered=population.clustered, bounds=first.bounds)
    best = int(scores.argmax())
    return Outcome(
        ends is not None and ends.low <= population.truth[0] <= ends.high,
        float(scores[best]),
        float(population.truth[best]),
        replicates[best],
        optimism(scores, replicates)[0],
    )


def main() -> None:
    """Print the coverage of each data set's interval, and of the mean's, uncorrected and corrected."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--lexicon", default="builtin")
    parser.add_argument("--protocol", default="official")
    parser.add_argument("--sets", type=int, default=2000)
    options = parser.parse_args()
    drawn_from = populations(options)
    covered: dict[str, list[bool]] = {name: [] for name in drawn_from}
    means = []
    for number in range(options.sets):
        rng = np.random.default_rng([5, number])
        outcomes = {name: simulate(population, rng) for name, population in drawn_from.items()}
        for name, outcome in outcomes.items():
            covered[name].append(outcome.covered)
        score, truth, bias = (
            float(np.mean([getattr(each, field) for each in outcomes.values()])) for field in ("score", "truth", "bias")
        )
        ends = interval(np.mean([each.replicates for each in outcomes.values()], axis=0))
        held = [pair is not None and pair[0] <= truth <= pair[1] for pair in (ends, shifted(ends, bias))]
        means.append((*held, score - truth, bias))
    for name, held in covered.items():
        print(f"{TASKS[name].title:<12} {100 * np.mean(held):6.1f} %")
    plain, corrected, true, estimated = 100 * np.array(means, float).mean(axis=0)
    print(f"mean of {len(drawn_from)}, best checkpoint on each: {plain:.1f} % uncorrected, {corrected:.1f} % corrected")
    print(f"true bias {true:.2f} points, estimated {estimated:.2f}")


if __name__ == "__main__":
    main()
