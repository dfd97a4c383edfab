"""Score single answers, for rewards and monitoring: without files or names, and without refusing bad answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.data import Table, truth_from_table
from merunibench.data.polarity_words import read_polarity
from merunibench.errors import InputError
from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon, load_lexicon
from merunibench.protocols import NO_POLARITY, PROTOCOLS, Samples
from merunibench.scoring import Settings
from merunibench.tasks import Task, get_task


def sample_scores(
    dataset: str | Task,
    answers: Sequence[Any],
    truths: Sequence[Any],
    *,
    lexicon: str | Path | Lexicon = "builtin",
    protocol: str = "official",
    level: Level = 1,
) -> npt.NDArray[np.float64]:
    """Return the score of each of N answers: the data set's formula applied to one sample, not corrected for chance.

    Their mean is not the score of the data set, which is computed from means (docs/metric.md).

    Args:
        dataset: The data set, or the definition of one of your own; its kind determines how answers are scored.
        answers: Labels (a list, or label-list text) or a polarity word for each sample; None if there is no answer.
        truths: The truths as in a label file: a class, labels, or a number.
        lexicon: As for `evaluate`.
        protocol: As for `evaluate`.
        level: As for `evaluate`.

    Returns:
        Scores in 0..1, shape (N,); NaN if a sample does not count, such as `neutral` under the official protocol.

    Raises:
        InputError: the data set is unknown, a truth is invalid, or an answer is neither text nor a list of words.

    Example:
        >>> sample_scores("meld", [["happy"], ["calm"], ["calm"]], ["joy", "anger", "neutral"]).tolist()
        [1.0, 0.0, nan]
    """
    task = dataset if isinstance(dataset, Task) else get_task(dataset)
    chosen = lexicon if isinstance(lexicon, Lexicon) else load_lexicon(lexicon)
    settings = Settings(chosen, protocol, level)
    if len(answers) != len(truths):
        raise InputError(f"{len(answers)} answers for {len(truths)} truths; give one answer per truth")
    if not len(truths):
        return np.zeros(0)
    names = list(map(str, range(len(truths))))
    truth = truth_from_table(Table(Path("truths"), {"name": names, "label": list(truths)}, len(names)), task)
    labels, polarity = None, None
    if task.of_kind.answer == "labels":
        try:
            labels = LabelLists.from_fields(answers)
        except TypeError as error:
            raise InputError(f"answer {error}") from error
    else:
        words = [read_polarity(word) if isinstance(word, str) else NO_POLARITY for word in answers]
        polarity = np.array([word or 0 for word in words], np.int8)
    present = np.array([answer is not None for answer in answers])
    metric = PROTOCOLS[settings.protocol][task.kind]
    samples = Samples(task.of_kind, present, truth.labels, labels, truth.values, polarity)
    encoded = metric.encode(samples, settings.lexicon, settings.level)
    return metric.fitted(encoded.truth).score(metric.statistics(encoded.truth, encoded.predicted).T)
