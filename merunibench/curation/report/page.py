"""The report as one HTML page: funnel, filters, statistics, drop rates, human truth.

The page asks for nothing from elsewhere and holds no script; its content policy forbids both, whatever a stranger's
description might try. The template escapes all text.
"""

from functools import partial

from merunibench._resources import resource
from merunibench._text import visible
from merunibench.curation.report import picture, wording
from merunibench.curation.report.result import CurationReport
from merunibench.report.templates import templates

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LONGEST = 80


def render(report: CurationReport) -> str:
    """The page."""
    from markupsafe import Markup

    folder = resource("curation", "report")
    environment = templates(folder)
    environment.filters |= {
        "visible": visible,
        "short": partial(visible, longest=_LONGEST),
        "number": wording.number,
        "score": wording.score,
    }
    css = (folder / "page.css").read_text(encoding="utf-8")
    return environment.get_template("page.html").render(
        report=report,
        left={step.name: step.kept for step in report.funnel},
        wording=wording,
        percent=wording.percent,
        policy=Markup(_POLICY),  # noqa: S704 - its quotes as they are
        style=Markup(css),  # noqa: S704 - comes with the package
        funnel=Markup(picture.draw(report)),  # noqa: S704 - of our own making: the picture escapes what it draws
    )
