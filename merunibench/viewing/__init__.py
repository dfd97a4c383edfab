"""One sample after another: clip, answers, truth, wheels and reasons, on a local page or in the terminal.

`results` loads what `score` takes; `details` says everything of one sample, by the functions of `score --per-sample`,
`extract` and `explain`; `index` is all samples in columns. `serving` and `site` show a page, `terminal` text.
"""

from merunibench.viewing.results import Collection, Viewed, load_results

__all__ = ["Collection", "Viewed", "load_results"]
