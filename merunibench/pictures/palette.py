"""Colours for pictures that are drawn elsewhere than on pages: those of the style sheets on paper, and one per model.

The colours of models are told apart under every common kind of colour blindness; the first is the accent of all pages,
the others are of Okabe and Ito's set (https://jfly.uni-koeln.de/color/), without its yellow, which paper swallows.
"""

import re
from functools import cache

from merunibench.pictures.dress import folder

_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),")
_OTHERS = ("#d55e00", "#56b4e9", "#cc79a7", "#009e73", "#e69f00")


@cache
def on_paper() -> dict[str, str]:
    """Name of a token in `tokens.css` -> its colour in light."""
    return dict(_TOKEN.findall((folder() / "tokens.css").read_text(encoding="utf-8")))


def of_models() -> tuple[str, ...]:
    """Colours of models, in the order in which they are given out."""
    tokens = on_paper()
    return (tokens["accent"], *_OTHERS, tokens["ink"], tokens["edge"])
