"""The details of each model's page: which losses and words they contain, and then their texts.

Ranks do not depend on the texts, which are larger than all figures together. Therefore a sketch only says where they
are, and a second process can read them while this one ranks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from merunibench.leaderboard.board.citing import bibtex
from merunibench.leaderboard.board.rows import ScoredRow
from merunibench.leaderboard.schema.details import Details, ModelDetails
from merunibench.leaderboard.schema.fields import as_json
from merunibench.leaderboard.schema.results import DECIMALS, Model
from merunibench.leaderboard.scoring.cache import Cache
from merunibench.leaderboard.scoring.cells import Stored, Texts
from merunibench.leaderboard.submissions.submission import FOLDER_NAME


class Part(NamedTuple):
    """A model on one data set of one board.

    Attributes:
        head: The beginning of the JSON of a `details.Part`, without losses and words.
        texts: Its texts, or where the cache has them.
        words: Whether the words are published.
    """

    head: str
    texts: Texts | Stored
    words: bool


@dataclass(frozen=True)
class Sketch:
    """The details of a model, without the texts that are still in the cache.

    Attributes:
        model_id: The model.
        reproduce: Commands, as `ModelDetails` has them.
        bibtex: Entry, as `ModelDetails` has it.
        parts: Board and data set -> the part computed now, or the JSON of a committed one.
    """

    model_id: str
    reproduce: tuple[str, ...]
    bibtex: str
    parts: Mapping[tuple[str, str], Part | str]


def sketch_of(model: Model, rows: Sequence[ScoredRow], before: ModelDetails | None) -> Sketch:
    """Return the sketch of one model's details; what was not computed now is copied from the committed details.

    Args:
        model: The model.
        rows: Its rows on all boards; of each board, the first ranked row (or else the first row) is described.
        before: The committed details, if there are any.
    """
    described: dict[str | None, ScoredRow] = {}
    for each in sorted(rows, key=lambda each: not each.row.ranked):
        described.setdefault(each.row.board, each)
    # For withheld predictions, and for rules that repeat the labels, the board contains figures but no words.
    words = model.origin == "computed" and model.note is None
    parts: dict[tuple[str, str], Part | str] = {}
    for each in described.values():
        parts |= _parts(each, words=words)
    ids = {(each.row.id, dataset) for each in described.values() for dataset in each.row.scores}
    for part in before.parts if before else ():
        if (part.row, part.dataset) in ids and part.row.endswith(f"/{part.board}"):
            parts.setdefault((part.board, part.dataset), as_json(part.model_dump(mode="json")))
    return Sketch(model.id, tuple(_commands(model)), bibtex(model), parts)


def _parts(scored: ScoredRow, *, words: bool) -> dict[tuple[str, str], Part]:
    """Return the parts of a row, by board and data set."""
    row, found = scored.row, {}
    for dataset, entry in scored.held.items():
        checkpoint = row.scores[dataset].checkpoint or ""
        head = {
            "board": row.board,
            "dataset": dataset,
            "row": row.id,
            "checkpoint": checkpoint,
            "checkpoints": {stem: round(each.scored.score, DECIMALS) for stem, each in entry.items()},
        }
        found[row.board or "", dataset] = Part(as_json(head)[:-1], entry[checkpoint].texts, words)
    return found


def _commands(model: Model) -> list[str]:
    """Commands that recompute the rows; the id is safe in a shell."""
    if model.origin != "computed" or not FOLDER_NAME.fullmatch(model.id):
        return []
    withheld = model.note is not None  # only those who have the predictions can pack them
    folder = f"packed/{model.id}" if withheld else f"leaderboard/submissions/{model.id}"
    return [
        *([f"merunibench submit PREDICTIONS --model {model.id} --out {folder}"] if withheld else []),
        f"merunibench leaderboard validate {folder} --data-root DIR",
        f"merunibench score {folder}/predictions --data-root DIR --missing zero --checkpoint last --lexicon mer2025",
        f"merunibench leaderboard verify leaderboard/results.json --submissions {folder} --data-root DIR",
    ]


def details_of(sketches: Mapping[str, Sketch], cache: Cache) -> dict[str, Details]:
    """Return the details of all models, with texts from the cache.

    Args:
        sketches: Model id -> its sketch.
        cache: Contains the texts that they refer to.

    Raises:
        InputError: the cache does not contain them, or cannot be used.
    """
    parts = (part for each in sketches.values() for part in each.parts.values() if isinstance(part, Part))
    texts = cache.texts(part.texts for part in parts if isinstance(part.texts, Stored))
    return {
        key: Details(
            each.model_id,
            each.reproduce,
            each.bibtex,
            {place: part if isinstance(part, str) else _json(part, texts) for place, part in each.parts.items()},
        )
        for key, each in sketches.items()
    }


def _json(part: Part, texts: Mapping[Stored, Texts]) -> str:
    losses, words = texts[part.texts] if isinstance(part.texts, Stored) else part.texts
    return f'{part.head},"losses":{losses},"words":{words if part.words else "null"}}}'
