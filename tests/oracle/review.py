"""Precision and recall of keeping, counted answer by answer, with whole numbers of stand-ins instead of weights."""

from fractions import Fraction


def verdict(answers, right):
    """Whether a clip should be kept: True, False, or None where nobody says, or people are divided.

    Args:
        answers: Its answers, dictionaries with `speaks` and `right`.
        right: Which answers to `right` make a description right.
    """
    votes = []
    for answer in answers:
        if answer["speaks"] == "no":
            votes.append(False)
        elif answer["right"]:
            votes.append(answer["right"] in right)
    if votes.count(True) == votes.count(False):
        return None
    return votes.count(True) > votes.count(False)


def keeping(clips, right):
    """Precision, recall and share of rows that should be kept; None where there is nothing to count.

    Args:
        clips: For each clip its probability of being drawn, whether it is kept, and its answers.
        right: See `verdict`.
    """
    mass = {(kept, good): Fraction(0) for kept in (True, False) for good in (True, False)}
    for probability, kept, answers in clips:
        good = verdict(answers, right)
        if good is not None:
            mass[kept, good] += 1 / Fraction(probability)

    def share(part, whole):
        total = sum(mass[each] for each in whole)
        return float(sum(mass[each] for each in part) / total) if total else None

    both, every = (True, True), list(mass)
    return {
        "precision": share([both], [both, (True, False)]),
        "recall": share([both], [both, (False, True)]),
        "right": share([both, (False, True)], every),
    }
