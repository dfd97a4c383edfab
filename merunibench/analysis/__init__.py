"""Error analysis: sector confusion, wrong and unknown words, scores of groups of samples.

`error_analysis` evaluates a model (`evaluation`) and analyses its per-sample scores. `confusion`, `words` and `groups`
each analyse one aspect of one data set; see docs/errors.md for definitions.
"""

from merunibench.analysis.error_analysis import error_analysis

__all__ = ["error_analysis"]
