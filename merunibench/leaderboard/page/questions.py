"""What this benchmark alone can be asked: for each question a sentence, and a picture where there is data."""

from collections.abc import Collection, Mapping, Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

from merunibench.leaderboard.board.evidence import evidence
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.losses import hits
from merunibench.leaderboard.schema.results import Board, Model, Results, Row
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
    """A question, its answer in a sentence, and the picture if there is one."""

    title: str
    sentence: str
    picture: "Markup | None" = None


def questions(results: Results, lost: Mapping[str, Sequence[Confusion]]) -> list[Question]:
    """All of them; `lost` says where each model loses."""
    lead = next((each for each in results.boards if PROTOCOLS[each.protocol].is_corrected), None)
    official = next((each for each in results.boards if each.protocol == "official"), None)
    models = {model.id: model for model in results.models}
    ranked = _ranked(results, lead)
    papers = _with_papers(results, official, models)
    return [
        _modalities(papers, models),
        _languages(ranked),
        _sectors(ranked, lost),
        _training(papers, models, evidence(results).zero_shot),
        _dates(results, ranked, lead, models),
    ]


def _ranked(results: Results, lead: Board | None) -> list[Row]:
    """The ranked rows of the board that leads, highest mean first."""
    rows = [row for row in results.rows if lead and row.board == lead.id and row.ranked]
    return sorted(rows, key=lambda row: (row.mean is None, -(row.mean or 0.0), row.id))


def _with_papers(results: Results, official: Board | None, models: Mapping[str, Model]) -> list[Row]:
    """Complete rows of the first official board, with copied ones that were shown to be of its lexicon; no variants."""
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
        f"{name}, official mean by what it is given (audio, video, text): {figures}. Hollow: copied from papers.",
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
        f"(hollow): Chinese less English is {wording.gain(median(gaps))} points in the median of "
        f"{len(both)} {'model' if len(both) == 1 else 'models'}. The sets differ in more than their language."
    )
    return Question(title, sentence, dots(title, lines))


def _sectors(rows: Sequence[Row], lost: Mapping[str, Sequence[Confusion]]) -> Question:
    title = "Which emotion is heard by whom?"
    lines: list[tuple[str, dict[str, float]]] = []
    for row in rows[:_MOST]:
        shares = hits(lost.get(row.model_id, ()))[0]
        if shares:
            lines.append((wording.shown(row.model), shares))
    if not lines:
        return Question(title, "No ranked model’s errors are known by sector yet.")
    columns = sorted({sector for _, shares in lines for sector in shares})
    means = {sector: fmean(shares[sector] for _, shares in lines if sector in shares) for sector in columns}
    best, worst = (pick(means, key=lambda sector: means[sector]) for pick in (max, min))
    sentence = (
        f"Percent of the clips of a sector, on the first wheel, in which it was said: most {wording.shown(best)} "
        f"({100 * means[best]:.0f}), least {wording.shown(worst)} ({100 * means[worst]:.0f}) in the mean of the models."
    )
    drawn = HeatMap(
        title=title,
        says=sentence,
        rows=[wording.shown(name, 32) for name, _ in lines],
        columns=[wording.shown(each, 20) for each in columns],
        shares=[[shares.get(sector) for sector in columns] for _, shares in lines],
    )
    return Question(title, sentence, heat_map(drawn, "sectors"))


def _training(rows: Sequence[Row], models: Mapping[str, Model], zero_shot: Collection[str]) -> Question:
    title = "Trained for it, or zero-shot?"
    without = [row for row in rows if row.model_id in zero_shot]
    trained = [
        row
        for row in rows
        if (models[row.model_id].training_data or models[row.model_id].trained_on) and row not in without
    ]
    if not without or not trained:
        return Question(title, "Only models of one kind say what they were trained on.")
    means = [[row.mean or 0.0 for row in group] for group in (trained, without)]
    lines = [
        (name, [Dot(row.mean or 0.0, wording.shown(row.model), row.origin == "reported") for row in group])
        for name, group in (("trained, by its own word", trained), ("zero-shot", without))
    ]
    sentence = (
        f"Official mean, in the median: {wording.figure(median(means[0]))} of {len(trained)} rows that say what they "
        f"were trained on, {wording.figure(median(means[1]))} of {len(without)} zero-shot ones."
    )
    return Question(title, sentence, dots(title, lines))


def _dates(results: Results, rows: Sequence[Row], lead: Board | None, models: Mapping[str, Model]) -> Question:
    title = "Score by date"
    dated = sorted(
        ((models[row.model_id].date or "", row) for row in rows if row.mean is not None and models[row.model_id].date),
        key=lambda each: (each[0], each[1].id),
    )
    if not dated:
        return Question(title, "No ranked model with a mean says its date.")
    rules = [row for row in results.rows if lead and row.board == lead.id and row.origin == "baseline"]
    floors = [row.mean for row in rules if row.mean is not None]
    humans = [row for row in results.rows if lead and row.board == lead.id and "human" in row.model_id and row.mean]
    lines = [
        (
            f"{wording.shown(date, 10)}  {wording.shown(row.model)}",
            [Dot(row.mean or 0.0, "strict mean", ci=row.mean_ci)],
        )
        for date, row in dated[-_MOST:]
    ]
    lines += [
        (wording.shown(row.model), [Dot(row.mean or 0.0, "strict mean", hollow=True, ci=row.mean_ci)]) for row in humans
    ]
    date, best = max(dated, key=lambda each: each[1].mean or 0.0)
    floor = f" The upright line is the best rule, {wording.figure(max(floors))}." if floors else ""
    human = "" if humans else " No human reference row is on the board yet."
    highest = f"{wording.shown(best.model)} of {wording.shown(date, 10)}, {wording.figure(best.mean)}"
    sentence = f"Highest strict mean: {highest}."
    return Question(title, sentence + floor + human, dots(title, lines, max(floors) if floors else None))
