"""Measure the CPU time of rewards, as ratios within one run.

python -m benchmarks.rewards
"""

import random
import time
from collections.abc import Callable, Sequence

import numpy as np

from merunibench.extraction import extract_labels
from merunibench.extraction.tagged import tagged_labels
from merunibench.labels import LabelLists
from merunibench.lexicon import load_lexicon
from merunibench.protocols.elements import element_sets
from merunibench.rewards import WheelReward
from tests.oracle import reward as oracle

SAMPLES, LABELS = 10_000, 8


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Return the lowest CPU seconds of several runs."""
    best = float("inf")
    for _ in range(repeats):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def label_lists(number: int, labels: int, seed: int, unknown: float = 0.1) -> list[list[str]]:
    """Return lists of words of the builtin lexicon, with a share of unknown words."""
    draw = random.Random(seed)
    known = sorted(word for word in load_lexicon("builtin").codes if word.isalpha() and word.isascii())
    others = ["".join(draw.choices("abcdefghijklmnop", k=8)) for _ in range(2000)]
    return [[draw.choice(others if draw.random() < unknown else known) for _ in range(labels)] for _ in range(number)]


def parts(answers: Sequence[Sequence[str]], truths: Sequence[Sequence[str]]) -> object:
    """Compute one reward with the functions of scoring, without `WheelReward`."""
    sides = [LabelLists.from_fields(lists) for lists in (truths, answers)]
    true, said = element_sets(sides[0], sides[1], np.ones(len(answers), bool), load_lexicon("builtin"), 1)
    return 2 * true.common(said) / (true.sizes() + said.sizes())


def compare_label_lists(protocol: str) -> None:
    """Compare the times for label lists, in a batch and one by one."""
    lexicon, reward = load_lexicon("builtin"), WheelReward(protocol=protocol)
    answers, truths = label_lists(SAMPLES, LABELS, 0), label_lists(SAMPLES, 3, 1, 0.0)
    few = range(0, SAMPLES, 20)
    begun = time.process_time()
    reward.of_labels(answers, truths)
    first = time.process_time() - begun
    batch = seconds(lambda: reward.of_labels(answers, truths))
    slow = 20 * seconds(lambda: [oracle.reward(answers[i], truths[i], lexicon, protocol=protocol) for i in few], 3)
    print(
        f"{protocol}: {SAMPLES} x {LABELS} labels {1000 * batch:.1f} ms (first {1000 * first:.0f}), "
        f"reference {1000 * slow:.0f} ms: {slow / batch:.0f} times faster (bar 20)"
    )
    alone = seconds(lambda: [reward.score_labels(answers[i], truths[i]) for i in few]) / len(few)
    apart = seconds(lambda: [parts([answers[i]], [truths[i]]) for i in range(0, SAMPLES, 200)]) / 50
    print(
        f"{protocol}: one call {1e6 * alone:.1f} us, with functions of scoring {1e6 * apart:.0f} us: "
        f"1/{apart / alone:.0f} (bar 1/10)"
    )


def compare_tagged(unknown: float) -> None:
    """Compare the times for word lists in tags: with the rules, and with the fast path."""
    reasoning = "<think>He frowns at first, but then his voice rises and he laughs.</think>"
    lists = label_lists(2000, LABELS, 2, unknown)
    replies = [f"{reasoning}<answer>{', '.join(labels)}</answer>" for labels in lists]
    rules = seconds(lambda: [extract_labels(reply) for reply in replies], 3) / len(replies)
    short = seconds(lambda: [tagged_labels(reply) for reply in replies], 3) / len(replies)
    taken = sum(tagged_labels(reply) is not None for reply in replies)
    print(
        f"tagged lists, {unknown:.0%} unknown words: {1e6 * short:.0f} us, with the rules {1e6 * rules:.0f} us: "
        f"{rules / short:.1f} times faster (bar 3); {taken} of {len(replies)} use the fast path"
    )


def main() -> None:
    """Print one line per comparison."""
    for protocol in ("strict", "official"):
        compare_label_lists(protocol)
    for unknown in (0.0, 0.1):
        compare_tagged(unknown)


if __name__ == "__main__":
    main()
