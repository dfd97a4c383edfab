"""Model-based crowdsourcing: compare descriptions with the votes of classifiers that were trained on human labels.

`sources` reads votes from files, `weights` aggregates them, `matching` decides whether a description agrees, `chance`
computes how often it would agree by chance, and `Crowd` combines them. `classifiers` trains your own sources.
"""

from merunibench.curation.crowd.crowd import Crowd
from merunibench.curation.crowd.sources import Source, find_sources

__all__ = ["Crowd", "Source", "find_sources"]
