"""A scorer for inspect_ai, for new evaluations and for finished logs: `inspect score LOG --scorer merunibench/mer`.

Registered by the entry point `inspect_ai`. A sample's id is its name, and its target is the true label or labels.
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
    """Score of the data set as computed by `merunibench.evaluate`, a formula over sums of all samples."""

    def of(scores: list[SampleScore]) -> float:
        return report_of(_kept(each) for each in scores).datasets[0].score

    return of


@metric
def mer_chance() -> Metric:
    """Score of the same answers when they are shuffled among the samples."""

    def of(scores: list[SampleScore]) -> float:
        chance = report_of(_kept(each) for each in scores).datasets[0].chance
        return float("nan") if chance is None else chance

    return of


def _kept(sample: SampleScore) -> dict[str, Any]:
    found = (sample.score.metadata or {}).get(_KEPT)
    if not isinstance(found, dict):
        raise InputError("a sample was scored by another scorer; the metric mer_score only works with merunibench/mer")
    return found


@scorer(metrics=[mer_score(), mer_chance()], name="mer")
def mer(dataset: str, protocol: str = "official", lexicon: str = "builtin", level: int = 1) -> Scorer:
    """Score free-text answers with the metric of a data set of MER-UniBench.

    The value of a sample is the number of labels in its answer, since the data set's score is not a mean of sample
    scores; the score is the metric `mer_score`.

    Args:
        dataset: The data set, by any of its names.
        protocol: Scoring protocol; published results use `official`.
        lexicon: A lexicon, as for `merunibench score --lexicon`.
        level: Wheel level whose sectors count.
    """
    settings = {"protocol": protocol, "lexicon": lexicon, "level": level}

    async def score(state: TaskState, target: Target) -> Score:
        if state.epoch > 1:
            raise InputError("merunibench scores one answer per sample; evaluate only one epoch")
        output = state.output
        text = None if output.error or not output.choices else output.completion
        labels = extract_labels(text) if text else []
        sample = kept(dataset, str(state.sample_id), text, list(target), settings)
        return Score(value=len(labels), answer=", ".join(labels), metadata={_KEPT: sample})

    return score
