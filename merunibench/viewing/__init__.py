"""Browse single samples: clip, answers, truth, wheels and reasons, on a local page or in the terminal.

`results` loads what `score` accepts. `details` describes one sample, with the functions of `score --per-sample`,
`extract` and `explain`. `index` lists all samples in columns. `serving` and `site` provide the page, `terminal` text.
"""

from merunibench.viewing.results import Collection, Viewed, load_results

__all__ = ["Collection", "Viewed", "load_results"]
