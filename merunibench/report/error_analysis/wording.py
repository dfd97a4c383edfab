"""Texts shared by the terminal and the page: titles, explanations, numbers."""

from merunibench.pictures.heat import whole_percent
from merunibench.protocols import protocol_signed
from merunibench.report.columns import percent
from merunibench.report.error_analysis.result import (
    NOTHING,
    Confusion,
    DatasetErrors,
    ErrorAnalysis,
    Example,
    Grouping,
)
from merunibench.signature import Signature

LONGEST = 60

CONFUSION = (
    "Each row is a true sector, in percent of the samples in which it is true. A missed sector is distributed evenly "
    "over the wrong sectors predicted instead; nothing: no wrong sector was predicted. False alarms: samples in which "
    "a sector was predicted but is not true."
)
POLARITY_CONFUSION = (
    "Each row is a true polarity, in percent of its samples; samples whose truth is exactly 0 are not scored. The "
    "score treats neutral as negative. Nothing: no prediction. False alarms: samples in which a polarity was predicted "
    "but is not true."
)
CLASS_CONFUSION = (
    "Each row is a true class, in percent of its samples. Nothing: no class, or a tie between several. False "
    "alarms: samples for which a class was predicted that is not true."
)
PREFERENCE_CONFUSION = (
    "Each row is what people prefer, in percent of its samples; samples without a preference are not scored. Nothing: "
    "no answer, or no preference. False alarms: samples where the model prefers a description that people do not."
)
WORD_TABLES = (
    ("wrong_words", "Wrong words", "Predicted, but their sector is not among the true ones."),
    ("unknown_words", "Unknown words", "Predicted, but without a sector on any wheel."),
    ("missed_words", "Missed words", "True, but their sector was not predicted."),
)
"""Attribute of the result, title, explanation."""

GROUPS = "Dot: the score of these samples alone; line: its 95 % interval; vertical line: the score of all samples."

_GROUPINGS = {
    "class": ("Score by true class", "Class"),
    "true sector": ("Score by true sector", "Sector"),
    "strength": ("Score by strength of the true sentiment", "Absolute value"),
    "labels": ("Score by number of predicted labels", "Labels"),
    "text length": ("Score by length of the raw answer", "Words"),
}


def headline(errors: DatasetErrors) -> str:
    """Return `hit rate 55.65, chance 33.11, 2610 samples`."""
    metric = protocol_signed(Signature.parse(errors.signature).protocol)[errors.kind].primary_title
    samples = f"{errors.samples} of {errors.given}" if errors.samples != errors.given else errors.samples
    return f"{metric} {percent(errors.score)}, chance {percent(errors.chance)}, {samples} samples"


def amount(count: float) -> str:
    """Format a count; averages over wheels have one decimal."""
    return f"{count:.0f}" if count == round(count) else f"{count:.1f}"


def confusion_title(confusion: Confusion) -> str:
    """Return `Wheel 3: true sector against predicted sector`."""
    what = confusion.what
    return f"{confusion.title}: true {what} against predicted {what}"


def confusion_note(confusion: Confusion) -> str:
    """Explain how to read a confusion."""
    notes = {"sector": CONFUSION, "polarity": POLARITY_CONFUSION, "preference": PREFERENCE_CONFUSION}
    return notes.get(confusion.what, CLASS_CONFUSION)


def largest(confusion: Confusion, most: int) -> list[tuple[str, str, float, float]]:
    """Return the largest confusions of two sectors: true, predicted, count, share of the true sector."""
    found = [
        (count, row, column, share)
        for row, counts, shares in zip(confusion.rows, confusion.counts, confusion.shares, strict=True)
        for column, count, share in zip(confusion.columns, counts, shares, strict=True)
        if row != column and count
    ]
    found.sort(key=lambda each: (-each[0], each[1], each[2]))
    return [(row, column, count, share) for count, row, column, share in found[:most]]


def losses(analysis: ErrorAnalysis) -> list[tuple[str, str, str]]:
    """Return the largest loss of each data set, ordered by their share of the samples.

    Returns:
        Id and title of a data set, and a sentence that names the most frequent confusion of any wheel and the word that
        is wrong most often.
    """
    found = []
    for errors in analysis.datasets:
        confusion = worst_confusion(errors)
        if confusion is None:
            continue
        loss = largest(confusion, 1)[0]
        found.append((loss[2] / max(confusion.samples, 1), errors, _loss(errors, confusion, loss)))
    found.sort(key=lambda one: -one[0])
    return [(errors.dataset, errors.title, sentence) for _, errors, sentence in found]


def worst_confusion(errors: DatasetErrors) -> Confusion | None:
    """Return the confusion with the largest loss as a share of its samples; None if nothing is lost."""
    lost = {index: largest(each, 1)[0][2] for index, each in enumerate(errors.confusions) if largest(each, 1)}
    share = {index: count / max(errors.confusions[index].samples, 1) for index, count in lost.items()}
    return errors.confusions[max(share, key=share.__getitem__)] if share else None


def _loss(errors: DatasetErrors, confusion: Confusion, loss: tuple[str, str, float, float]) -> str:
    sentence = loss_sentence(confusion, loss)
    if not errors.wrong_words:
        return sentence
    word = errors.wrong_words[0]
    return f"{sentence} Most frequent wrong word: {word.word}, in {amount(word.count)} of {amount(word.total)} samples."


def loss_sentence(confusion: Confusion, loss: tuple[str, str, float, float]) -> str:
    """Describe a confusion, one of `largest`, in a sentence."""
    row, column, count, share = loss
    total = confusion.totals[confusion.rows.index(row)]
    where = "" if confusion.wheel is None else f", wheel {confusion.wheel}"
    lost = "it was missed without a wrong sector instead" if column == NOTHING else f"{column} was predicted"
    return f"where {row} is true, {lost} in {whole_percent(share)} % ({amount(count)} of {total} samples{where})."


def grouping_titles(grouping: Grouping) -> tuple[str, str]:
    """Return the title of a grouping and of its first column."""
    title, column = _GROUPINGS[grouping.by]
    return (title if grouping.wheel is None else f"{title}, wheel {grouping.wheel}"), column


def sectors_of(sectors: tuple[str | None, ...]) -> str:
    """Return a word's sectors on the analysed wheels, without repetition."""
    return ", ".join(dict.fromkeys(sector for sector in sectors if sector is not None)) or "–"


def example_labels(example: Example, table: str) -> tuple[str, str]:
    """Return what to show next to an example's name, and its labels: the predicted ones if a true word was missed."""
    if table == "missed_words":
        return "said", ", ".join(example.predicted) or "nothing"
    return "true", ", ".join(example.true) or "nothing"
