"""The report as one HTML page in the leaderboard's dress: funnel, filters, statistics, drop rates, human truth.

The page asks for nothing from elsewhere and holds no script; its content policy forbids both, whatever a stranger's
description might try. The template escapes all text.
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
    """The page."""
    from markupsafe import Markup

    folder = resource("curation", "report")
    frame = resource("report", "frame")
    environment = templates(folder, frame)
    environment.filters |= {
        "visible": escape_controls,
        "short": partial(escape_controls, longest=_LONGEST),
        "number": wording.number,
        "score": wording.score,
    }
    return environment.get_template("page.html").render(
        report=report,
        left={step.name: step.kept for step in report.funnel},
        wording=wording,
        percent=wording.percent,
        policy=Markup(dress.POLICY),  # noqa: S704 - its quotes as they are
        style=dress.inlined(frame / "alone.css", folder / "page.css"),
        funnel=Markup(picture.draw(report)),  # noqa: S704 - of our own making: the picture escapes what it draws
    )
