"""Where a model loses: sector confusion, wrong and unknown words, scores of groups of samples.

`error_analysis` runs the main path (`evaluation`) and looks into its per-sample scores. `confusion`, `words` and
`groups` each answer one question about one data set; definitions stand in docs/errors.md.
"""

from merunibench.analysis.error_analysis import error_analysis

__all__ = ["error_analysis"]
