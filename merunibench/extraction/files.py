"""Predictions of any format -> JSON Lines with labels, and polarity if wanted; the text is kept."""

from dataclasses import dataclass
from pathlib import Path

from merunibench.data import Extractor, PredictionSource, conversions
from merunibench.extraction.rows import Rows
from merunibench.extraction.rules import Rules
from merunibench.journal import refuse_journal


@dataclass
class Extracted:
    """What was done.

    Attributes:
        files: The files written.
        labels: Number of samples whose labels were taken from text.
        polarities: Number whose polarity was derived.
        traces: Number of texts from which a reasoning trace was dropped.
        failed: Number of samples that could not be read.
    """

    files: tuple[Path, ...] = ()
    labels: int = 0
    polarities: int = 0
    traces: int = 0
    failed: int = 0


def extract(
    source: PredictionSource,
    out: Path,
    *,
    extractor: Extractor | None = None,
    polarity: bool = False,
    again: bool = False,
) -> Extracted:
    """Write every file of `source` as JSON Lines below `out`, with labels where there was text alone.

    Where labels or polarity come from an extractor, `labels_from` or `polarity_from` names it, and scoring shows it in
    the signature. Failed rows stay as they are. Language models have `merunibench.extraction.llm.extract_with_models`.

    Args:
        source: The predictions.
        out: The folder to write into, laid out as by `convert`.
        extractor: What reads; the rules by default.
        polarity: Derive the polarity of every label list too.
        again: Also replace the labels (and the polarity) of rows that have some, wherever there is text.

    Raises:
        InputError: an input cannot be read, or an output cannot be written.
    """
    extractor = Rules() if extractor is None else extractor
    done = Extracted()
    for file in conversions(source, out):
        refuse_journal(file.path)
        rows = Rows(file, again=again)
        texts = rows.texts()
        rows.fill("labels", extractor.name, {row: extractor.labels(text) for row, text in texts.items()})
        done.traces += sum(map(extractor.has_trace, texts.values()))
        done.labels += len(texts)
        if polarity:
            lists = rows.label_lists()
            rows.fill("polarity", extractor.name, {row: extractor.polarity(labels) for row, labels in lists.items()})
            done.polarities += len(lists)
        file.write()
        done.files += (file.path,)
    return done
