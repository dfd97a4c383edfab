"""Put a score in context: baselines scored like the model, and the model's own answers rewritten to head words.

The head word of a sector is its name. The score that remains when every label is replaced by its head word does not
depend on the choice of words.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.baselines import BASELINES, Baseline, Known
from merunibench.data import GroundTruth, Predictions, predictions_in_memory
from merunibench.data.discovery import DEFAULT_CHECKPOINT
from merunibench.errors import InputError
from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon
from merunibench.report.worth import BaselineScore, Reference, Worth
from merunibench.scoring import SampleScores, Scored, Settings, cluster_names, score_predictions
from merunibench.tasks import TaskSet

_OFFICIAL = "official"


def worth_of(scored: Scored, truth: GroundTruth, subtitles: Mapping[str, str] | None, settings: Settings) -> Worth:
    """Return baselines and head-word scores for comparison with a score.

    Args:
        scored: The score, with its samples; baselines are scored on the same ones.
        truth: All labels of the data set.
        subtitles: Sample name -> subtitle; None if there are no subtitles.
        settings: What the score was computed with.

    Raises:
        ValueError: the score does not have its samples any more.
    """
    samples = scored.run_samples or ((scored.samples_scored,) if scored.samples_scored is not None else ())
    if not samples:
        raise ValueError(f"{scored.dataset}: no samples to score baselines on")
    rows = pc.index_in(samples[0].names, value_set=truth.names).to_numpy(zero_copy_only=False)
    same = truth.subset(rows.astype(np.intp))
    how = replace(settings, missing="zero", bootstrap=0)
    found, left_out = _baselines(same, subtitles, how)
    heads = [fmean(wheel) for wheel in zip(*(_in_head_words(each, same, how) for each in samples), strict=True)]
    return Worth(scored.dataset, scored.title, scored.score, found, left_out, tuple(heads))


def references_of(
    scored: Scored, truth: GroundTruth, others: Iterable[GroundTruth], settings: Settings
) -> tuple[Reference, ...]:
    """Return the scores of human labels of the same clips in other data sets, and of the model on those clips.

    The annotations may not be independent of each other, so this is not an upper bound, but it is a human reference.

    Args:
        scored: The score, with its samples.
        truth: All labels of its data set.
        others: All labels of data sets that share clips with it and are another kind of task.
        settings: What the score was computed with.
    """
    samples, how = scored.any_samples, replace(settings, missing="zero", bootstrap=0)
    if samples is None or samples.labels is None:
        return ()
    there = samples.present.tolist()
    said = {name: samples.labels[row] for row, name in enumerate(samples.names.to_pylist()) if there[row]}
    found = []
    for other in others:
        both = pc.and_(pc.is_in(truth.names, other.names), pc.is_in(truth.names, samples.names))
        rows = np.flatnonzero(both.to_numpy(zero_copy_only=False))
        if other.labels is None or len(rows) == 0:
            continue
        same = truth.subset(rows)
        names, place = same.names.to_pylist(), pc.index_in(same.names, value_set=other.names).to_pylist()
        people = {name: other.labels[row] for name, row in zip(names, place, strict=True)}
        model = {name: said.get(name) for name in names}
        try:
            theirs, ours = (score_predictions(same, _predictions(same, each), how) for each in (people, model))
        except InputError:  # no shared sample counts
            continue
        found.append(Reference(other.task.id, len(rows), theirs.score, ours.score, theirs.chance))
    return tuple(found)


def known_of(truth: GroundTruth, subtitles: Mapping[str, str] | None, lexicon: Lexicon | None, protocol: str) -> Known:
    """Return what baselines may use of a data set."""
    units = None
    if truth.task.cluster:
        clusters = cluster_names(truth.task, truth.names).to_pylist()
        units = dict(sorted(zip(truth.names.to_pylist(), clusters, strict=True)))
    return Known(truth.task.kind, truth_fields(truth), subtitles, lexicon, units, neutral=counts_neutral(protocol))


def counts_neutral(protocol: str) -> bool:
    """Return whether neutral truths count in a protocol's score; baselines depend on it."""
    return protocol != _OFFICIAL


