"""A data set of a few samples, scored: as little as a rule of scoring needs."""

from merunibench.data import predictions_in_memory, truth_from_table, truth_in_memory
from merunibench.lexicon import load_lexicon
from merunibench.scoring import Settings, score_predictions
from merunibench.tasks import get_task


def truth_of(dataset, labels):
    """Ground truth from sample name -> label."""
    return truth_from_table(truth_in_memory({dataset: labels})[dataset], get_task(dataset))


def answers_of(dataset, answers):
    """Predictions from sample name -> labels or polarity, or from a data frame."""
    source = predictions_in_memory({dataset: answers})
    (checkpoint,) = source.checkpoints(dataset)
    return source.load(dataset, checkpoint)


def settings(**options):
    """Settings with the builtin lexicon."""
    return Settings(load_lexicon("builtin"), **options)


def scored(dataset, answers, labels, **options):
    """The score of answers, from sample name -> labels or polarity, against sample name -> label."""
    return score_predictions(truth_of(dataset, labels), answers_of(dataset, answers), settings(**options))
