"""The metrics of kinds beside the benchmark, one sample at a time, written from docs/metric.md."""

import math


def class_of(labels, classes, sectors, neutral):
    """The class that a list of labels means, or None. `sectors(word)` gives five sets, `neutral(word)` yes or no."""
    votes = {}
    for label in labels:
        meant = _meaning(label, classes, sectors, neutral)
        if meant is not None:
            votes[meant] = votes.get(meant, 0) + 1
    most = [name for name, count in votes.items() if count == max(votes.values())]
    return most[0] if len(most) == 1 else None


def _meaning(label, classes, sectors, neutral):
    if label in classes:
        return label
    if "neutral" in classes and neutral(label):
        return "neutral"
    shared = {
        name: sum(bool(ours & theirs) for ours, theirs in zip(sectors(label), sectors(name), strict=True))
        for name in classes
    }
    most = [name for name, count in shared.items() if count == max(shared.values())]
    return most[0] if len(most) == 1 and shared[most[0]] >= 3 else None


def weighted_f1(truth, predicted):
    """WAF and accuracy; a prediction of None is one of no class."""
    waf = 0.0
    for name in set(truth):
        hits = sum(true == said == name for true, said in zip(truth, predicted, strict=True))
        support, number = truth.count(name), predicted.count(name)
        waf += support / len(truth) * 2 * hits / (support + number)
    return waf, sum(true == said for true, said in zip(truth, predicted, strict=True)) / len(truth)


def regression(truth, predicted):
    """Corr, MAE, Acc7, Acc5; an answer of None is the mean of the truths."""
    mean = sum(truth) / len(truth)
    said = [mean if value is None else value for value in predicted]
    middle = sum(said) / len(said)
    top = sum((x - mean) * (y - middle) for x, y in zip(truth, said, strict=True))
    below = math.sqrt(sum((x - mean) ** 2 for x in truth) * sum((y - middle) ** 2 for y in said))
    found = {"corr": top / below if below else 0.0, "mae": sum(map(abs, map(float.__sub__, truth, said))) / len(truth)}
    for key, most in (("acc7", 3), ("acc5", 2)):
        pairs = zip(truth, predicted, strict=True)
        hits = (y is not None and round(_cut(x, most)) == round(_cut(y, most)) for x, y in pairs)
        found[key] = sum(hits) / len(truth)
    return found


def _cut(value, most):
    return max(-most, min(most, value))


def preferences(truth, predicted, swapped):
    """WAF, accuracy, agreement with itself in swapped order (None where never asked twice)."""
    kept = [row for row in zip(truth, predicted, swapped, strict=True) if row[0] != "same"]
    waf, accuracy = weighted_f1([row[0] for row in kept], [row[1] if row[1] != "same" else None for row in kept])
    twice = [row for row in kept if row[1] is not None and row[2] is not None]
    agreed = sum(row[1] == row[2] != "same" for row in twice)
    return waf, accuracy, agreed / len(twice) if twice else None
