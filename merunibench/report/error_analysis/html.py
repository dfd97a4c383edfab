"""The error analysis as one HTML page: heat maps, the same figures as tables, words, groups.

The page asks for nothing from elsewhere and holds no script; its content policy forbids both, whatever a stranger's
word might try. The template escapes all text.
"""

from functools import partial

from merunibench._resources import resource
from merunibench._text import visible
from merunibench.report.columns import percent, span
from merunibench.report.error_analysis import wording
from merunibench.report.error_analysis.result import Confusion, ErrorAnalysis
from merunibench.report.error_analysis.svg import DARK_STYLE, heat_map
from merunibench.report.templates import templates

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_COUNTED = {"wrong_words": "Wrong in", "unknown_words": "Said in", "missed_words": "Missed in"}
"""Attribute of the result -> the head of the column that counts its words."""


def render(analysis: ErrorAnalysis) -> str:
    """The page."""
    from markupsafe import Markup

    def picture(confusion: Confusion, dataset: str) -> Markup:
        # Both are markup of our own making: the picture escapes what it draws, the style sheet comes with the package.
        return Markup(heat_map(confusion, f"{dataset}-{confusion.wheel or 'polarity'}"))  # noqa: S704

    folder = resource("report", "error_analysis")
    environment = templates(folder)
    environment.filters |= {
        "visible": visible,
        "short": partial(visible, longest=wording.LONGEST),
        "percent": percent,
        "span": span,
        "amount": wording.amount,
        "whole_percent": wording.whole_percent,
    }
    css = (folder / "page.css").read_text(encoding="utf-8")
    style = Markup(f"{css}@media (prefers-color-scheme: dark) {{ {DARK_STYLE} }}\n")  # noqa: S704
    return environment.get_template("page.html").render(
        analysis=analysis,
        lexicon=f"{analysis.lexicon['name']}@{analysis.lexicon['sha256'][:8]}",
        policy=Markup(_POLICY),  # noqa: S704 - its quotes as they are
        style=style,
        wording=wording,
        kinds=_COUNTED,
        heat_map=picture,
    )
