"""Dawid and Skene's model word for word: dictionaries and loops, many rounds."""

import math


def posteriors(votes, rounds):
    """Probabilities of the classes for each sample.

    Args:
        votes: For each sample a dictionary source -> class; at least one vote each.
        rounds: Number of rounds.
    """
    classes = sorted({label for vote in votes for label in vote.values()})
    sources = sorted({source for vote in votes for source in vote})
    belief = [{k: sum(v == k for v in vote.values()) / len(vote) for k in classes} for vote in votes]
    for _ in range(rounds):
        prior = {k: max(sum(each[k] for each in belief) / len(votes), 1e-10) for k in classes}
        says = {}
        for source in sources:
            words = {vote[source] for vote in votes if source in vote}
            for k in classes:
                mass = dict.fromkeys(words, 0.0)
                for vote, each in zip(votes, belief, strict=True):
                    if source in vote:
                        mass[vote[source]] += each[k]
                mass = {w: max(value, 1e-10) for w, value in mass.items()}
                says |= {(source, k, w): value / sum(mass.values()) for w, value in mass.items()}
        belief = []
        for vote in votes:
            logs = {k: math.log(prior[k]) for k in classes}
            for source, word in vote.items():
                for k in classes:
                    logs[k] += math.log(max(says[source, k, word], 1e-10))
            highest = max(logs.values())
            likely = {k: math.exp(value - highest) for k, value in logs.items()}
            belief.append({k: value / sum(likely.values()) for k, value in likely.items()})
    return belief
