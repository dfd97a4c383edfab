"""Protocols, which compute a score from a model's answers.

A `Protocol` has a `Metric` for each kind of task. A metric encodes truth and answers, computes the statistics of each
sample, and defines the formula from their sums to a score. All other code depends only on this interface, so a new
protocol needs one module in this package and an entry in `PROTOCOLS`. Choices of the command line, schemas, boards and
titles are derived from that table.
"""

from merunibench._registry import Registry
from merunibench.protocols.arithmetic import Summary, correct_for_chance, ratio
from merunibench.protocols.base import CORRECTED, Encoded, Metric, Protocol, Samples
from merunibench.protocols.elements import NEUTRAL_BIT, ElementSets
from merunibench.protocols.neutral import numbers_of_parts
from merunibench.protocols.official import OFFICIAL, HitRate, SetF1, WeightedF1
from merunibench.protocols.polarity import NO_POLARITY
from merunibench.protocols.strict import STRICT, STRICT_1, MacroF1, StrictSetF1, ThreeWayWeightedF1

METRIC_VERSION = 1
"""Incremented with every change that alters any result of a metric; part of every signature."""

PROTOCOLS = Registry("protocol", (OFFICIAL, STRICT, STRICT_1), name=lambda protocol: protocol.name)
"""Every protocol, by name."""


def protocol_signed(signature: str) -> Protocol:
    """Return the protocol with this name in signatures.

    Raises:
        KeyError: No protocol has this name.
    """
    found = next((protocol for protocol in PROTOCOLS.values() if protocol.signature == signature), None)
    if found is None:
        raise KeyError(signature)
    return found


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
    "numbers_of_parts",
    "protocol_signed",
    "ratio",
]
