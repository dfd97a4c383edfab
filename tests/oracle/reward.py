"""Rewards of one reply, one wheel at a time, with Python sets and the words of the definition."""

import math


def elements(labels, wheel, lexicon, *, strict, level=1):
    """The elements of a label list on one wheel. Labels may be joined by a slash."""
    found = set()
    for part in (part.strip().lower() for label in labels for part in label.split("/")):
        sector = lexicon.sectors(part, level)[wheel]
        if sector is not None:
            found.add(("sector", sector))
        elif strict and part == "neutral":
            found.add(("neutral",))
        elif strict and part not in lexicon and not lexicon.is_stop_word(part):
            found.add(("word", part))
    return found


def figures(answer, truth, lexicon, *, protocol="strict", level=1):
    """Precision, recall, F and hit, means over the wheels on which the truth has an element; None without one."""
    strict = protocol == "strict"
    truth = truth or (["neutral"] if strict else [])
    rows = []
    for wheel in range(lexicon.n_wheels):
        said = elements(answer, wheel, lexicon, strict=strict, level=level)
        true = elements(truth, wheel, lexicon, strict=strict, level=level)
        if true:
            common = len(said & true)
            precision = common / len(said) if said else 0
            rows.append((precision, common / len(true), 2 * common / (len(said) + len(true)), float(common > 0)))
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)] if rows else None


def penalty(kind, answer, truth):
    said, true = len({label.lower() for label in answer}), max(1, len({label.lower() for label in truth}))
    if kind is None or said <= true:
        return 1
    return {
        "p1": 1 / (said - true + 1),
        "p2": true / said,
        "p3": math.log(true) / math.log(said) if true > 1 else math.log(2) / math.log(said + 1),
    }[kind]


def reward(answer, truth, lexicon, *, figure="f", kind=None, protocol="strict", level=1):
    found = figures(answer, truth, lexicon, protocol=protocol, level=level)
    if found is None:
        return None
    return found[("precision", "recall", "f", "hit").index(figure)] * penalty(kind, answer, truth)


def jaccard(one, other, lexicon, *, protocol="strict"):
    values = []
    for wheel in range(lexicon.n_wheels):
        left, right = (elements(labels, wheel, lexicon, strict=protocol == "strict") for labels in (one, other))
        if left | right:
            values.append(len(left & right) / len(left | right))
    return sum(values) / len(values) if values else 0.0
