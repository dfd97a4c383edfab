"""The official metric, one sample, one wheel, one word at a time.

`sector(word, wheel)` gives the sector of a word on a wheel (0..4), or None.
"""

import math

WHEELS = range(5)


def parse(field):
    """Section 1: a label field -> list of lower-case labels."""
    if field is None or (isinstance(field, float) and math.isnan(field)):
        return []
    if not isinstance(field, str):
        return [label.lower().strip() for label in field]
    field = field.removeprefix("[").removesuffix("]")
    labels = []
    for part in field.replace('"', ",").replace("'", ",").split(","):
        if part.strip() != "":
            labels.append(part.strip().lower().strip())
    return labels


def sectors(labels, wheel, sector):
    return {sector(label, wheel) for label in labels} - {None}


def mean(values):
    return sum(values) / len(values)


def fine_grained(truth, predicted, sector):
    """Section 3. `truth` and `predicted` are lists of label lists, sample by sample."""
    wheels = []
    for wheel in WHEELS:
        precisions, recalls = [], []
        for true_labels, guessed_labels in zip(truth, predicted, strict=True):
            g, p = sectors(true_labels, wheel, sector), sectors(guessed_labels, wheel, sector)
            if not g:
                continue
            precisions.append(len(g & p) / len(p) if p else 0.0)
            recalls.append(len(g & p) / len(g) if p else 0.0)
        if not precisions:
            continue
        precision, recall = mean(precisions), mean(recalls)
        f = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        wheels.append({"precision": precision, "recall": recall, "f": f})
    return {key: mean([wheel[key] for wheel in wheels]) for key in ("precision", "recall", "f")} if wheels else None


def basic(truth, predicted, sector):
    """Section 4. `truth` is a list of category words."""
    wheels = []
    for wheel in WHEELS:
        categories = {sector(word, wheel) for word in truth} - {None}
        hits, matches = [], []
        for word, labels in zip(truth, predicted, strict=True):
            g, p = sectors([word], wheel, sector), sectors(labels, wheel, sector)
            if not g:
                continue
            hits.append(len(p & g))
            matches.append(len(p & g) / len(p & categories) if p & categories else 0.0)
        if hits:
            wheels.append({"hit_rate": mean(hits), "matching_score": mean(matches)})
    return {key: mean([wheel[key] for wheel in wheels]) for key in ("hit_rate", "matching_score")} if wheels else None


def sentiment(truth, predicted):
    """Section 5. `truth` are numbers, `predicted` polarity words."""
    pairs = [
        (value > 0, word.strip().lower() == "positive")
        for value, word in zip(truth, predicted, strict=True)
        if value != 0
    ]
    waf = 0.0
    for positive in (False, True):
        support = sum(true == positive for true, _ in pairs)
        both = sum(true == positive and guess == positive for true, guess in pairs)
        guessed = sum(guess == positive for _, guess in pairs)
        f1 = 2 * both / (support + guessed) if support + guessed else 0.0
        waf += f1 * support / len(pairs)
    return {"waf": waf, "accuracy": mean([true == guess for true, guess in pairs])}


def shuffled_means(truth, predicted, quantity):
    """Mean of `quantity(truth, prediction)` over all N² pairs: what shuffling gives each sample on average."""
    return mean([quantity(g, p) for g in truth for p in predicted])
