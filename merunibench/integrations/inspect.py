"""A scorer for inspect_ai, for new evaluations and for finished logs: `inspect score LOG --scorer merunibench/mer`.

Registered by the entry point `inspect_ai`. A sample's id is its name, and its target the true label or labels.
"""

from typing import Any

from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import TaskState

from merunibench.errors import InputError
from merunibench.extraction import extract_labels
from merunibench.integrations.figures import kept, report_of

_KEPT = "merunibench"


@metric
def mer_score() -> Metric:
    """The data set's score, a formula over sums of all samples: what `merunibench.evaluate` gives."""

    def of(scores: list[SampleScore]) -> float:
        return report_of(_kept(each) for each in scores).datasets[0].score

    return of


@metric
def mer_chance() -> Metric:
    """What the same answers score when they are shuffled among the samples."""

    def of(scores: list[SampleScore]) -> float:
        chance = report_of(_kept(each) for each in scores).datasets[0].chance
        return float("nan") if chance is None else chance

    return of


def _kept(sample: SampleScore) -> dict[str, Any]:
    found = (sample.score.metadata or {}).get(_KEPT)
    if not isinstance(found, dict):
        raise InputError("a sample was scored by another scorer: mer_score is a metric of merunibench/mer alone")
    return found


@scorer(metrics=[mer_score(), mer_chance()], name="mer")
def mer(dataset: str, protocol: str = "official", lexicon: str = "builtin", level: int = 1) -> Scorer:
    """Score answers in free words by the metric of a data set of MER-UniBench.

    The value of a sample is how many labels its answer holds, since no figure of one sample has the data set's score as
    its mean; the score is the metric `mer_score`.

    Args:
        dataset: The data set, by any of its names.
        protocol: How to score; `official` is that of the published results.
        lexicon: A lexicon, as `merunibench score --lexicon` takes it.
        level: Wheel level whose sectors count.
    """
    settings = {"protocol": protocol, "lexicon": lexicon, "level": level}

    async def score(state: TaskState, target: Target) -> Score:
        if state.epoch > 1:
            raise InputError("merunibench scores one answer per sample: evaluate one epoch")
        output = state.output
        text = None if output.error or not output.choices else output.completion
        labels = extract_labels(text) if text else []
        sample = kept(dataset, str(state.sample_id), text, list(target), settings)
        return Score(value=len(labels), answer=", ".join(labels), metadata={_KEPT: sample})

    return score
