"""Export the tables of a board as CSV, Markdown and LaTeX. A table has one lexicon and protocol."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from merunibench.leaderboard.schema.results import MEAN, Board, Dataset, Rank, Results, Row, Score
from merunibench.report.columns import percent
from merunibench.report.csv_text import csv_text
from merunibench.report.latex import escape as latex
from merunibench.report.markdown import escape as markdown

_NOTES = (
    "Scores in percent. Rank: in brackets the ranks that the tests cannot exclude, for all rows simultaneously at "
    "95 %. {unranked} Lift: points above the best shallow baseline, mean over the data sets. Labels: "
    "mean number per sample. *: not scored on the whole official set."
)
_INCOMPLETE, _ALONE = "not all nine data sets complete", "no other row to rank it with"
_REASONS = {"baseline": "a shallow baseline"}
_MOST_NAMED = 5
_LEAD = 3
"""Number of columns before the scores."""

_COLUMNS = (
    *("model", "model_id", "origin", "board", "lexicon", "protocol", "selection", "complete"),
    *("dataset", "score", "ci_low", "ci_high", "chance", "uncorrected", "lift", "checkpoint", "labels_per_sample"),
    *("out_of_lexicon", "samples", "missing", "failed", "rank", "rank_low", "rank_high", "extractor"),
    *("predictions", "signature"),
)


def to_csv(results: Results) -> str:
    """Return one line per row and data set, as fractions; the mean has its own line."""
    return csv_text(_COLUMNS, (record for row in results.rows for record in _records(row)))


def to_markdown(results: Results, board: Board) -> str:
    """Return the table of one board, with its notes."""
    titles, lines = _table(results, board)
    table = [_line(map(markdown, titles)), _line([*["---"] * _LEAD, *["---:"] * (len(titles) - _LEAD)])]
    table += [_line(map(markdown, line)) for line in lines]
    head = [f"## {markdown(board.title)}", "", f"Lexicon `{board.label}`. {markdown(_notes(results, board))}", ""]
    return "\n".join([*head, *table]) + "\n"


def to_latex(results: Results, board: Board) -> str:
    """Return the table of one board (booktabs): grouped headings, protocol and lexicon in the caption, a label."""
    titles, lines = _table(results, board)
    caption = f"MER-UniBench. {board.title} ({board.label}). {_notes(results, board)}"
    head = [
        "% needs \\usepackage{booktabs}",
        r"\begin{table*}",
        r"\centering",
        rf"\caption{{{latex(caption)}}}",
        rf"\label{{tab:mer-unibench-{board.id}}}",
        rf"\begin{{tabular}}{{{'l' * _LEAD}{'r' * (len(titles) - _LEAD)}}}",
        r"\toprule",
        *_grouped_heads(results, len(titles)),
        " & ".join(map(latex, titles)) + r" \\",
        r"\midrule",
    ]
    columns = [*(each.id for each in _shown(results)), MEAN]
    body = [
        " & ".join(_with_bold(row, columns, line)) + r" \\"
        for row, line in zip(ordered(results, board), lines, strict=True)
    ]
    return "\n".join([*head, *body, r"\bottomrule", r"\end{tabular}", r"\end{table*}"]) + "\n"


def _with_bold(row: Row, columns: list[str], line: list[str]) -> list[str]:
    """The cells of a row for LaTeX, bold where it is first of several ranked rows."""
    cells = list(map(latex, line))
    for place, column in enumerate(columns, start=_LEAD):
        rank = row.rank(column)
        if rank is not None and rank.rank == 1 < rank.of:
            cells[place] = rf"\textbf{{{cells[place]}}}"
    return cells


def _grouped_heads(results: Results, columns: int) -> list[str]:
    """A line with the task above its data sets, and the rules below the names."""
    cells, rules, place = [""] * _LEAD, [], _LEAD
    for kind, group in groupby(_shown(results), key=lambda each: each.kind):
        width = len(list(group))
        cells.append(rf"\multicolumn{{{width}}}{{c}}{{{kind.capitalize()}}}")
        rules.append(rf"\cmidrule(lr){{{place + 1}-{place + width}}}")
        place += width
    return [" & ".join([*cells, *[""] * (columns - place)]) + r" \\", "".join(rules)] if rules else []


def _notes(results: Results, board: Board) -> str:
    """The notes of the table: what its scores are, and which rows have no rank, and why."""
    why: dict[str, list[str]] = {}
    for row in ordered(results, board):
        reason = _why_unranked(row)
        if reason is not None:
            name = row.model if row.selection == "single" else f"{row.model}, {row.selection}"
            why.setdefault(reason, []).append(" ".join(name.split()))
    said = "; ".join(f"{reason} ({_named(names)})" for reason, names in why.items())
    return _NOTES.format(unranked=f"No rank: {said}." if said else "Every row is ranked.")


def _why_unranked(row: Row) -> str | None:
    if row.unranked_because is not None:
        return _REASONS.get(row.unranked_because, row.unranked_because)
    if row.mean is None:
        return _INCOMPLETE
    return None if _rank(row.mean_rank) else _ALONE


def _named(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return "; ".join(names[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _shown(results: Results) -> list[Dataset]:
    return [each for each in results.datasets if each.benchmark]


def ordered(results: Results, board: Board) -> list[Row]:
    """The rows of a board: by overall rank, then mean, then number of data sets, then name."""
    rows = [row for row in results.rows if row.board == board.id and row.origin != "reported"]
    return sorted(
        rows,
        key=lambda row: (
            row.origin == "baseline",
            -(row.mean if row.mean is not None else -2.0),
            -len(row.scores),
            -sum(score.score for score in row.scores.values()),
            row.id,
        ),
    )


def _table(results: Results, board: Board) -> tuple[list[str], list[list[str]]]:
    datasets = _shown(results)
    titles = ["Rank", "Model", "Checkpoint", *(each.title for each in datasets), "Mean", "Lift", "Labels"]
    lines = [
        [
            _rank(row.mean_rank),
            row.model,
            row.selection,
            *(_cell(row, each.id) for each in datasets),
            "" if row.mean is None else percent(row.mean),
            "" if row.lift is None else f"{100 * row.lift:+.2f}",
            "" if row.labels_per_sample is None else f"{row.labels_per_sample:.2f}",
        ]
        for row in ordered(results, board)
    ]
    return titles, lines


def _cell(row: Row, dataset: str) -> str:
    score = row.scores.get(dataset)
    return "" if score is None else percent(score.score) + ("*" if score.complete is False else "")


def _rank(rank: Rank | None) -> str:
    """`4 (3 to 7)`; empty if there is only one ranked row."""
    if rank is None or rank.of == 1:
        return ""
    return f"{rank.rank}" if rank.low is None else f"{rank.rank} ({rank.low} to {rank.high})"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _records(row: Row) -> Iterator[dict[str, object]]:
    """One record per score; a column is a field of the score or of its row, except for renamed or reformatted ones."""
    scores = dict(row.scores)
    if row.mean is not None:
        scores[MEAN] = Score(score=row.mean, ci=row.mean_ci, lift=row.lift, rank=row.mean_rank, signature=row.signature)
    for column, score in scores.items():
        rank, (low, high) = score.rank, score.ci or (None, None)
        record: dict[str, object] = {**vars(row), **vars(score)}
        record |= {"dataset": column, "complete": str(row.complete).lower(), "ci_low": low, "ci_high": high}
        record["rank"] = None
        if rank is not None:
            record |= {"rank": rank.rank, "rank_low": rank.low, "rank_high": rank.high}
        yield record
