"""What the terminal and the page say alike: titles, explanations, numbers."""

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
    "A row is a true sector, in percent of the samples in which it is true. A missed one is spread evenly over the "
    "sectors that were wrongly said instead; nothing: no wrong one was said. False alarms: samples in which a sector "
    "was said and is not true."
)
POLARITY_CONFUSION = (
    "A row is a true polarity, in percent of its samples; samples whose truth is exactly 0 do not count. The score "
    "takes neutral for negative. Nothing: no prediction. False alarms: samples in which a polarity was said and is not "
    "true."
)
CLASS_CONFUSION = (
    "A row is a true class, in percent of its samples. Nothing: no class, or several with as many labels. False "
    "alarms: samples of which a class was said that is not true."
)
PREFERENCE_CONFUSION = (
    "A row is what people prefer, in percent of its samples; samples without a preference do not count. Nothing: no "
    "answer, or none preferred. False alarms: samples on which a description was preferred that people do not prefer."
)
WORD_TABLES = (
    ("wrong_words", "Wrong words", "Said, but their sector is not among the true ones."),
    ("unknown_words", "Unknown words", "Said, but without a sector on any wheel."),
    ("missed_words", "Missed words", "True, but their sector was not said."),
)
"""Attribute of the result, title, explanation."""

GROUPS = "Dot: the score of these samples alone; line: its 95 % interval; upright stroke: the score of all samples."

_GROUPINGS = {
    "class": ("Score by true class", "Class"),
    "true sector": ("Score by true sector", "Sector"),
    "strength": ("Score by strength of the true sentiment", "Absolute value"),
    "labels": ("Score by number of predicted labels", "Labels"),
    "text length": ("Score by length of the raw answer", "Words"),
}


def headline(errors: DatasetErrors) -> str:
    """`hit rate 55.65, chance 33.11, 2610 samples`."""
    metric = protocol_signed(Signature.parse(errors.signature).protocol)[errors.kind].primary_title
    samples = f"{errors.samples} of {errors.given}" if errors.samples != errors.given else errors.samples
    return f"{metric} {percent(errors.score)}, chance {percent(errors.chance)}, {samples} samples"


def amount(count: float) -> str:
    """A count; averages over wheels have one decimal."""
    return f"{count:.0f}" if count == round(count) else f"{count:.1f}"


def confusion_title(confusion: Confusion) -> str:
    """`Wheel 3: true sector against predicted sector`."""
    what = confusion.what
    return f"{confusion.title}: true {what} against predicted {what}"


def confusion_note(confusion: Confusion) -> str:
    """How to read a confusion."""
    notes = {"sector": CONFUSION, "polarity": POLARITY_CONFUSION, "preference": PREFERENCE_CONFUSION}
    return notes.get(confusion.what, CLASS_CONFUSION)


def largest(confusion: Confusion, most: int) -> list[tuple[str, str, float, float]]:
    """The largest confusions of one sector with another: true, predicted, count, share of the true sector."""
    found = [
        (count, row, column, share)
        for row, counts, shares in zip(confusion.rows, confusion.counts, confusion.shares, strict=True)
        for column, count, share in zip(confusion.columns, counts, shares, strict=True)
        if row != column and count
    ]
    found.sort(key=lambda each: (-each[0], each[1], each[2]))
    return [(row, column, count, share) for count, row, column, share in found[:most]]


def losses(analysis: ErrorAnalysis) -> list[tuple[str, str, str]]:
    """The largest loss of each data set, those first that cost the largest share of the samples.

    Returns:
        Id and title of a data set, and a sentence: which confusion of which wheel is the most frequent, and which word
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
    """The confusion with the largest loss, as a share of its samples; None where nothing is lost."""
    lost = {index: largest(each, 1)[0][2] for index, each in enumerate(errors.confusions) if largest(each, 1)}
    share = {index: count / max(errors.confusions[index].samples, 1) for index, count in lost.items()}
    return errors.confusions[max(share, key=share.__getitem__)] if share else None


def _loss(errors: DatasetErrors, confusion: Confusion, loss: tuple[str, str, float, float]) -> str:
    sentence = loss_sentence(confusion, loss)
    if not errors.wrong_words:
        return sentence
    word = errors.wrong_words[0]
    return (
        f"{sentence} The word wrong most often: {word.word}, in {amount(word.count)} of {amount(word.total)} samples."
    )


def loss_sentence(confusion: Confusion, loss: tuple[str, str, float, float]) -> str:
    """A confusion, one of `largest`, in a sentence."""
    row, column, count, share = loss
    total = confusion.totals[confusion.rows.index(row)]
    where = "" if confusion.wheel is None else f", wheel {confusion.wheel}"
    lost = "it was missed, with nothing wrong in its place," if column == NOTHING else f"{column} was said"
    return f"where {row} is true, {lost} in {whole_percent(share)} % ({amount(count)} of {total} samples{where})."


def grouping_titles(grouping: Grouping) -> tuple[str, str]:
    """The title of a grouping and of its first column."""
    title, column = _GROUPINGS[grouping.by]
    return (title if grouping.wheel is None else f"{title}, wheel {grouping.wheel}"), column


def sectors_of(sectors: tuple[str | None, ...]) -> str:
    """A word's sectors on the analysed wheels, each name once."""
    return ", ".join(dict.fromkeys(sector for sector in sectors if sector is not None)) or "–"


def example_labels(example: Example, table: str) -> tuple[str, str]:
    """What to show beside the name of an example, and its labels: what was said where a truth was missed."""
    if table == "missed_words":
        return "said", ", ".join(example.predicted) or "nothing"
    return "true", ", ".join(example.true) or "nothing"
