"""The files of a board: results, details, page, and tables as CSV, Markdown and LaTeX. Equal boards give equal bytes.

A table is of one lexicon and protocol; never two in one.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from merunibench._gc import gc_paused
from merunibench._text import visible
from merunibench.files import write_changed, write_text
from merunibench.leaderboard.board.citing import BADGES, badges
from merunibench.leaderboard.board.inputs import DETAILS
from merunibench.leaderboard.page import render_site
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.lock import LOCK, Lock, Origin, hash_of
from merunibench.leaderboard.schema.results import MEAN, PAIRS, Board, Pairs, Rank, Results, Row, Score
from merunibench.report.columns import percent
from merunibench.report.csv_text import csv_text
from merunibench.report.latex import escape as latex
from merunibench.report.markdown import escape as markdown

TABLES = "tables"
_NOTES = (
    "Scores in percent. Rank: place, in brackets its 95 % bootstrap interval; rows that share a letter are not "
    "distinguishable (paired bootstrap, Holm). Rows without a rank are baselines, or have a checkpoint chosen on the "
    "test labels. Lift: points above the best baseline that understands nobody, mean over the data sets. Labels: mean "
    "number per sample. *: the labels were not those of the whole official set."
)

_COLUMNS = (
    *("model", "model_id", "origin", "board", "lexicon", "protocol", "selection", "complete"),
    *("dataset", "score", "ci_low", "ci_high", "chance", "uncorrected", "lift", "checkpoint", "labels_per_sample"),
    *("out_of_lexicon", "samples", "missing", "failed", "rank", "rank_low", "rank_high", "mark", "extractor"),
    *("predictions", "signature"),
)


@gc_paused()
def write(
    results: Results,
    details: Mapping[str, Details],
    out: Path,
    *,
    by: str | None = None,
    date: str | None = None,
    before: Lock | None = None,
) -> None:
    """Write everything below a folder; details and tables of models and boards that are gone are removed.

    Args:
        results: The board.
        details: Model id -> what its page shows beyond its rows.
        out: The folder.
        by: Who computed the board, for its lock.
        date: When, as an ISO date; never read off a clock, so that equal boards give equal bytes.
        before: The lock of the committed results that the board was built on.

    Raises:
        InputError: a file cannot be written.
    """
    text = results.to_json()
    write_text(out / "results.json", text)
    digest = hash_of(text.encode())
    files, hashes = set(), {}
    for name, text in _files(results, details):
        content = text.encode()
        write_changed(out / name, content)
        files.add(out / name)
        if is_locked(name):
            hashes[name] = hash_of(content)
    lock = _lock(results, Lock(results=digest, by=by, date=date, files=hashes), before)
    write_text(out / LOCK, lock.to_json())
    for folder, endings in ((DETAILS, (".json",)), (TABLES, (".md", ".tex")), (BADGES, (".svg",))):
        for path in set((out / folder).glob("*")).difference(files):
            if path.suffix in endings:
                path.unlink()
    render_site(results, details, out, lock)


def is_locked(name: str) -> bool:
    """Whether the lock holds the hash of a file: of those that do not follow from `results.json`."""
    return name == PAIRS or name.startswith(f"{DETAILS}/")


def _lock(results: Results, now: Lock, before: Lock | None) -> Lock:
    """The lock of these results: that of before if they are the same, else with whom scores come from that stand."""
    if before is None or not (now.by or now.date or before.results != now.results):
        return before.model_copy(update={"files": now.files}) if before else now
    if not results.not_recomputed:
        return now
    stood = before.committed if before.by is None and before.date is None else None
    return now.model_copy(update={"committed": stood or Origin(results=before.results, by=before.by, date=before.date)})


def _files(results: Results, details: Mapping[str, Details]) -> Iterator[tuple[str, str]]:
    """Name and content of what is made from the results, but for the page; a file at a time: they are large."""
    yield PAIRS, Pairs(pairs=results.pairs).to_json()
    for key, value in details.items():
        yield f"{DETAILS}/{key}.json", value.to_json()
    yield from tables_of(results)
    yield from badges(results)


def tables_of(results: Results) -> Iterator[tuple[str, str]]:
    """Name and content of the files that hold nothing but figures of the results."""
    yield "results.csv", to_csv(results)
    for board in results.boards:
        yield f"{TABLES}/{board.id}.md", to_markdown(results, board)
        yield f"{TABLES}/{board.id}.tex", to_latex(results, board)


def to_csv(results: Results) -> str:
    """One line a row and data set, fractions; the mean is a line of its own."""
    return csv_text(_COLUMNS, (record for row in results.rows for record in _records(row)))


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
        f"% {visible(board.title)}, {visible(board.label)}",
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
    if rank is None:
        return ""
    interval = "" if rank.low is None else f" [{rank.low}-{rank.high}]"
    return f"{rank.rank}{interval}{f' {rank.mark}' if rank.mark else ''}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _records(row: Row) -> Iterator[dict[str, object]]:
    """A column is a field of the score, or else of its row, but for those that go by another name or form."""
    scores = dict(row.scores)
    if row.mean is not None:
        scores[MEAN] = Score(score=row.mean, ci=row.mean_ci, lift=row.lift, rank=row.mean_rank, signature=row.signature)
    for column, score in scores.items():
        rank, (low, high) = score.rank, score.ci or (None, None)
        record = {name: getattr(score, name, getattr(row, name, None)) for name in _COLUMNS}
        record |= {"dataset": column, "complete": str(row.complete).lower(), "ci_low": low, "ci_high": high}
        record["rank"] = None
        if rank is not None:
            record |= {"rank": rank.rank, "rank_low": rank.low, "rank_high": rank.high, "mark": rank.mark}
        yield record
