"""Questions that this benchmark can answer: for each a sentence, and a figure if there is data."""

from collections.abc import Collection, Mapping, Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

from merunibench.leaderboard.board.evidence import evidence
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.losses import hits
from merunibench.leaderboard.schema.results import Board, Dataset, Model, Results, Row
from merunibench.pictures.dots import Dot, dots
from merunibench.pictures.heat import HeatMap, heat_map
from merunibench.protocols import PROTOCOLS
from merunibench.report.error_analysis.result import Confusion

if TYPE_CHECKING:
    from markupsafe import Markup

_MOST = 20
_ENGLISH = ("meld", "iemocapfour", "cmumosi", "cmumosei")
_CHINESE = ("mer2023", "mer2024", "sims", "simsv2")
"""Two basic and two sentiment sets each."""


class Question(NamedTuple):
    """A question, its answer in a sentence, and an optional figure."""

    title: str
    sentence: str
    picture: "Markup | None" = None


def questions(results: Results, lost: Mapping[str, Sequence[Confusion]]) -> list[Question]:
    """Answer all questions; `lost` gives the errors of each model."""
    lead = next((each for each in results.boards if PROTOCOLS[each.protocol].is_corrected), None)
    official = next((each for each in results.boards if each.protocol == "official"), None)
    models = {model.id: model for model in results.models}
    ranked = _ranked(results, lead)
    papers = _with_papers(results, official, models)
    return [
        _modalities(papers, models),
        _languages(ranked),
        _sectors(ranked, lost, results.datasets),
        _training(papers, models, evidence(results).zero_shot),
        _people(results, ranked, lead, models),
        _dates(results, ranked, lead, models),
    ]


def _ranked(results: Results, lead: Board | None) -> list[Row]:
    """The ranked rows of the main board, highest mean first."""
    rows = [row for row in results.rows if lead and row.board == lead.id and row.ranked]
    return sorted(rows, key=lambda row: (row.mean is None, -(row.mean or 0.0), row.id))


def _with_papers(results: Results, official: Board | None, models: Mapping[str, Model]) -> list[Row]:
    """Complete rows of the first official board, and copied rows identified as using its lexicon; no variants."""
    if official is None:
        return []
    known = evidence(results)
    return [
        row
        for row in results.rows
        if row.mean is not None
        and row.origin != "baseline"
        and row.model_id not in known.parents
        and (
            row.board == official.id
            or (row.board is None and known.lexicons.get(models[row.model_id].source or "") == official.lexicon)
        )
    ]


def _modalities(rows: Sequence[Row], models: Mapping[str, Model]) -> Question:
    title = "What do video and audio add?"
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        said = wording.modalities(models[row.model_id])
        if said:
            found.setdefault(wording.shown(row.model), {}).setdefault(said, row)
    several = {name: each for name, each in found.items() if len(each) > 1}
    if not several:
        return Question(title, "No model has rows with different modalities yet.")
    shown = sorted(several.items(), key=lambda item: -max(row.mean or 0.0 for row in item[1].values()))[:_MOST]
    name, each = shown[0]
    ordered = sorted(each.items(), key=lambda item: -(item[1].mean or 0.0))
    figures = ", ".join(f"{said} {wording.figure(row.mean)}" for said, row in ordered)
    lines = [
        (f"{name}, {said}", [Dot(row.mean or 0.0, "official mean", row.origin == "reported", row.mean_ci)])
        for name, each in shown
        for said, row in sorted(each.items(), key=lambda item: -(item[1].mean or 0.0))
    ][:_MOST]
    return Question(
        title,
        f"{name}, official mean by input modalities (A audio, V video, T text): {figures}. Hollow: copied from papers.",
        dots(title, lines),
    )


