"""The web page for reviewers: one file that shows one clip at a time without verdicts, and saves answers as a table.

It loads only local clips, and runs only its own script, identified by its hash. Its content security policy forbids
everything else, so untrusted descriptions cannot add scripts. The template escapes all text.
"""

import base64
import hashlib
from collections.abc import Sequence

from merunibench._resources import resource
from merunibench._text import escape_controls
from merunibench.curation.review.sheet import RIGHT, SPEAKS, Card
from merunibench.report.csv_text import csv_cell
from merunibench.report.templates import templates

_POLICY = (
    "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; media-src 'self' file:; "
    "base-uri 'none'; form-action 'none'"
)
"""`file:` because some browsers do not treat local files as having the same origin."""
_KEYS = {"speaks": ("y", "n", "u"), "right": ("1", "2", "3")}


def render(cards: Sequence[Card], sample: str, title: str) -> str:
    """Render the page.

    Args:
        cards: The clips, in the order in which they are shown.
        sample: Identity of the sample.
        title: Name of the data set.
    """
    from markupsafe import Markup

    folder = resource("curation", "review")
    environment = templates(folder)
    environment.filters |= {"escape_controls": escape_controls, "lines": _lines, "cell": csv_cell}
    script, style = ((folder / name).read_text(encoding="utf-8") for name in ("page.js", "page.css"))
    return environment.get_template("page.html").render(
        cards=cards,
        sample=sample,
        title=escape_controls(title, 80),
        reviewers=sorted({reviewer for card in cards for reviewer in card.chosen.reviewers}),
        questions=(
            (
                "speaks",
                "Does the visible person speak?",
                tuple(zip(SPEAKS, SPEAKS.values(), _KEYS["speaks"], strict=True)),
            ),
            ("right", "Is the description right?", tuple(zip(RIGHT, RIGHT.values(), _KEYS["right"], strict=True))),
        ),
        policy=Markup(_POLICY.format(script=_digest(script), style=_digest(style))),  # noqa: S704 - its quotes must stay
        script=Markup(script),  # noqa: S704 - comes with the package
        style=Markup(style),  # noqa: S704 - comes with the package
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _lines(text: str) -> str:
    """Return the text with its line breaks; other control characters are escaped."""
    return "\n".join(map(escape_controls, text.splitlines()))
