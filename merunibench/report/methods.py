"""The methods paragraph for a paper: everything that determined the scores of a report, in sentences."""

from collections.abc import Callable, Iterator

from merunibench._text import escape_controls
from merunibench.kinds import KINDS
from merunibench.protocols import PROTOCOLS
from merunibench.protocols.official import OFFICIAL
from merunibench.report.columns import percent, span
from merunibench.report.written import WrittenBaseline, WrittenReport, WrittenScore
from merunibench.signature import Signature
from merunibench.tasks import title_of


def sentences(report: WrittenReport) -> Iterator[str]:
    """Yield the sentences of the paragraph, in order."""
    signature = Signature.parse(report.signature)
    yield (
        f"{escape_controls(report.model)} was scored with merunibench on {_named(report)} under the "
        f"{_protocol(signature)}, metric version {signature.v}, wheel level {report.level}{_lexicon(signature)}."
    )
    if report.protocol == OFFICIAL.name and signature.lexicon.startswith("builtin@"):
        yield "Papers use the lexicon mer2025; scores under builtin cannot be compared with theirs."
    yield _origins(report)
    yield _MISSING.get(signature.missing, "")[:-1] + _missing(report) + "."
    yield from _runs(report, signature)
    yield _checkpoints(report)
    yield from _intervals(signature)
    yield "Scores in percent: " + "; ".join(map(_score, report.datasets)) + "."
    yield from _mean(report)
    yield from _worth(report)
    yield f"Signature: {report.signature}"


def _named(report: WrittenReport) -> str:
    """The data sets and their metrics."""
    samples = sum(each.evaluated or each.samples for each in report.datasets)
    titles: dict[str, list[str]] = {}
    for each in report.datasets:
        titles.setdefault(each.primary.replace("_", " "), []).append(each.title)
    measured = "; ".join(f"{measure}: {', '.join(names)}" for measure, names in titles.items())
    number = len(report.datasets)
    return f"{number} data set{'s' * (number > 1)} with {samples:,} sample{'s' * (samples != 1)} ({measured})"


def _protocol(signature: Signature) -> str:
    """The protocol, its version if it has several, and how it differs from that of papers."""
    name, _, version = escape_controls(signature.protocol).partition("@")
    said = f"{name} protocol{f', version {version}' if version else ''}"
    known = PROTOCOLS.get(name)
    return f"{said} ({known.about})" if known and known.name != OFFICIAL.name else said


def _lexicon(signature: Signature) -> str:
    return "" if signature.lexicon == "none" else f", lexicon {escape_controls(signature.lexicon)}"


def _origins(report: WrittenReport) -> str:
    """The sources of labels and polarities, for the data sets that use them."""
    labels, polarity = (_read_by(report, answer) for answer in ("labels", "polarity"))
    if labels and polarity and labels != polarity:
        return f"Labels were {labels}; polarities were {polarity}."
    which = "Labels and polarities" if labels == polarity else "Labels" if labels else "Polarities"
    return f"{which} were {labels or polarity}."


def _read_by(report: WrittenReport, answer: str) -> str:
    signatures = [Signature.parse(each.signature) for each in report.datasets if _answer(each) == answer]
    origins = {origin for each in signatures for origin in getattr(each, answer).split("+")}
    return " or ".join(
        "given with the predictions" if each == "given" else f"read from the text by {escape_controls(each)}"
        for each in sorted(origins - {"none"})
    )


def _answer(each: WrittenScore) -> str:
    return KINDS[Signature.parse(each.signature).kind].answer


_MISSING = {
    "error": "Every sample had a prediction.",
    "zero": "Samples without a prediction counted as wrong.",
    "skip": "Samples without a prediction were excluded.",
}


def _missing(report: WrittenReport) -> str:
    missing, failed = (sum(getattr(each, name) for each in report.datasets) for name in ("missing", "failed"))
    return f" ({missing} missing, {failed} failed)" if missing + failed else ""


def _runs(report: WrittenReport, signature: Signature) -> Iterator[str]:
    if signature.runs > 1:
        spreads = [f"{each.title} {100 * each.runs.deviation:.2f}" for each in report.datasets if each.runs]
        if report.mean_runs:
            spreads.append(f"mean {100 * report.mean_runs.deviation:.2f}")
        yield f"Scores are means over {signature.runs} runs; standard deviation between runs: {', '.join(spreads)}."