def _languages(rows: Sequence[Row]) -> Question:
    title = "English against Chinese"
    both = [row for row in rows if all(name in row.scores for name in (*_ENGLISH, *_CHINESE))][:_MOST]
    if not both:
        return Question(title, "No ranked model has scores on all sets of both languages yet.")
    lines, gaps = [], []
    for row in both:
        english, chinese = (fmean(row.scores[name].score for name in names) for names in (_ENGLISH, _CHINESE))
        gaps.append(chinese - english)
        lines.append((wording.shown(row.model), [Dot(english, "English"), Dot(chinese, "Chinese", hollow=True)]))
    sentence = (
        "Strict means of MELD, IEMOCAP, CMU-MOSI, CMU-MOSEI (filled) and of MER2023, MER2024, CH-SIMS, CH-SIMS v2 "
        f"(hollow): the difference Chinese minus English is {wording.gain(median(gaps))} points in the median of "
        f"{len(both)} {'model' if len(both) == 1 else 'models'}. The sets also differ in other ways than language."
    )
    return Question(title, sentence, dots(title, lines))


def _sectors(rows: Sequence[Row], lost: Mapping[str, Sequence[Confusion]], datasets: Sequence[Dataset]) -> Question:
    title = "Which emotions does each model recognise?"
    lines: list[tuple[Row, dict[str, float]]] = []
    for row in rows[:_MOST]:
        shares = hits(lost.get(row.model_id, ()))[0]
        if shares:
            lines.append((row, shares))
    if not lines:
        return Question(title, "No ranked model’s errors are known by sector yet.")
    columns = sorted({sector for _, shares in lines for sector in shares})
    means = {sector: fmean(shares[sector] for _, shares in lines if sector in shares) for sector in columns}
    best, worst = (pick(means, key=lambda sector: means[sector]) for pick in (max, min))
    sentence = (
        f"Percent of the clips of a sector, on the first wheel, in which it was predicted; "
        f"mean over models: highest {wording.shown(best)} ({100 * means[best]:.0f}), "
        f"lowest {wording.shown(worst)} ({100 * means[worst]:.0f})."
    )
    clips = [
        [each.title for each in datasets if each.id in row.scores and each.kind != "sentiment"] for row, _ in lines
    ]
    names = [wording.shown(row.model, 32) for row, _ in lines]
    if any(each != clips[0] for each in clips):
        sentence += " Compare only rows with the same data sets, since difficulty differs between clips."
        names = [f"{name}, {_listed(each)}" for name, each in zip(names, clips, strict=True)]
    drawn = HeatMap(
        title=title,
        says=sentence,
        rows=names,
        columns=[wording.shown(each, 20) for each in columns],
        shares=[[shares.get(sector) for sector in columns] for _, shares in lines],
    )
    return Question(title, sentence, heat_map(drawn, "sectors"))