def baseline_predictions(baseline: Baseline, known: Known, truth: GroundTruth) -> Predictions | None:
    """Return a baseline's answers; None if its input is missing."""
    rows = baseline.answer(known)
    if rows is None:
        return None
    answer = truth.task.of_kind.answer
    return _predictions(truth, {row["name"]: row[answer] for row in rows})


def truth_fields(truth: GroundTruth) -> dict[str, str]:
    """Return sample name -> label field for `majority`, sorted by name so that ties do not depend on file order."""
    names = truth.names.to_pylist()
    if truth.values is not None:
        texts = [repr(value) for value in truth.values.tolist()]
    else:
        labels = truth.labels or LabelLists.empty(len(names))
        several = truth.task.of_kind.truth == "labels"
        texts = [f"[{', '.join(labels[row])}]" if several else "".join(labels[row]) for row in range(len(names))]
    return dict(sorted(zip(names, texts, strict=True)))


def _predictions(truth: GroundTruth, answers: Mapping[str, Any]) -> Predictions:
    return predictions_in_memory({truth.task.id: answers}, tasks=TaskSet([truth.task])).load(
        truth.task.id, DEFAULT_CHECKPOINT
    )


def _baselines(
    truth: GroundTruth, subtitles: Mapping[str, str] | None, settings: Settings
) -> tuple[tuple[BaselineScore, ...], dict[str, str]]:
    """Return every baseline's score, and why some have none."""
    there = None if subtitles is None else _only(truth.names, subtitles)
    known = known_of(truth, there or None, settings.lexicon, settings.protocol)
    found, left_out = [], {}
    answer = truth.task.of_kind.answer
    if answer not in ("labels", "polarity"):
        return (), dict.fromkeys(BASELINES, f"gives no {answer}")
    for each in BASELINES.values():
        predictions = baseline_predictions(each, known, truth)
        if predictions is None:
            left_out[each.id] = "no subtitles" if "text" in each.modalities else "samples are not grouped"
            continue
        scored = score_predictions(truth, predictions, settings)
        figures = (scored.score, scored.uncorrected, scored.chance)
        found.append(BaselineScore(each.id, each.title, each.told, each.shallow, *figures))
    return tuple(found), left_out


def _only(names: pa.Array, subtitles: Mapping[str, str]) -> dict[str, str]:
    return {name: subtitles[name] for name in names.to_pylist() if name in subtitles}


def _in_head_words(samples: SampleScores, truth: GroundTruth, settings: Settings) -> Iterator[float]:
    """Yield the score of the same answers in the head words of each wheel; nothing for sentiment."""
    if samples.labels is None:
        return
    names, there = samples.names.to_pylist(), samples.present.tolist()
    for wheel in range(settings.lexicon.n_wheels):
        heads = head_words(settings.lexicon, samples.labels.vocabulary, wheel, settings.level)
        answers = {
            name: [head for label in samples.labels[row] for head in heads[label]]
            for row, name in enumerate(names)
            if there[row]
        }
        yield score_predictions(truth, _predictions(truth, answers), settings).score


def head_words(lexicon: Lexicon, labels: Iterable[str], wheel: int, level: Level = 1) -> dict[str, list[str]]:
    """Return label -> head words of its sectors on a wheel, counted from 0; the label itself if it has no sector there.

    The head word of a sector is its name, or its first word if the lexicon maps its name to another sector.
    """
    sectors_of = lexicon.words_of_sectors(level)[wheel]
    head = {sector: sector if sector in words or not words else words[0] for sector, words in sectors_of.items()}
    found = {}
    for label in labels:
        sectors = [lexicon.sectors(word, level)[wheel] for word in lexicon.words_of(label)]
        known = [head[sector] for sector in sectors if sector is not None]
        found[label] = list(dict.fromkeys(known)) or [label]
    return found
