"""Figures copied from papers: rows that stand beside the board, marked as reported, and are never ranked.

`published.csv` holds them with source and grade. Figures are percents there, as papers print them. `shown` says whether
a row shows before it is asked for: those that somebody else's paper or an abstract quotes do not.
"""

import math
import re
from collections.abc import Sequence
from pathlib import Path

from merunibench.data import read_table
from merunibench.errors import InputError
from merunibench.leaderboard.results import Board, Model, Row, Score
from merunibench.report import BENCHMARK_DATASETS
from merunibench.tasks import get_task, task_order

PUBLISHED_PROTOCOL = "official"
"""How papers score."""

FIRST_HAND = "paper"
_LETTERS = {"A": "audio", "V": "video", "T": "text"}
_TEXTS = ("model", "modalities", "source", "grade", "training", "lexicon", "checkpoint_selection")
_NOT_STATED = "not-stated"


def read_published(path: Path, boards: Sequence[Board]) -> tuple[list[Model], list[Row]]:
    """Models and rows of a file of published figures.

    Raises:
        InputError: a column is missing or a figure is no percent; the message names the line.
    """
    table = read_table(path)
    absent = [name for name in _TEXTS if name not in table.columns]
    if absent:
        raise InputError(f"{path}: has no column {', '.join(absent)}")
    columns = {name: "mean" if name == "mean" else get_task(name).id for name in table.columns if name not in _TEXTS}
    models, rows = [], []
    for row in range(table.num_rows):
        texts = {name: table.columns[name][row] for name in _TEXTS}
        figures = {
            columns[name]: _fraction(table.columns[name][row], f"{table.where(row)}: {name}")
            for name in columns
            if table.columns[name][row] is not None
        }
        model = _model(row + 1, texts)
        models.append(model)
        rows.append(_row(model, texts, figures, boards))
    return models, rows


def _model(number: int, texts: dict[str, str | None]) -> Model:
    letters = (texts["modalities"] or "").split("+")
    return Model.model_validate(
        {
            "id": f"published-{number:03d}",
            "name": texts["model"] or "",
            "origin": "reported",
            "modalities": [_LETTERS[letter] for letter in letters if letter in _LETTERS],
            "training_data": texts["training"],
            "source": texts["source"],
            "grade": texts["grade"],
        }
    )


def _row(model: Model, texts: dict[str, str | None], figures: dict[str, float], boards: Sequence[Board]) -> Row:
    lexicon = texts["lexicon"]
    board = next((each.id for each in boards if (each.protocol, each.lexicon) == (PUBLISHED_PROTOCOL, lexicon)), None)
    selection = re.sub(r"\s+", "-", (texts["checkpoint_selection"] or _NOT_STATED).replace("data set", "dataset"))
    scores = {name: Score(score=figures[name]) for name in task_order(figures.keys() - {"mean"})}
    return Row(
        id=f"{model.id}/{selection}/{board or 'none'}",
        model=model.name,
        model_id=model.id,
        origin="reported",
        board=board,
        lexicon=lexicon,
        protocol=PUBLISHED_PROTOCOL,
        selection=selection,
        on_test=selection.startswith("best"),
        ranked=False,
        unranked_because="reported",
        shown=model.grade == FIRST_HAND,
        complete=all(name in scores for name in BENCHMARK_DATASETS),
        mean=figures.get("mean"),
        scores=scores,
    )


def _fraction(text: object, where: str) -> float:
    try:
        percent = float(str(text))
    except ValueError:
        percent = math.nan
    if not 0 <= percent <= 100:
        raise InputError(f"{where}: must be a percent")
    return round(percent / 100, 10)
