"""Protocols: how a model's answers become a score.

A `Protocol` has a `Metric` for each kind of task; a metric encodes truth and answers, says what each sample contributes
(its statistics), and by which formula their sums become a score. All that is built on top knows no more than that, so a
new protocol is one module here and a line in `PROTOCOLS`. Choices of the command line, schemas, boards and titles come
from that table.
"""

from merunibench._registry import Registry
from merunibench.protocols.arithmetic import Summary, correct_for_chance, ratio
from merunibench.protocols.base import CORRECTED, Encoded, Metric, Protocol, Samples
from merunibench.protocols.elements import NEUTRAL_BIT, ElementSets
from merunibench.protocols.official import OFFICIAL, HitRate, SetF1, WeightedF1
from merunibench.protocols.polarity import NO_POLARITY
from merunibench.protocols.strict import STRICT, MacroF1, StrictSetF1, ThreeWayWeightedF1

METRIC_VERSION = 1
"""Changes with every change of any number that a metric gives; part of every signature."""

PROTOCOLS = Registry("protocol", (OFFICIAL, STRICT), name=lambda protocol: protocol.name)
"""Every protocol, by name."""

__all__ = [
    "CORRECTED",
    "METRIC_VERSION",
    "NEUTRAL_BIT",
    "NO_POLARITY",
    "PROTOCOLS",
    "ElementSets",
    "Encoded",
    "HitRate",
    "MacroF1",
    "Metric",
    "Protocol",
    "Samples",
    "SetF1",
    "StrictSetF1",
    "Summary",
    "ThreeWayWeightedF1",
    "WeightedF1",
    "correct_for_chance",
    "ratio",
]