def _checkpoints(report: WrittenReport) -> str:
    rule = report.checkpoint_selection
    number = max(len(each.checkpoints) for each in report.datasets)
    chosen = {each.checkpoint for each in report.datasets}
    named = (
        escape_controls(chosen.pop())
        if len(chosen) == 1
        else _each(report, lambda each: escape_controls(each.checkpoint))
    )
    if rule == "single":
        return "There was one checkpoint."
    if rule == "best-per-dataset":
        return (
            f"For each data set, the best of {number} checkpoints on its own test labels is reported, as in the "
            f"published row: {named}."
        )
    if rule == "best-overall":
        return f"The best of {number} checkpoints by the mean of the test scores is reported: {named}."
    if rule == "last":
        return f"The last of {number} checkpoints is reported: {named}."
    return f"The checkpoint {escape_controls(rule)} was chosen without using the scores."


_UNITS = {
    "samples": "samples",
    "clusters": "dialogues and videos",
    "clusters+samples": "dialogues and videos where available, otherwise over samples",
}
_METHODS = {
    "percentile": "percentiles",
    "bca": "BCa percentiles below 100 samples",
    "jackknife-t": "delete-one jackknife and Student's t below 200 dialogues or videos",
    "exact": "Clopper-Pearson if all or no answers are correct",
}
"""The name of each interval method, and when it is used."""


def _intervals(signature: Signature) -> Iterator[str]:
    methods = [each.partition("@") for each in signature.interval.split("+") if each != "none"]
    if not methods or not signature.bootstrap:
        yield "No intervals were computed."
        return
    said = [_METHODS.get(name, escape_controls(name)) for name, _, _ in methods]
    kind = "Poisson bootstrap by name" if {version for _, _, version in methods} != {"1"} else "bootstrap"
    yield (
        f"Confidence intervals are at 95 %: {kind} ({signature.bootstrap:,} resamples, seed {signature.seed}) over "
        f"{_UNITS.get(signature.units, escape_controls(signature.units))}; {', '.join(said)}."
    )


def _score(each: WrittenScore) -> str:
    said = f"{each.title} {percent(each.score)}"
    said += f" ({span(each.ci)})" if each.ci else ""
    if each.primary == "corrected":
        return f"{said}, corrected for chance from {percent(each.uncorrected)}, chance {percent(each.chance)}"
    return f"{said}, chance {percent(each.chance)}"


def _mean(report: WrittenReport) -> Iterator[str]:
    if report.mean is not None:
        interval = f" ({span(report.mean_ci)})" if report.mean_ci else ""
        yield f"The mean of the nine data sets is {percent(report.mean)}{interval}."
    if report.mean is not None and report.mean_corrected is not None:
        yield (
            f"Choosing checkpoints on the test labels inflates it by about "
            f"{100 * (report.mean_selection_bias or 0):.2f} points (bootstrap estimate of optimism); corrected, it is "
            f"{percent(report.mean_corrected)} ({span(report.mean_corrected_ci)})."
        )
    elif any(each.selection_bias is not None for each in report.datasets):
        biases = [f"{each.title} {100 * (each.selection_bias or 0):.2f}" for each in report.datasets]
        yield f"Choosing checkpoints on the test labels inflates the scores by about: {', '.join(biases)} points."
    for each in report.counted_twice:
        first, second = (title_of(name) for name in each.datasets)
        yield f"The mean counts {each.samples} samples twice: samples of {first} that are also in {second}."


def _worth(report: WrittenReport) -> Iterator[str]:
    """Describe the baseline scores, the lift of the model, and how much depends on its choice of words."""
    titles = {each.dataset: each.title for each in report.datasets}
    found = [(titles.get(name, title_of(name)), each) for name, each in report.worth.items()]
    lifts = [
        f"{title} {percent(worth.best.score)} ({worth.best.title}{_told(worth.best)}), lift "
        f"{100 * worth.lift_over_shallow:+.2f}"
        for title, worth in found
        if worth.best is not None and worth.lift_over_shallow is not None
    ]
    if lifts:
        yield f"The best shallow baseline, which does not use the clips, scores: {'; '.join(lifts)}."
    heads = [f"{title} {percent(worth.head_words.mean)}" for title, worth in found if worth.head_words]
    if heads:
        yield f"With every label replaced by the head word of its sector the model scores: {', '.join(heads)}."
    for title, worth in found:
        for each in worth.references:
            yield (
                f"As answers to {title}, people's labels in {title_of(each.source)} score {percent(each.score)} on "
                f"the {each.samples} samples that both have, where the model scores {percent(each.model)}; the two "
                "annotations may not be independent."
            )


def _told(baseline: WrittenBaseline) -> str:
    return f", told {baseline.told}" if baseline.told else ""


def _each(report: WrittenReport, said: Callable[[WrittenScore], str]) -> str:
    """Format a value of every data set."""
    return ", ".join(f"{each.title} {said(each)}" for each in report.datasets)
