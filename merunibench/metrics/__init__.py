"""The metrics: arrays in, arrays out; NumPy only.

Every score of this project is a formula over sums of per-sample quantities (how many samples count on a wheel, their
hits, their precisions, …). A `Metric` says which quantities, and which formula. All that is built on top uses the same
two steps: a score applies the formula to the sums over all samples, a bootstrap to the sums over resampled ones, the
chance level to the sums expected when predictions are shuffled.
"""

from collections.abc import Mapping
from types import MappingProxyType

from merunibench.metrics.base import CORRECTED, Metric, Summary, correct_for_chance, ratio
from merunibench.metrics.basic import HitRate
from merunibench.metrics.elements import NEUTRAL_BIT, ElementSets
from merunibench.metrics.fine_grained import SetLevelF
from merunibench.metrics.sentiment import NO_POLARITY, WeightedF1
from merunibench.metrics.strict import CategoryF, StrictSetLevelF, ThreeWayWeightedF1

METRIC_VERSION = 1
"""Changes with every change of any number that a metric gives; part of every signature."""

PROTOCOLS: Mapping[str, Mapping[str, Metric]] = MappingProxyType(
    {
        "official": MappingProxyType({"basic": HitRate(), "fine-grained": SetLevelF(), "sentiment": WeightedF1()}),
        "strict": MappingProxyType(
            {"basic": CategoryF(), "fine-grained": StrictSetLevelF(), "sentiment": ThreeWayWeightedF1()}
        ),
    }
)
"""Protocol -> kind of task -> metric."""

__all__ = [
    "CORRECTED",
    "METRIC_VERSION",
    "NEUTRAL_BIT",
    "NO_POLARITY",
    "PROTOCOLS",
    "CategoryF",
    "ElementSets",
    "HitRate",
    "Metric",
    "SetLevelF",
    "StrictSetLevelF",
    "Summary",
    "ThreeWayWeightedF1",
    "WeightedF1",
    "correct_for_chance",
    "ratio",
]
