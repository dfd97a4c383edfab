"""The page of one model: its tables, a lexicon and protocol each, and what its pictures are drawn from. No HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from merunibench.leaderboard.details import Details
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.results import Dataset, Interval, Model, Results, Row
from merunibench.protocols import PROTOCOLS

_WIDE = 160
"""Width of the strips in the tables, in their own units; they run from 0 or -100 to 100 percent."""


@dataclass(frozen=True)
class Strip:
    """The marks of a strip as paths of SVG, empty where there is nothing to mark; and the place of its dot."""

    chance: str
    whisker: str
    dot: float


@dataclass(frozen=True)
class Line:
    """A row on one data set, as its cells say it; `partial` is the number of samples where those are not all."""

    title: str
    score: str
    partial: str
    ci: str
    chance: str
    labels: str
    rank: str
    strip: Strip
    checkpoint: str
    signature: str


@dataclass(frozen=True)
class Section:
    """A row of the leaderboard, data set by data set."""

    title: str
    row: Row
    how: str
    mean_rank: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Lost:
    """Where the model loses: the boards and data sets that can be chosen, by id and title, and the parts as JSON."""

    boards: Mapping[str, str]
    datasets: Mapping[str, str]
    parts: str


@dataclass(frozen=True)
class ModelView:
    """Everything the page says."""

    name: str
    boards: tuple[tuple[str, tuple[Section, ...]], ...]
    reproduce: str
    bibtex: str
    lost: Lost


def model_view(results: Results, model: Model, rows: Sequence[Row], details: Details) -> ModelView:
    """What the page of a model says, from its rows on all boards."""
    titles = {board.id: board.title for board in results.boards}
    sections = [_section(row, titles, results.datasets) for row in rows]
    return ModelView(
        name=wording.shown(model.name),
        boards=tuple(
            (title, tuple(section for section in sections if section.title == title))
            for title in dict.fromkeys(section.title for section in sections)
        ),
        reproduce="\n".join(details.reproduce),
        bibtex=details.bibtex.strip("\n"),
        lost=Lost(
            boards={key: title for key, title in titles.items() if any(key == board for board, _ in details.parts)},
            datasets={
                each.id: each.title for each in results.datasets if any(each.id == key for _, key in details.parts)
            },
            parts=details.parts_json(),
        ),
    )


def _section(row: Row, titles: dict[str, str], datasets: Sequence[Dataset]) -> Section:
    return Section(
        title=titles.get(row.board or "", "Lexicon not stated"),
        row=row,
        how=""
        if row.selection == "single"
        else f"{wording.SELECTIONS.get(row.selection, row.selection).capitalize()} checkpoint",
        mean_rank=wording.place(row.mean_rank).replace("|", " ").strip(),
        lines=tuple(_line(each, row) for each in datasets if each.id in row.scores),
    )


def _line(dataset: Dataset, row: Row) -> Line:
    score = row.scores[dataset.id]
    return Line(
        title=dataset.title,
        score=wording.figure(score.score),
        partial=f"{score.samples} samples" if score.complete is False else "",
        ci=wording.interval(score.ci),
        chance=wording.figure(score.chance),
        labels=wording.number(score.labels_per_sample),
        rank=wording.NOTHING if score.rank is None else f"{score.rank.rank} of {score.rank.of}",
        strip=strip(score.score, score.ci, _chance(row.protocol, dataset.kind, score.chance)),
        checkpoint=wording.shown(score.checkpoint or ""),
        signature=wording.shown(score.signature or "", 2000),
    )


def _chance(protocol: str, kind: str, chance: float | None) -> float | None:
    """The chance level on the scale of the score: 0 where scores are corrected for it."""
    return None if chance is None else float(PROTOCOLS[protocol][kind].primary(chance, chance))


def strip(score: float, ci: Interval | None, chance: float | None) -> Strip:
    """Places on a line from 0 to 1; where something lies below 0, from -1."""
    least = min(score, *(ci or ()), 0.0)
    start = -1.0 if least < 0 else 0.0

    def x(value: float) -> float:
        return round(4 + (_WIDE - 8) * (value - start) / (1 - start), 1)

    return Strip(
        chance="" if chance is None else f"M{x(chance)} 6V18",
        whisker="" if ci is None else f"M{x(ci[0])} 12H{x(ci[1])}",
        dot=x(score),
    )
