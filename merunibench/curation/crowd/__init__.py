"""Model-based crowdsourcing: votes of classifiers that were trained on human labels, held against descriptions.

`sources` reads votes from files, `weights` aggregates them, `matching` says whether a description agrees, `chance` how
often it would by luck, and `Crowd` does all of it. `classifiers` trains sources of your own.
"""

from merunibench.curation.crowd.crowd import Crowd
from merunibench.curation.crowd.sources import Source, find_sources

__all__ = ["Crowd", "Source", "find_sources"]
