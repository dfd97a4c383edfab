"""The strict protocol, one sample and one wheel at a time, with Python sets.

An element is ("sector", name), ("neutral",) or ("word", label).
"""

from tests.oracle.metrics import WHEELS, mean


def elements(labels, wheel, sector, stop_words=()):
    """`labels` is a list of normalised labels, or None where there is no prediction."""
    if labels is None:
        return set()
    if not labels:
        return {("neutral",)}
    found = set()
    for label in labels:
        if label == "neutral":
            found.add(("neutral",))
        elif sector(label, wheel) is not None:
            found.add(("sector", sector(label, wheel)))
        elif label not in stop_words and all(sector(label, other) is None for other in WHEELS):
            found.add(("word", label))
    return found


def fine_grained(truth, predicted):
    """Lists of element sets on one wheel -> (F, precision, recall), None if nothing counts."""
    pairs = [(g, p) for g, p in zip(truth, predicted, strict=True) if g]
    if not pairs:
        return None
    precision = mean([len(g & p) / len(p) if p else 0 for g, p in pairs])
    recall = mean([len(g & p) / len(g) for g, p in pairs])
    return (2 * precision * recall / (precision + recall) if precision + recall else 0.0, precision, recall)


def sample_f(g, p):
    return 2 * len(g & p) / (len(g) + len(p))


def basic(categories, truth, predicted):
    """F of samples averaged within each category, then over categories; on one wheel."""
    scores = {}
    for category, g, p in zip(categories, truth, predicted, strict=True):
        if g:
            scores.setdefault(category, []).append(sample_f(g, p))
    return mean([mean(values) for values in scores.values()]) if scores else None


def sentiment(truth, predicted):
    """`predicted` is +1, 0 or -1; a 0 is wrong for either truth."""
    pairs = [(value > 0, guess) for value, guess in zip(truth, predicted, strict=True) if value != 0]
    score = 0.0
    for positive, wanted in ((False, -1), (True, 1)):
        support = sum(true == positive for true, _ in pairs)
        hits = sum(true == positive and guess == wanted for true, guess in pairs)
        guessed = sum(guess == wanted for _, guess in pairs)
        f1 = 2 * hits / (support + guessed) if support + guessed else 0.0
        score += f1 * support / len(pairs)
    return score
