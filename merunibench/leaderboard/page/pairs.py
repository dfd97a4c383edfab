"""Paired comparisons in the form that the page's scripts read, loaded when rows are selected.

There is one file per board. Boards with more rows than have sentences also have files with the figures of a few rows.
"""

import json
from collections.abc import Iterator
from itertools import product

from merunibench.kinds import KINDS
from merunibench.leaderboard.schema.results import MEAN, Results, Row
from merunibench.tasks import BUILTIN

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_PER_LETTER = 3
_TOGETHER = 8
"""Number of rows whose figures are in one file: few files to write, and little to load for a comparison."""
_LETTERS = {
    "".join(map(str, digits)): _ALPHABET[sum(digit << 2 * place for place, digit in enumerate(digits))]
    for length in range(1, _PER_LETTER + 1)
    for digits in product(range(4), repeat=length)
}


def packed_pairs(results: Results, board: str) -> str:
    """Return a script that passes the comparisons of a board to the page.

    `said`: indices of two rows -> the sentence on which of them, A or B, is better on what.

    `scores`: data set, kind of task or `mean` -> its title, and the scores in the order of `ids`. With the packed
    figures of a pair, or else with the levels, they give the sentence of two rows for which none is stored
    (`merunibench.leaderboard.board.verdict`).

    `packed`: the columns of the packed figures, the indices of their rows, and how many rows are in one script
    (`packed_figures`).

    The levels of a column's lower triangle, row by row, are digits 0 to 3. Three digits make one letter, the first
    digit being the least significant.
    """
    rows = [row for row in results.rows if row.board == board]
    places = {row.id: index for index, row in enumerate(rows)}
    columns = {
        each.dataset: {"rows": [places[name] for name in each.rows], "levels": pack("".join(each.levels))}
        for each in results.comparisons
        if each.board == board
    }
    known = [name.rsplit("/", 1)[0] for name in places]
    said = {f"{places[each.a]} {places[each.b]}": each.sentence for each in results.pairs if each.a in places}
    content = {"ids": known, "columns": columns, "said": said, "scores": _scores(rows)}
    for each in results.packed_pairs:
        if each.board == board:
            there = [places.get(key, -1) for key in each.rows]
            content["packed"] = {"columns": each.columns, "rows": there, "together": _TOGETHER}
    text = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    return f"mub.takePairs({json.dumps(board)}, {text});\n"


def packed_figures(results: Results) -> Iterator[tuple[str, str]]:
    """Yield the name and content of scripts that pass the figures of some rows of the packed pairs to the page."""
    for each in results.packed_pairs:
        for part, start in enumerate(range(0, len(each.figures), _TOGETHER)):
            name = f"{each.board}/{part}"
            figures = json.dumps(each.figures[start : start + _TOGETHER], separators=(",", ":"))
            yield f"pairs/{name}.js", f'mub.takeFigures("{name}", {figures});\n'


def _scores(rows: list[Row]) -> dict[str, tuple[str, list[float | None]]]:
    scored = {name for row in rows for name in row.scores}
    kinds = {kind for row in rows for kind in row.task_means}
    titles = {name: task.title for name, task in BUILTIN.items() if name in scored}
    titles |= {name: name for name in (*KINDS, MEAN) if name in kinds or name == MEAN}
    return {name: (title, [row.value(name) for row in rows]) for name, title in titles.items()}


def pack(levels: str) -> str:
    """Pack digits 0 to 3, three per letter.

    Example:
        >>> pack("0123")
        'a3'
    """
    return "".join(_LETTERS[levels[start : start + _PER_LETTER]] for start in range(0, len(levels), _PER_LETTER))
