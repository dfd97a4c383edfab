"""Draw the stuffing curve of docs/rewards.md: rewards of constant answers with more and more labels, on invented data.

The true labels are drawn to resemble human ones: one to six words, few of them frequent. Part of
`python -m tools.gallery`.
"""

import random
from collections import Counter
from statistics import fmean

from merunibench.lexicon import load_lexicon
from merunibench.plotting import style
from merunibench.plotting.drawing import Plot, styled
from merunibench.rewards import WheelReward

SAMPLES, WORDS = 300, 200
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 80, 160)


def truths() -> list[list[str]]:
    """Return label lists of invented samples; word number r is 1 / r times as frequent as the first."""
    draw = random.Random(0)  # noqa: S311 - no secret
    known = sorted(word for word in load_lexicon("builtin").codes if word.isalpha() and word.isascii())
    words = draw.sample(known, WORDS)
    weights = [1 / rank for rank in range(1, WORDS + 1)]
    return [list(dict.fromkeys(draw.choices(words, weights, k=draw.randint(1, 6)))) for _ in range(SAMPLES)]


def paid(answers: list[list[str]], true: list[list[str]], reward: WheelReward) -> list[float]:
    """Return the mean reward of each constant answer."""
    found = []
    for answer in answers:
        values = [value for value in reward.of_labels([answer] * len(true), true) if value is not None]
        found.append(fmean(values))
    return found


def curves() -> dict[str, list[float]]:
    """Return line -> rewards of answers of `LENGTHS` labels."""
    true = truths()
    frequent = [word for word, _ in Counter(word for labels in true for word in labels).most_common()]
    words = [frequent[:length] for length in LENGTHS]
    nonsense = [[*frequent[: min(length, 4)], *(f"zqx{n}" for n in range(length - 4))] for length in LENGTHS]
    return {
        "recall": paid(words, true, WheelReward("recall")),
        "precision": paid(words, true, WheelReward("precision")),
        "F": paid(words, true, WheelReward()),
        "F, penalty p3": paid(words, true, WheelReward(penalty="p3")),
        "F of 4 words and nonsense, official": paid(nonsense, true, WheelReward(protocol="official")),
        "F of 4 words and nonsense, strict": paid(nonsense, true, WheelReward()),
    }


def picture() -> bytes:
    """Return the curves as SVG; the bytes are the same on every run."""
    with styled() as mpl:
        figure = mpl.figure.Figure(figsize=(style.width_of("acl", "double"), 2.9), layout="constrained")
        axes = figure.add_subplot()
        for place, (name, values) in enumerate(curves().items()):
            marker = style.MARKERS[place]
            axes.plot(LENGTHS, values, marker=marker, markersize=3.5, color=style.colour(place), label=name)
        axes.set(xscale="log", xlabel="labels in the answer", ylabel="mean reward", ylim=(0, 1.02))
        axes.set_xticks(LENGTHS, [str(length) for length in LENGTHS])
        axes.minorticks_off()
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
        return Plot(figure, "What stuffing is paid", WheelReward().signature).to_bytes("svg")
