"""Figures for papers, drawn from reports by matplotlib (extra `plot`), at the column widths of the usual venues.

`draw` makes a `Plot` of one of `KINDS`; what is a matter of taste stands in `style`. Equal input gives equal bytes:
no date, no random name, no font but that of matplotlib itself. A figure carries the signature of its scores.
"""

from merunibench.plotting.drawing import KINDS, Plot, draw

__all__ = ["KINDS", "Plot", "draw"]
