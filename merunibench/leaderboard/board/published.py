"""Scores copied from papers: rows that are listed next to the board, marked as reported, and never ranked.

`published.csv` contains them with source and grade, as percentages, as in the papers. `shown` says whether a row is
shown by default: scores quoted by another paper or an abstract are not.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from merunibench._text import short_repr
from merunibench.data.textfiles import read_csv
from merunibench.errors import InputError
from merunibench.leaderboard.board.tasks import task_means
from merunibench.leaderboard.schema.results import Board, Model, Row, Score
from merunibench.report import BENCHMARK_DATASETS
from merunibench.tasks import find_task, task_order

PUBLISHED_PROTOCOL = "official"
"""The scoring of papers."""

FIRST_HAND = "paper"
_LETTERS = {"A": "audio", "V": "video", "T": "text"}
_TEXTS = ("model", "modalities", "source", "grade", "training", "lexicon", "checkpoint_selection")
_NOT_STATED = "not-stated"
_MAX_BYTES = 1 << 20


def read_published(path: Path, boards: Sequence[Board]) -> tuple[list[Model], list[Row]]:
    """Read models and rows from a file of published scores.

    Raises:
        InputError: a column is missing, a value is not a percentage, or a text cannot be shown; the message names the
            line.
    """
    table = read_csv(path, _MAX_BYTES, ",")
    absent = [name for name in _TEXTS if name not in table.columns]
    if absent:
        raise InputError(f"{path}: has no column {', '.join(absent)}")
    columns = {name: _column(name, path) for name in table.columns if name not in _TEXTS}
    twice = [name for name, count in Counter(columns.values()).items() if count > 1]
    if twice:
        raise InputError(f"{path}: has two columns for {', '.join(twice)}; keep one")
    models, rows = [], []
    for row in range(table.num_rows):
        texts = {name: table.columns[name][row] for name in _TEXTS}
        figures = {
            columns[name]: _fraction(table.columns[name][row], f"{table.where(row)}: {name}")
            for name in columns
            if table.columns[name][row] is not None
        }
        try:
            models.append(_model(row + 1, texts))
            rows.append(_row(models[-1], texts, figures, boards))
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            raise InputError(f"{table.where(row)}: {fault['loc'][0]}: {fault['msg']}") from None
    return models, rows


def _column(name: str, path: Path) -> str:
    """The data set of a column's scores, or `mean`."""
    task = find_task(name)
    if task is None and name != "mean":
        raise InputError(f"{path}: column {short_repr(name)} is not a data set; `merunibench datasets` lists them")
    return "mean" if task is None else task.id


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
        task_means=task_means(scores, {}, None),
    )


def _fraction(text: object, where: str) -> float:
    try:
        percent = float(str(text))
    except ValueError:
        percent = math.nan
    if not 0 <= percent <= 100:
        raise InputError(f"{where}: must be a percentage")
    return round(percent / 100, 10)
