"""The style of figures for papers: sizes of venues, fonts, colours. All design choices are here."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from merunibench.errors import InputError
from merunibench.pictures.palette import of_models, on_paper

Span = Literal["single", "double"]


class Measure(NamedTuple):
    """Widths of a venue's pages in inches: of one column, and of the text."""

    single: float
    double: float


VENUES: Mapping[str, Measure] = {
    "acl": Measure(3.03, 6.30),  # columns of 7.7 cm, text of 16 cm: acl-style-files
    "neurips": Measure(5.50, 5.50),  # one column: neurips.sty
    "iclr": Measure(5.50, 5.50),
    "icml": Measure(3.25, 6.75),
    "cvpr": Measure(3.25, 6.875),
    "aaai": Measure(3.30, 7.00),
    "acm": Measure(3.33, 7.00),  # sigconf: 241 and 506 points
    "ieee": Measure(3.50, 7.16),
    "interspeech": Measure(3.15, 6.69),
    "springer": Measure(4.80, 4.80),  # LNCS: one column of 12.2 cm
}
"""Venue -> widths, as set by its LaTeX class."""

MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
LINES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (4, 1, 1, 1)), "-", (0, (4, 1.5)), (0, (1, 1)), "-.")
"""Models also differ in marker and line style, for print without colours."""
MOST_MODELS = len(MARKERS)

SMALL, NORMAL = 6.5, 7.5
"""Font sizes in points, at least those of footnotes in a paper."""


def width_of(venue: str, span: Span) -> float:
    """Return the width of a figure in inches.

    Raises:
        InputError: the venue is unknown.
    """
    if venue not in VENUES:
        raise InputError(f"unknown venue {venue!r}; choose from {', '.join(VENUES)}")
    return VENUES[venue].double if span == "double" else VENUES[venue].single


def settings() -> dict[str, Any]:
    """Matplotlib's settings for a figure: no text is parsed as a formula, and no byte depends on time or place."""
    tokens = on_paper()
    return {
        "axes.axisbelow": True,
        "axes.edgecolor": tokens["edge"],
        "axes.grid": False,
        "axes.labelcolor": tokens["ink"],
        "axes.labelsize": NORMAL,
        "axes.linewidth": 0.6,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": NORMAL,
        "axes.unicode_minus": True,
        "figure.dpi": 200,
        "font.family": ["DejaVu Sans"],
        "font.size": NORMAL,
        "grid.color": tokens["line"],
        "grid.linewidth": 0.5,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "legend.handlelength": 1.6,
        "lines.linewidth": 1.2,
        "lines.markersize": 4,
        "pdf.fonttype": 42,
        "ps.fonttype": 42,
        "savefig.dpi": 300,
        "svg.fonttype": "path",
        "svg.hashsalt": "merunibench",
        "text.color": tokens["ink"],
        "text.parse_math": False,
        "text.usetex": False,
        "xtick.color": tokens["dim"],
        "xtick.labelcolor": tokens["ink"],
        "xtick.labelsize": SMALL,
        "xtick.major.size": 2.5,
        "xtick.major.width": 0.6,
        "ytick.color": tokens["dim"],
        "ytick.labelcolor": tokens["ink"],
        "ytick.labelsize": SMALL,
        "ytick.major.size": 2.5,
        "ytick.major.width": 0.6,
    }


def colour(place: int) -> str:
    """The colour of the model with this index."""
    return of_models()[place]


def token(name: str) -> str:
    """A colour of the style sheets in the light theme."""
    return on_paper()[name]
