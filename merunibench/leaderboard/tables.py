"""The board as CSV, Markdown and LaTeX: one table a lexicon and protocol, never two in one."""

import csv
import io
from collections.abc import Iterable, Iterator

from merunibench.leaderboard.results import MEAN, Board, Rank, Results, Row
from merunibench.report.columns import percent
from merunibench.report.latex import escape as latex
from merunibench.report.markdown import escape as markdown

_NO_INTERVAL = (None, None)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOTES = (
    "Scores in percent. Rank: place, in brackets its 95 % bootstrap interval; rows that share a letter are not "
    "distinguishable (paired bootstrap, Holm). Rows without a rank are baselines, or have a checkpoint chosen on the "
    "test labels. Labels: mean number a sample. *: the labels were not those of the whole official set."
)


_COLUMNS = (
    *("model", "model_id", "origin", "board", "lexicon", "protocol", "selection", "complete"),
    *("dataset", "score", "ci_low", "ci_high", "chance", "uncorrected", "checkpoint", "labels_per_sample", "samples"),
    *("missing", "failed", "rank", "rank_low", "rank_high", "mark", "extractor"),
    *("predictions", "signature"),
)


def to_csv(results: Results) -> str:
    """One line a row and data set, fractions; the mean is a line of its own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in results.rows:
        writer.writerows(_records(row))
    return text.getvalue()


def to_markdown(results: Results, board: Board) -> str:
    """The table of one board, with its notes."""
    titles, lines = _table(results, board)
    table = [_line(map(markdown, titles)), _line(["---", "---", "---", *["---:"] * (len(titles) - 3)])]
    table += [_line(map(markdown, line)) for line in lines]
    head = [f"## {markdown(board.title)}", "", f"Lexicon `{board.label}`. {_NOTES}", ""]
    return "\n".join([*head, *table]) + "\n"


def to_latex(results: Results, board: Board) -> str:
    """The table of one board (booktabs), with its notes as comments."""
    titles, lines = _table(results, board)
    head = [
        f"% {board.title}, {board.label}",
        f"% {_NOTES}",
        "% needs \\usepackage{booktabs}",
        rf"\begin{{tabular}}{{lll{'r' * (len(titles) - 3)}}}",
        r"\toprule",
        " & ".join(map(latex, titles)) + r" \\",
        r"\midrule",
    ]
    body = [" & ".join(map(latex, line)) + r" \\" for line in lines]
    return "\n".join([*head, *body, r"\bottomrule", r"\end{tabular}"]) + "\n"


def ordered(results: Results, board: Board) -> list[Row]:
    """The rows of a board: by overall rank, then mean, then by how many data sets there are, then by name."""
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
    datasets = [each for each in results.datasets if each.benchmark]
    titles = ["Rank", "Model", "Checkpoint", *(each.title for each in datasets), "Mean", "Labels"]
    lines = [
        [
            _rank(row.mean_rank),
            row.model,
            row.selection,
            *(_cell(row, each.id) for each in datasets),
            "" if row.mean is None else percent(row.mean),
            "" if row.labels_per_sample is None else f"{row.labels_per_sample:.2f}",
        ]
        for row in ordered(results, board)
    ]
    return titles, lines


def _cell(row: Row, dataset: str) -> str:
    score = row.scores.get(dataset)
    return "" if score is None else percent(score.score) + ("*" if score.complete is False else "")


def _rank(rank: Rank | None) -> str:
    if rank is None:
        return ""
    interval = "" if rank.low is None else f" [{rank.low}-{rank.high}]"
    return f"{rank.rank}{interval}{f' {rank.mark}' if rank.mark else ''}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _records(row: Row) -> Iterator[tuple[object, ...]]:
    common = (
        _plain(row.model),
        row.model_id,
        row.origin,
        row.board,
        _plain(row.lexicon),
        row.protocol,
        _plain(row.selection),
        str(row.complete).lower(),
    )
    extractor = _plain(row.extractor)
    for dataset, each in row.scores.items():
        yield (
            *common,
            *(dataset, each.score, *(each.ci or _NO_INTERVAL), each.chance, each.uncorrected, _plain(each.checkpoint)),
            *(each.labels_per_sample, each.samples, each.missing, each.failed),
            *(*_ranks(each.rank), extractor, each.predictions, each.signature),
        )
    if row.mean is not None:
        unsaid = (None,) * 7
        ranks = _ranks(row.mean_rank)
        yield (*common, MEAN, row.mean, *(row.mean_ci or _NO_INTERVAL), *unsaid, *ranks, extractor, None, row.signature)


def _ranks(rank: Rank | None) -> tuple[object, ...]:
    return (None,) * 4 if rank is None else (rank.rank, rank.low, rank.high, rank.mark)


def _plain(text: str | None) -> str | None:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text
