"""The error analysis of a model: evaluate it, then analyse the per-sample scores of every data set."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.analysis.confusion import confusion
from merunibench.analysis.groups import Resampling, groupings
from merunibench.analysis.words import word_errors
from merunibench.data import Arrangement, PredictionSource, open_predictions, predictions_in_memory
from merunibench.data.columns import name_column, text_column
from merunibench.errors import InputError
from merunibench.evaluation import Tasks, evaluate
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.lexicon import Level, Lexicon, load_lexicon
from merunibench.report import Report
from merunibench.report.columns import result_notes
from merunibench.report.error_analysis import DatasetErrors, ErrorAnalysis
from merunibench.scoring import BEST_PER_DATASET, Missing, Progress, Scored
from merunibench.signature import Signature
from merunibench.tasks import TaskSet, as_task_set

# A word is the text between white space; in scripts without spaces between words, a character.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}"
_WORD = rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+"
_NO_TEXT = "no score by text length: the predictions contain no raw text (column 'text')"


def error_analysis(  # noqa: D417, PLR0913 - options of `merunibench errors`; most are those of `evaluate`
    predictions: str | Path | Mapping[str, object],
    data_root: str | Path | Mapping[str, object] | None = None,
    *,
    datasets: Sequence[str] | None = None,
    model: str | None = None,
    lexicon: str | Path | Lexicon = "builtin",
    protocol: str = "official",
    level: Level = 1,
    checkpoint: str = BEST_PER_DATASET,
    missing: Missing = "error",
    wheel: int | None = None,
    limit: int = 10,
    bootstrap: int = 1000,
    seed: int = 0,
    max_bytes: int = DEFAULT_MAX_BYTES,
    columns: Mapping[str, str] | None = None,
    name_regex: str | None = None,
    tasks: Tasks = (),
    progress: Progress | None = None,
) -> ErrorAnalysis:
    """Analyse where a model loses score.

    Args:
        predictions: As for `evaluate`, like all options that are not described here.
        data_root: As for `evaluate`.
        wheel: Analyse only this wheel, counted from 1; by default all. Scores always use all wheels.
        limit: Maximum number of words in a ranking, at least 1.
        bootstrap: Number of resamples for the 95 % intervals of groups; 0 for none.
        seed: Seed of the resampling.

    Returns:
        The analysis; all its scores are fractions.

    Raises:
        InputError: an argument cannot be used; the message says what, where and what to do.
    """
    known = as_task_set(tasks)
    chosen = lexicon if isinstance(lexicon, Lexicon) else load_lexicon(lexicon)
    _check_options(chosen, wheel, limit, Resampling(bootstrap, seed))
    report = evaluate(
        predictions,
        data_root,
        datasets=datasets,
        model=model,
        lexicon=chosen,
        protocol=protocol,
        level=level,
        checkpoint=checkpoint,
        missing=missing,
        bootstrap=0,
        max_bytes=max_bytes,
        columns=columns,
        name_regex=name_regex,
        tasks=known,
        progress=progress,
    )
    source = _source(predictions, datasets, model, max_bytes, Arrangement(columns or {}, name_regex), known)
    return errors_of(report, source, chosen, wheel=wheel, limit=limit, resampling=Resampling(bootstrap, seed))


def _check_options(lexicon: Lexicon, wheel: int | None, limit: int, resampling: Resampling) -> None:
    if limit < 1 or resampling.resamples < 0 or resampling.seed < 0:
        raise InputError("the limit must be at least 1, and the number of resamples and the seed must not be negative")
    if wheel is not None and not 1 <= wheel <= lexicon.n_wheels:
        raise InputError(f"wheel must be 1 to {lexicon.n_wheels} (the wheels of lexicon {lexicon.name}), not {wheel}")


def errors_of(
    report: Report,
    source: PredictionSource,
    lexicon: Lexicon,
    *,
    wheel: int | None = None,
    limit: int = 10,
    resampling: Resampling,
) -> ErrorAnalysis:
    """Return the error analysis of a report that was just computed.

    Args:
        report: A report that still contains its per-sample scores.
        source: The predictions of the report.
        lexicon: The lexicon of the report.
        wheel: As for `error_analysis`, like `limit`.
        limit: See there.
        resampling: How the intervals of groups are computed.
    """
    wheels = range(1, lexicon.n_wheels + 1) if wheel is None else (wheel,)
    level: Level = 2 if report.level == 2 else 1
    return ErrorAnalysis(
        model=report.model,
        protocol=report.protocol,
        lexicon=report.lexicon,
        level=report.level,
        wheel=wheel,
        checkpoint_selection=report.checkpoint_selection,
        datasets=tuple(_dataset(each, source, lexicon, level, wheels, limit, resampling) for each in report.datasets),
        warnings=report.warnings,
        signature=str(_signed(report.signature, resampling)),
    )


def _dataset(
    result: Scored,
    source: PredictionSource,
    lexicon: Lexicon,
    level: Level,
    wheels: Sequence[int],
    limit: int,
    resampling: Resampling,
) -> DatasetErrors:
    """Return the analysis of one data set, whose result still contains its per-sample scores."""
    scores = result.samples_scored
    if scores is None:  # pragma: no cover - a fresh report holds them
        raise TypeError(f"{result.dataset}: no per-sample scores")
    words = _text_lengths(source, result, scores.names)
    remarks = result.account.remarks() if result.account else ()
    ranked = word_errors(scores, lexicon, level, wheels, limit)
    confusions = (confusion(scores, wheel) for wheel in scores.wheels if wheel is None or wheel in wheels)
    return DatasetErrors(
        dataset=result.dataset,
        title=result.title,
        kind=result.kind,
        checkpoint=result.checkpoint,
        primary=result.primary,
        score=result.score,
        chance=result.chance,
        samples=len(scores),
        given=result.samples,
        confusions=tuple(each for each in confusions if each.rows),
        wrong_words=ranked.wrong,
        unknown_words=ranked.unknown,
        missed_words=ranked.missed,
        groupings=groupings(scores, wheels, words, resampling),
        notes=(*((_NO_TEXT,) if words is None else ()), *result_notes(result), *remarks),
        signature=str(_signed(result.signature, resampling)),
    )


def _signed(signature: Signature, resampling: Resampling) -> Signature:
    """The signature of the scores, with the resampling of this analysis."""
    return replace(signature, bootstrap=resampling.resamples, seed=resampling.seed)


def _source(
    predictions: str | Path | Mapping[str, object],
    datasets: Sequence[str] | None,
    model: str | None,
    max_bytes: int,
    arrangement: Arrangement,
    tasks: TaskSet,
) -> PredictionSource:
    """The predictions as `evaluate` read them: their raw text is not part of a score."""
    if isinstance(predictions, Mapping):
        return predictions_in_memory(predictions, model=model, arrangement=arrangement, tasks=tasks)
    only = tasks.get_task(datasets[0]).id if datasets and len(set(datasets)) == 1 else None
    return open_predictions(
        Path(predictions), dataset=only, model=model, max_bytes=max_bytes, arrangement=arrangement, tasks=tasks
    )


def _text_lengths(source: PredictionSource, result: Scored, names: pa.Array) -> npt.NDArray[np.int64] | None:
    """Number of words in each sample's raw text, -1 for none, shape (N,); None if the predictions have no texts."""
    table = source.table(result.dataset, result.checkpoint)
    if "text" not in table.columns:
        return None
    texts = text_column(table, "text")
    if texts.null_count == len(texts):
        return None
    counts = pc.count_substring_regex(texts, pattern=_WORD)
    rows = pc.index_in(names, value_set=name_column(table))
    lengths = counts.take(rows).fill_null(-1).to_numpy(zero_copy_only=False)
    return np.asarray(lengths, np.int64)
