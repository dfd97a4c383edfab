"""Draw the pictures of the site from the demo's invented clips, with the same code as for users.

A page includes one by a comment, `<!-- picture: NAME -->`. No picture shows a licensed sample.
"""

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from pathlib import Path

from merunibench import error_analysis, load_lexicon
from merunibench.demo.miniature import MINIATURE_TASKS, Demo, run_demo
from merunibench.pictures.dots import Dot, dots
from merunibench.pictures.wheel import draw_wheel, draw_wheels
from merunibench.report import DatasetResult

EXAMPLE = ("relieved", "embarrassed", "curious")


@cache
def demonstration() -> tuple[Demo, Path]:
    """Return the demo's reports and the folder of its files, which exists as long as this program runs."""
    folder = Path(_KEPT.name) / "demo"
    return run_demo(folder), folder


_KEPT = tempfile.TemporaryDirectory()


def wheel() -> str:
    """Draw three words on the second wheel."""
    return draw_wheel(2, EXAMPLE, load_lexicon("builtin"))


def wheels() -> str:
    """Draw the same words on all five wheels."""
    return draw_wheels(EXAMPLE, load_lexicon("builtin"))


def confusion() -> str:
    """Draw the confusions of the demo's subtitle baseline on the first wheel, in MELD."""
    _, folder = demonstration()
    analysis = error_analysis(folder / "text-lexicon", folder / "labels", datasets=["meld"], tasks=MINIATURE_TASKS)
    with tempfile.TemporaryDirectory() as out:
        analysis.write_svg(Path(out))
        first = min(Path(out).glob("*.svg"))
        return first.read_text(encoding="utf-8")


def intervals() -> str:
    """Draw the scores of the demo's subtitle baseline, with intervals and chance levels."""
    report = demonstration()[0].reports["text-lexicon"]
    rows = [(each.title, [_dot(each, "text-lexicon")]) for each in report.datasets]
    return str(dots("Scores with 95 % intervals; a stroke marks the chance level", rows))


def chance() -> str:
    """Draw the scores of three baselines on one data set, with their chance levels."""
    reports = demonstration()[0].reports
    rows = [(name, [_dot(report["meld"], name)]) for name, report in reports.items()]
    return str(dots("Hit rate on MELD of three baselines; a stroke marks the chance level", rows))


def _dot(result: DatasetResult, name: str) -> Dot:
    return Dot(result.score or 0.0, name, ci=result.ci, mark=result.chance)


FILES: Mapping[str, tuple[Callable[[], str], str]] = {
    "wheel": (wheel, "Wheel 2 with the words relieved, embarrassed and curious in their sectors"),
    "wheels": (wheels, "All five wheels with the words relieved, embarrassed and curious in their sectors"),
    "confusion": (confusion, "Heat map of true against predicted sectors of one wheel"),
}
"""Pictures that are separate files with their own style. Name -> function that draws it, and its description."""

INLINE: Mapping[str, tuple[Callable[[], str], str]] = {
    "intervals": (
        intervals,
        "Scores of the demo’s text-lexicon baseline. Bars are 95 % intervals, strokes chance levels.",
    ),
    "chance": (
        chance,
        "The demo on MELD: the answer that names every sector scores 100, and so does its shuffled copy.",
    ),
}
"""Pictures in the colours of the page. Name -> function that draws it, and its caption."""


def embedded(name: str, up: str) -> str:
    """Return the HTML of a picture.

    Args:
        name: A key of `FILES` or `INLINE`.
        up: Relative path from the page to the root of the site (`../`).
    """
    if name in FILES:
        says = escape(FILES[name][1])
        return f'<figure class="picture"><img src="{up}pictures/{name}.svg" alt="{says}"></figure>'
    draw, caption = INLINE[name]
    return f'<figure class="picture">{draw()}<figcaption>{escape(caption)}</figcaption></figure>'
