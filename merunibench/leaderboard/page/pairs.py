"""Paired comparisons as the page's script reads them: six levels a byte of text, a file a board, loaded when shown."""

import json
from itertools import product

from merunibench.leaderboard.schema.results import MEAN, Results, Row
from merunibench.tasks import BUILTIN

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_PER_LETTER = 3
_LETTERS = {
    "".join(map(str, digits)): _ALPHABET[sum(digit << 2 * place for place, digit in enumerate(digits))]
    for length in range(1, _PER_LETTER + 1)
    for digits in product(range(4), repeat=length)
}


def packed_pairs(results: Results, board: str) -> str:
    """A script that hands the comparisons of a board to the page.

    `said`: places of two rows -> who of them, A and B, is better on what.

    `scores`: data set or `mean` -> its title, and the scores in the order of `ids`. With the levels they make the
    sentence of two rows of which none is stored (`merunibench.leaderboard.board.verdict`).

    The levels of a column's lower triangle, row after row, are digits 0 to 3; three of them make a letter, the first
    one the lowest.
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
    text = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    return f"mub.takePairs({json.dumps(board)}, {text});\n"


def _scores(rows: list[Row]) -> dict[str, tuple[str, list[float | None]]]:
    scored = {name for row in rows for name in row.scores}
    titles = {name: task.title for name, task in BUILTIN.items() if name in scored} | {MEAN: MEAN}
    return {name: (title, [row.value(name) for row in rows]) for name, title in titles.items()}


def pack(levels: str) -> str:
    """Digits 0 to 3, three a letter.

    Example:
        >>> pack("0123")
        'a3'
    """
    return "".join(_LETTERS[levels[start : start + _PER_LETTER]] for start in range(0, len(levels), _PER_LETTER))
