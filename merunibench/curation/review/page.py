"""The page that a reviewer answers on: one file, one clip at a time, no verdict, answers saved as a table.

It loads nothing but clips of its own disk, and runs no script but its own, known by its hash: its content policy
forbids the rest, whatever a stranger's description might try. The template escapes all text.
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
"""`file:` because some browsers take no file for its own folder's."""
_KEYS = {"speaks": ("y", "n", "u"), "right": ("1", "2", "3")}


def render(cards: Sequence[Card], sample: str, title: str) -> str:
    """The page.

    Args:
        cards: The clips, in the order in which they are shown.
        sample: What the sample is known by.
        title: What the data set is called.
    """
    from markupsafe import Markup

    folder = resource("curation", "review")
    environment = templates(folder)
    environment.filters |= {"visible": escape_controls, "lines": _lines, "cell": csv_cell}
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
        policy=Markup(_POLICY.format(script=_digest(script), style=_digest(style))),  # noqa: S704 - its quotes as they are
        script=Markup(script),  # noqa: S704 - comes with the package
        style=Markup(style),  # noqa: S704 - comes with the package
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _lines(text: str) -> str:
    """The text with its line breaks; other signs that cannot be printed are written out."""
    return "\n".join(map(escape_controls, text.splitlines()))
