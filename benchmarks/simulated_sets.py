"""Simulated data sets with known true scores, to evaluate intervals and tests.

The difficulty of a clip for a checkpoint is a standard normal number: the sum of contributions of its dialogue, the
clip and the checkpoint. An answer is correct if the difficulty is below the checkpoint's threshold, so the true score
follows from the thresholds in closed form. Sizes, scores, and the shared variance of dialogues and checkpoints are
those of AffectGPT's released outputs on the nine sets: they reproduce the ratio of the standard error by dialogues to
that by clips, and the correlation of two checkpoints' hits (about 0.6).
"""

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.protocols import HitRate, SetF1, WeightedF1

FloatArray = npt.NDArray[np.float64]
Formula = Callable[[FloatArray], FloatArray]

CHECKPOINTS = 7
SHARED = 0.8  # share of the difficulty that all checkpoints have in common; their hits then correlate by 0.6
SPREAD = 0.009  # true scores of the checkpoints are within this distance of the middle one
_NORMAL = NormalDist()


class SimulatedSet(NamedTuple):
    """A data set to simulate.

    Attributes:
        name: The data set it resembles.
        kind: Kind of task.
        score: The middle checkpoint's true share of correct answers.
        clips: Number of clips that count.
        clusters: Number of dialogues or videos; 0 if clips are independent.
        variation: Standard deviation of their sizes over the mean size.
        of_cluster: Share of a clip's difficulty that is due to its dialogue.
        inside: The data set that contains the dialogues of this one.
    """

    name: str
    kind: str
    score: float
    clips: int
    clusters: int = 0
    variation: float = 0.0
    of_cluster: float = 0.0
    inside: str = ""


NINE = (
    SimulatedSet("mer2023", "basic", 0.77, 323),
    SimulatedSet("mer2024", "basic", 0.78, 968),
    SimulatedSet("meld", "basic", 0.55, 1354, 280, 0.61),
    SimulatedSet("iemocapfour", "basic", 0.59, 857, 31, 0.46, 0.32),
    SimulatedSet("cmumosi", "sentiment", 0.80, 656, 31, 0.34, 0.06),
    SimulatedSet("cmumosei", "sentiment", 0.79, 3634, 676, 0.93, 0.09),
    SimulatedSet("simsv2", "sentiment", 0.85, 911, 145, 0.87, 0.19),
    SimulatedSet("sims", "sentiment", 0.87, 388, 59, 0.91, 0.14, inside="simsv2"),
    SimulatedSet("ovmerdplus", "fine-grained", 0.62, 525),
)

METRICS = {"basic": HitRate(), "fine-grained": SetF1(), "sentiment": WeightedF1()}


BY_NAME = {each.name: each for each in NINE}


def unit_names(each: SimulatedSet) -> list[str]:
    """Return the names of the resampled units; a set inside another one uses the names of that set."""
    return [f"{each.inside or each.name} {number}" for number in range(each.clusters or each.clips)]


def sizes_of(each: SimulatedSet) -> npt.NDArray[np.intp]:
    """Return the number of clips of each unit, shape (U,), the same in every simulation."""
    if not each.clusters:
        return np.ones(each.clips, np.intp)
    if each.inside:
        return sizes_of(BY_NAME[each.inside])[: each.clusters]
    shares = np.random.default_rng(each.clusters).gamma(1 / each.variation**2, size=each.clusters)
    sizes: npt.NDArray[np.intp] = np.maximum(1, np.round(shares / shares.sum() * each.clips)).astype(np.intp)
    return sizes


def checkpoint_shares(each: SimulatedSet, spread: float = SPREAD, checkpoints: int = CHECKPOINTS) -> FloatArray:
    """Return the true share of correct answers of each checkpoint, shape (M,); the best one differs by data set."""
    places = np.random.default_rng([7, *each.name.encode()]).permutation(checkpoints)
    shares: FloatArray = each.score + spread * (2 * places / max(checkpoints - 1, 1) - 1)
    return shares


class Difficulty(NamedTuple):
    """The contributions of dialogues and clips to the difficulty in S simulations, shapes (S, U) and (S, N)."""

    dialogues: FloatArray
    clips: FloatArray


class Answers(NamedTuple):
    """Simulated answers of M systems in S simulations of one data set.

    Attributes:
        units: Quantities of each unit, shape (S, M, K, U).
        truth: The true scores, shape (M,).
        difficulty: The drawn difficulties, for a set inside this one.
    """

    units: FloatArray
    truth: FloatArray
    difficulty: Difficulty


def simulate(
    each: SimulatedSet,
    shares: FloatArray,
    simulations: int,
    rng: np.random.Generator,
    around: Difficulty | None = None,
    shared: float = SHARED,
) -> Answers:
    """Simulate answers of M systems in S simulations.

    Args:
        each: The data set.
        shares: True share of correct answers of each system, shape (M,).
        simulations: Number of simulations S.
        rng: Random number generator.
        around: The difficulty of the set that contains this one; its first dialogues are those of this set.
        shared: Share of the difficulty that all systems have in common.
    """
    sizes = sizes_of(each)
    cluster, clips = np.repeat(np.arange(len(sizes)), sizes), int(sizes.sum())
    drawn = around or Difficulty(*(rng.standard_normal((simulations, size)) for size in (len(sizes), clips)))
    common = np.sqrt(each.of_cluster) * drawn.dialogues[:, cluster] if each.of_cluster else 0.0
    common = common + np.sqrt(shared - each.of_cluster) * drawn.clips[:, :clips]
    kind = rng.random((simulations, clips))
    quantities = []
    for share in shares:
        difficulty = common + np.sqrt(1 - shared) * rng.standard_normal((simulations, clips))
        quantities.append(_quantities(each.kind, difficulty, float(share), kind))
    found = np.stack(quantities, axis=1)
    if each.clusters:
        found = np.add.reduceat(found, np.concatenate([[0], np.cumsum(sizes)[:-1]]), axis=-1)
    return Answers(found, true_scores(each.kind, shares), drawn)


def _quantities(kind: str, difficulty: FloatArray, share: float, of_clip: FloatArray) -> FloatArray:
    """Return the quantities of each clip, shape (S, K, N); `of_clip` determines its sign or the size of its sets."""
    right = difficulty < _NORMAL.inv_cdf(share)
    if kind == "basic":
        return np.stack([np.ones_like(difficulty), right, right], axis=1).astype(float)
    if kind == "sentiment":
        positive = of_clip < 0.5
        cells = (~positive & right, ~positive & ~right, positive & ~right, positive & right)
        return np.stack(cells, axis=1).astype(float)
    easier = difficulty < _NORMAL.inv_cdf(share**2)  # a second word is also correct
    hits, true_size = right.astype(float) + easier, np.where(of_clip < 0.5, 2, 3)
    return np.stack([np.ones_like(difficulty), hits / 2, hits / true_size], axis=1)


def true_scores(kind: str, shares: FloatArray) -> FloatArray:
    """Return the expected score over the whole population of clips, shape (M,)."""
    wrong, half = 1 - shares, np.full_like(shares, 0.5)
    hits = shares + shares**2
    expected = {
        "basic": [half * 2, shares, shares],
        "sentiment": [half * shares, half * wrong, half * wrong, half * shares],
        "fine-grained": [half * 2, hits / 2, hits * (1 / 2 + 1 / 3) / 2],
    }[kind]
    return METRICS[kind].score(np.stack(expected, axis=-1))
