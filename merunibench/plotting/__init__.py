"""Figures for papers, drawn from reports with matplotlib (extra `plot`), at the column widths of common venues.

`draw` makes a `Plot` of one of `KINDS`; design choices are in `style`. Equal input gives equal bytes: there is no date,
no random name, and no font except that of matplotlib. A figure contains the signature of its scores.
"""

from merunibench.plotting.drawing import KINDS, Plot, draw

__all__ = ["KINDS", "Plot", "draw"]
