"""Colours for figures outside of pages: those of the light theme, and one per model.

The colours of models can be distinguished with every common kind of colour blindness. The first is the accent of all
pages; the others are from Okabe and Ito's set (https://jfly.uni-koeln.de/color/), without its yellow, which is hardly
visible on paper.
"""

import re
from functools import cache

from merunibench.pictures.dress import folder

_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),")
_OTHERS = ("#d55e00", "#56b4e9", "#cc79a7", "#009e73", "#e69f00")


@cache
def on_paper() -> dict[str, str]:
    """Name of a token in `tokens.css` -> its colour in the light theme."""
    return dict(_TOKEN.findall((folder() / "tokens.css").read_text(encoding="utf-8")))


def of_models() -> tuple[str, ...]:
    """The colours of models, in the order of assignment."""
    tokens = on_paper()
    return (tokens["accent"], *_OTHERS, tokens["ink"], tokens["edge"])
