"""What a model's page shows beyond its row: losses, checkpoints, how to reproduce it, how to cite it."""

import re
from collections.abc import Sequence

from merunibench.leaderboard.assembling import Held, ScoredRow
from merunibench.leaderboard.details import Details, ModelDetails
from merunibench.leaderboard.results import DECIMALS, Model, as_json
from merunibench.leaderboard.submission import FOLDER_NAME
from merunibench.report.latex import escape

_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})
"""What would end the address in an entry, as addresses write it."""


def details_of(model: Model, rows: Sequence[ScoredRow], held: dict[str, Held], before: ModelDetails | None) -> Details:
    """The details of one model; what was not computed now is taken from the committed details.

    Args:
        model: The model.
        rows: Its rows on all boards; of each board's rows the first ranked one, else the first, is described.
        held: Board id -> everything computed there, all checkpoints.
        before: The committed details, if there are any.
    """
    described: dict[str | None, ScoredRow] = {}
    for each in sorted(rows, key=lambda each: not each.row.ranked):
        described.setdefault(each.row.board, each)
    # Of withheld predictions, and of the labels that a rule repeats, the board holds figures, no words.
    words = model.origin == "computed" and model.note is None
    parts: dict[tuple[str, str], str] = {}
    for each in described.values():
        parts |= _parts(each, held.get(each.row.board or "", {}), words=words)
    ids = {(each.row.id, dataset) for each in described.values() for dataset in each.row.scores}
    for part in before.parts if before else ():
        if (part.row, part.dataset) in ids:
            parts.setdefault((part.board, part.dataset), as_json(part.model_dump(mode="json")))
    return Details(model.id, tuple(_commands(model)), bibtex(model), parts)


def _parts(scored: ScoredRow, held: Held, *, words: bool) -> dict[tuple[str, str], str]:
    """JSON of the parts of a row, by board and data set."""
    row, found = scored.row, {}
    for dataset, figures in scored.figures.items():
        head = {
            "board": row.board,
            "dataset": dataset,
            "row": row.id,
            "checkpoint": row.scores[dataset].checkpoint,
            "checkpoints": {stem: round(each.scored.score, DECIMALS) for stem, each in held[dataset].items()},
        }
        said = figures.words if words else "null"
        found[row.board or "", dataset] = f'{as_json(head)[:-1]},"losses":{figures.losses},"words":{said}}}'
    return found


def _commands(model: Model) -> list[str]:
    """Commands that recompute the rows; the id is safe in a shell."""
    if model.origin != "computed" or not FOLDER_NAME.fullmatch(model.id):
        return []
    folder = f"leaderboard/submissions/{model.id}"
    return [
        f"merunibench leaderboard check {folder} --data-root DIR",
        f"merunibench score {folder}/predictions --data-root DIR --missing zero --checkpoint last --lexicon mer2025",
        f"merunibench leaderboard verify leaderboard/results.json --submissions {folder} --data-root DIR",
    ]


def bibtex(model: Model) -> str:
    """An entry that cites the model; whatever its authors wrote, it is one entry of text."""
    year = re.match(r"[0-9]{4}", model.date or "")
    address = (model.paper or model.link or "").translate(_IN_ADDRESS)
    fields = {
        "title": f"{{{_field(model.name)}}}",
        "author": " and ".join(f"{{{_field(name)}}}" for name in model.authors),
        "year": year.group() if year else "",
        "howpublished": rf"\url{{{address}}}" if address else "",
        "note": _field(model.source or "") if model.origin == "reported" else "",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{model.id},\n" + ",\n".join(lines) + "\n}\n"


def _field(text: str) -> str:
    r"""Text in a field of an entry: BibTeX counts braces whether LaTeX would print them (`\{`) or not."""
    return escape(text).replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")
