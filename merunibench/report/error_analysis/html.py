"""The error analysis as one HTML page in the leaderboard's style: largest losses first, then each data set.

The page loads nothing from elsewhere and contains no script. Its content security policy forbids both, whatever
untrusted text contains. The template escapes all text.
"""

from functools import partial
from urllib.parse import urlencode

from merunibench._resources import resource
from merunibench._text import escape_controls
from merunibench.pictures import dress
from merunibench.pictures.dots import Axis, strip
from merunibench.pictures.heat import heat_map, whole_percent
from merunibench.report.columns import percent, span
from merunibench.report.error_analysis import wording
from merunibench.report.error_analysis.maps import confusion_map
from merunibench.report.error_analysis.result import Confusion, ErrorAnalysis
from merunibench.report.templates import templates

_COUNTED = {"wrong_words": "Wrong in", "unknown_words": "Predicted in", "missed_words": "Missed in"}
"""Attribute of the result -> heading of the column that counts its words."""

_WHOLE, _SIGNED = Axis((0.0, 100.0)), Axis((-100.0, 100.0))
"""Scales of the group scores; chance-corrected scores may be below 0."""


def render(analysis: ErrorAnalysis, view: str = "") -> str:
    """Render the page; sample names link to a page of `merunibench view`, if there is one."""
    from markupsafe import Markup

    def sample_link(dataset: str, name: str) -> str:
        """The address of a sample on that page; empty without a page."""
        state = urlencode({"open": f"{dataset}/{name}"})
        return f"{view.rstrip('/')}/index.html#{state}" if view else ""

    def picture(confusion: Confusion, dataset: str) -> Markup:
        return heat_map(confusion_map(confusion), f"{dataset}-{confusion.wheel or 'polarity'}")

    folder = resource("report", "error_analysis")
    frame = resource("report", "frame")
    environment = templates(folder, frame)
    environment.filters |= {
        "escape_controls": escape_controls,
        "short": partial(escape_controls, longest=wording.LONGEST),
        "percent": percent,
        "span": span,
        "amount": wording.amount,
        "whole_percent": whole_percent,
    }
    return environment.get_template("page.html").render(
        analysis=analysis,
        lexicon=f"{analysis.lexicon['name']}@{analysis.lexicon['sha256'][:8]}",
        policy=Markup(dress.POLICY),  # noqa: S704 - its quotes as they are
        style=dress.inlined(frame / "alone.css", folder / "page.css"),
        wording=wording,
        losses=wording.losses(analysis),
        kinds=_COUNTED,
        sample_link=sample_link,
        heat_map=picture,
        strip=strip,
        axis=_SIGNED if _any_below_zero(analysis) else _WHOLE,
    )


def _any_below_zero(analysis: ErrorAnalysis) -> bool:
    groups = (group for errors in analysis.datasets for each in errors.groupings for group in each.groups)
    return any(end < 0 for group in groups for end in (group.score or 0.0, *(group.ci or ())))