def _listed(titles: Sequence[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{len(titles)} sets"


def _training(rows: Sequence[Row], models: Mapping[str, Model], zero_shot: Collection[str]) -> Question:
    title = "Trained on this task, or zero-shot?"
    rows = _one_each(rows)
    without = [row for row in rows if row.model_id in zero_shot]
    trained = [
        row
        for row in rows
        if (models[row.model_id].training_data or models[row.model_id].trained_on) and row not in without
    ]
    if without and not trained:
        one = len(without) == 1
        whose = "The only model" if one else f"All {len(without)} models"
        return Question(title, f"{whose} with stated training data {'is' if one else 'are'} zero-shot.")
    if not without:
        return Question(title, "No model is known to be zero-shot.")
    means = [[row.mean or 0.0 for row in group] for group in (trained, without)]
    lines = [
        (name, [Dot(row.mean or 0.0, wording.shown(row.model), row.origin == "reported") for row in group])
        for name, group in (("trained, as stated", trained), ("zero-shot", without))
    ]
    sentence = (
        f"Median official mean: {wording.figure(median(means[0]))} for {len(trained)} models that state what they "
        f"were trained on, {wording.figure(median(means[1]))} for {len(without)} zero-shot models."
    )
    return Question(title, sentence, dots(title, lines))


def _one_each(rows: Sequence[Row]) -> list[Row]:
    """One row per model: computed before copied, ranked before unranked, then the highest."""
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (row.origin != "computed", not row.ranked, -(row.mean or 0.0), row.id)):
        found.setdefault(row.model.casefold(), row)
    return list(found.values())


def _records(dated: Sequence[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """The rows that score higher than all rows up to their date, oldest first."""
    found: list[tuple[str, Row]] = []
    for date, row in sorted(dated, key=lambda each: (each[0], -(each[1].mean or 0.0), each[1].id)):
        if not found or (row.mean or 0.0) > (found[-1][1].mean or 0.0):
            found.append((date, row))
    return found


def _people(results: Results, rows: Sequence[Row], lead: Board | None, models: Mapping[str, Model]) -> Question:
    title = "How close are models to people?"
    humans = _human(results, lead, models)
    datasets = [each for each in results.datasets if any(each.id in row.scores for row in humans)]
    if not datasets:
        return Question(title, "There is no human reference row on the board yet.")
    dataset = max(datasets, key=lambda each: sum(each.id in row.scores for row in rows))

    def highest(group: Sequence[Row]) -> list[Row]:
        there = [row for row in group if dataset.id in row.scores]
        return sorted(there, key=lambda row: (-row.scores[dataset.id].score, row.id))[:_MOST]

    def lines(group: Sequence[Row], *, hollow: bool) -> list[tuple[str, list[Dot]]]:
        scores = [(wording.shown(row.model), row.scores[dataset.id]) for row in group]
        return [(name, [Dot(each.score, f"strict, {dataset.title}", hollow, each.ci)]) for name, each in scores]

    people, known = highest(humans), highest(rows)
    said = [
        f"{wording.shown(row.model)} {wording.figure(row.scores[dataset.id].score)}" for row in (people[0], *known[:1])
    ]
    best = f"; the highest model, {said[1]}" if known else "; no model is ranked on it yet"
    sentence = f"Strict score on {dataset.title}: {said[0]} (hollow){best}. Human scores are not an upper bound."
    return Question(title, sentence, dots(title, [*lines(people, hollow=True), *lines(known, hollow=False)]))


def _human(results: Results, lead: Board | None, models: Mapping[str, Model]) -> list[Row]:
    """The human reference rows of the main board."""
    return [
        row for row in results.rows if lead and row.board == lead.id and models[row.model_id].answers_by == "people"
    ]


def _dates(results: Results, rows: Sequence[Row], lead: Board | None, models: Mapping[str, Model]) -> Question:
    title = "Score by date"
    dated = sorted(
        ((models[row.model_id].date or "", row) for row in rows if row.mean is not None and models[row.model_id].date),
        key=lambda each: (each[0], each[1].id),
    )
    if not dated:
        return Question(title, "No ranked model with a mean states its date.")
    rules = [row for row in results.rows if lead and row.board == lead.id and row.origin == "baseline"]
    floors = [row.mean for row in rules if row.mean is not None]
    humans = [row for row in _human(results, lead, models) if row.mean is not None]
    records = _records(dated)
    lines = [
        (
            f"{wording.shown(date, 10)}  {wording.shown(row.model)}",
            [Dot(row.mean or 0.0, "strict mean", ci=row.mean_ci)],
        )
        for date, row in records[-_MOST:]
    ]
    lines += [
        (wording.shown(row.model), [Dot(row.mean or 0.0, "strict mean", hollow=True, ci=row.mean_ci)]) for row in humans
    ]
    date, best = records[-1]
    floor = f" The vertical line is the best baseline, {wording.figure(max(floors))}." if floors else ""
    highest = f"{wording.shown(best.model)} of {wording.shown(date, 10)}, {wording.figure(best.mean)}"
    sentence = f"Models that had the highest strict mean at their date; the latest is {highest}."
    return Question(title, sentence + floor, dots(title, lines, max(floors) if floors else None))
