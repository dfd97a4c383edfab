"""The report as one HTML page in the leaderboard's style: funnel, filters, statistics, drop rates, human labels.

The page loads no external resources and contains no scripts. Its content security policy forbids both, so untrusted
descriptions cannot add any. The template escapes all text.
"""

from functools import partial

from merunibench._resources import resource
from merunibench._text import escape_controls
from merunibench.curation.report import picture, wording
from merunibench.curation.report.result import CurationReport
from merunibench.pictures import dress
from merunibench.report.templates import templates

_LONGEST = 80


def render(report: CurationReport) -> str:
    """Render the page."""
    from markupsafe import Markup

    folder = resource("curation", "report")
    frame = resource("report", "frame")
    environment = templates(folder, frame)
    environment.filters |= {
        "escape_controls": escape_controls,
        "short": partial(escape_controls, longest=_LONGEST),
        "number": wording.number,
        "score": wording.score,
    }
    return environment.get_template("page.html").render(
        report=report,
        left={step.name: step.kept for step in report.funnel},
        wording=wording,
        percent=wording.percent,
        policy=Markup(dress.POLICY),  # noqa: S704 - its quotes must not be escaped
        style=dress.inlined(frame / "alone.css", folder / "page.css"),
        funnel=Markup(picture.draw(report)),  # noqa: S704 - the picture escapes its texts
    )
