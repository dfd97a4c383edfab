"""Which of two descriptions people prefer: wins, ties, and a sign test.

A table has one row per comparison: `name`, the descriptions `a1` and `a2`, and `preference`, which is `a1`, `a2` or
`same` (the format of EmoPrefer). `model1` and `model2` are the models that wrote the descriptions.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from merunibench._text import short_repr
from merunibench.curation.agreement import clopper_pearson, krippendorff_alpha
from merunibench.curation.review.answers import cells, refuse_repeated
from merunibench.data import Table
from merunibench.data.columns import find_column
from merunibench.data.tables import table_stem
from merunibench.errors import InputError

COLUMN = "preference"
CHOICES = ("a1", "a2", "same")

Pair = tuple[str, str]
Item = tuple[Pair, str]
"""Two models, sorted by name, and a clip."""


@dataclass(frozen=True)
class Preference:
    """Comparison of two models.

    Attributes:
        models: Their names, in alphabetical order.
        comparisons: Number of clips on which they were compared.
        wins: Number of clips on which each was preferred.
        ties: Number of clips on which neither was preferred, or reviewers were divided.
        share: Share of wins of the first model; None if all are ties.
        ci: Exact 95 % interval of that share (Clopper-Pearson).
        p: Two-sided p-value of the sign test without ties; 1 if all are ties.
        alpha: Krippendorff's alpha of the reviewers (nominal); None for one reviewer, or if all answers are equal.
        reviewers: Number of reviewers.
    """

    models: Pair
    comparisons: int
    wins: tuple[int, int]
    ties: int
    share: float | None
    ci: tuple[float, float] | None
    p: float
    alpha: float | None
    reviewers: int


def score_preferences(tables: Iterable[Table]) -> list[Preference]:
    """Score all comparisons; return one result per pair of models.

    Raises:
        InputError: a column is missing, a preference is invalid, both descriptions are by the same model, a reviewer
            compared a clip twice, or no preference is given.
    """
    tables = list(tables)
    given: dict[Item, dict[str, int]] = defaultdict(dict)
    for table in tables:
        for row, reviewer, item, choice in _rows(table):
            if reviewer in given[item]:
                raise InputError(
                    f"{table.where(row)}: reviewer {short_repr(reviewer)} has already compared {short_repr(item[1])}"
                )
            given[item][reviewer] = choice
    if tables and not given:
        raise InputError(f"{', '.join(str(table.path) for table in tables)}: contains no preferences")
    by_pair: dict[Pair, list[Mapping[str, int]]] = defaultdict(list)
    for (pair, _), choices in given.items():
        by_pair[pair].append(choices)
    return [_score(pair, by_pair[pair]) for pair in sorted(by_pair)]


def _rows(table: Table) -> Iterable[tuple[int, str, Item, int]]:
    """Yield row, reviewer, models and clip, and 0, 1 or 2 for the first model, the second, or neither."""
    names, choices = cells(table, find_column(table, "name")), cells(table, COLUMN)
    models = [
        cells(table, key) if key in table.columns else [answer] * table.num_rows
        for key, answer in (("model1", "a1"), ("model2", "a2"))
    ]
    who = cells(table, "reviewer") if "reviewer" in table.columns else [""] * table.num_rows
    wrong = [
        (row, f"{COLUMN!r} must be {', '.join(CHOICES)} or empty, not {short_repr(choice)}")
        for row, choice in enumerate(choices)
        if choice and choice.lower() not in CHOICES
    ]
    if wrong:
        raise table.refusal(wrong)
    pairs = [(first, second) for first, second in zip(*models, strict=True)]
    refuse_repeated(
        ((reviewer, *sorted(pair), name) for reviewer, pair, name in zip(who, pairs, names, strict=True)), table
    )
    for row, (name, pair, choice) in enumerate(zip(names, pairs, choices, strict=True)):
        if not choice:
            continue
        if not name or not all(pair) or pair[0] == pair[1]:
            raise InputError(f"{table.where(row)}: needs a name, and two different models, not {short_repr(pair)}")
        code = CHOICES.index(choice.lower())
        if pair[0] > pair[1] and code < 2:
            code = 1 - code
        ordered = (min(pair), max(pair))
        yield row, who[row] or table_stem(table.path) or table.path.name, (ordered, name), code


def _score(models: Pair, items: Sequence[Mapping[str, int]]) -> Preference:
    counts = Counter(map(_majority, items))
    wins = counts[0], counts[1]
    decided = sum(wins)
    reviewers = sorted({reviewer for choices in items for reviewer in choices})
    codes = np.array([[choices.get(reviewer, -1) for reviewer in reviewers] for choices in items])
    alpha = krippendorff_alpha(codes)
    return Preference(
        models,
        len(items),
        wins,
        counts[2],
        wins[0] / decided if decided else None,
        clopper_pearson(wins[0], decided) if decided else None,
        sign_test(*wins),
        None if math.isnan(alpha) else alpha,
        len(reviewers),
    )


def _majority(choices: Mapping[str, int]) -> int:
    """Return the choice of most reviewers; a tie if they are divided."""
    (choice, most), *others = Counter(choices.values()).most_common()
    return 2 if any(count == most for _, count in others) else choice


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided p-value of the exact sign test; under the null hypothesis, both outcomes are equally likely.

    Ties must be left out before. Source: Dixon and Mood, Journal of the American Statistical Association 41, 1946.

    Example:
        >>> sign_test(9, 1)
        0.021484375
    """
    trials, fewer = wins + losses, min(wins, losses)
    if trials <= _EXACT:
        return min(1.0, sum(math.comb(trials, k) for k in range(fewer + 1)) / 2 ** (trials - 1)) if trials else 1.0
    whole = math.lgamma(trials + 1) - (trials - 1) * math.log(2)
    tail = math.fsum(math.exp(whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1)) for k in range(fewer + 1))
    return min(1.0, tail)


_EXACT = 1000
"""Above this number of trials, logarithms are used instead of integers; eleven digits are the same."""
