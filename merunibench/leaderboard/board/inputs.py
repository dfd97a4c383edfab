"""The inputs of a board: a request, and the lexicons, labels, subtitles and committed results that it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from merunibench._resources import resource
from merunibench._text import escape_controls
from merunibench.data import GroundTruth, find_truth, load_truth
from merunibench.data.truth import read_subtitles
from merunibench.errors import InputError
from merunibench.leaderboard.board.published import read_published
from merunibench.leaderboard.schema.details import ModelDetails
from merunibench.leaderboard.schema.results import Board, Model, Results, Row, read_committed, read_results
from merunibench.leaderboard.submissions.submission import FOLDER_NAME
from merunibench.lexicon import RELEASES, Lexicon, data_dir, installed, load_lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.tasks import BUILTIN as DATASETS
from merunibench.tasks import get_task

RESAMPLES = 1000
DETAILS = "details"
"""Folder of the details, next to the results."""
BUILTIN = "builtin"


@dataclass(frozen=True)
class Request:
    """The inputs and settings of a build.

    Attributes:
        submissions: Folder of submissions.
        data_root: Folder with labels; None if there are none.
        lexicons: Lexicons of the official boards; by default all installed releases.
        committed: Previous results, for what cannot be computed here; None for no previous results.
        published: File of published figures; None for none.
        cache: File that keeps scores between builds; None for no cache.
        processes: Maximum number of processes; 0 for one per core.
        resamples: Number of bootstrap resamples.
        extra: Folders of submissions elsewhere; each replaces the submission of the same name.
    """

    submissions: Path
    data_root: Path | None = None
    lexicons: tuple[str | Path, ...] = ()
    committed: Path | None = None
    published: Path | None = None
    cache: Path | None = None
    processes: int = 1
    resamples: int = RESAMPLES
    extra: tuple[Path, ...] = ()

    def with_usual_places(self) -> "Request":
        """Fill in the default locations for what is None: files next to the submissions, and the user's cache.

        `results.json` and `published.csv` are taken from there if they exist; otherwise the published scores shipped
        with this package are used.
        """
        beside = self.submissions.absolute().parent
        committed, published = (
            beside / name if (beside / name).is_file() else None for name in ("results.json", "published.csv")
        )
        return replace(
            self,
            committed=self.committed or committed,
            published=self.published or published or resource("leaderboard", "published.csv"),
            cache=self.cache or data_dir() / "cache" / "board.sqlite",
        )


class Inputs:
    """Lazily read inputs of a request.

    Reading raises InputError if labels, a lexicon, committed results or published scores cannot be used. Unusable
    subtitles are reported in `unusable` instead, since they must not prevent a build.
    """

    def __init__(self, request: Request) -> None:
        self.request = request

    @cached_property
    def lexicons(self) -> dict[str, Lexicon]:
        """Lexicons by name."""
        return load_lexicons(self.request.lexicons)

    @cached_property
    def _labels(self) -> dict[str, GroundTruth]:
        return load_truths(self.request.data_root)

    @cached_property
    def mistaken(self) -> dict[str, str]:
        """Data set -> why nothing is scored on it: the available labels are those of another data set."""
        others = {name: DATASETS.meant(truth.task, len(truth.names)) for name, truth in self._labels.items()}
        return {
            name: f"the labels found are those of {other.title} ({other.id})" for name, other in others.items() if other
        }

    @cached_property
    def truths(self) -> dict[str, GroundTruth]:
        """Labels by data set."""
        return {name: truth for name, truth in self._labels.items() if name not in self.mistaken}

    @property
    def subtitles(self) -> dict[str, dict[str, str] | None]:
        """The text spoken in each sample, by data set; None if there is no file."""
        return self._subtitles[0]

    @property
    def unusable(self) -> dict[str, str]:
        """Data set -> why its subtitles cannot be used."""
        return self._subtitles[1]

    @cached_property
    def _subtitles(self) -> tuple[dict[str, dict[str, str] | None], dict[str, str]]:
        found: dict[str, dict[str, str] | None] = {}
        unusable: dict[str, str] = {}
        root = self.request.data_root or Path()  # without a folder there are no labels
        for dataset, truth in self.truths.items():
            try:
                found[dataset] = load_subtitles(root, truth)
            except InputError as error:
                # Omit the folder: its location on this machine must not be part of a board.
                unusable[dataset] = escape_controls(str(error).removeprefix(f"{root}/"), 2_000)
        return found, unusable

    @cached_property
    def before(self) -> Results | None:
        """The committed results."""
        return read_results(self.request.committed) if self.request.committed else None

    @cached_property
    def boards(self) -> list[Board]:
        """All boards, including boards of the committed results whose lexicon is not installed."""
        return merged(boards_of(self.lexicons), self.before.boards if self.before else ())

    @property
    def own(self) -> list[Board]:
        """The boards that can be computed here."""
        return [board for board in self.boards if board.lexicon in self.lexicons]

    @cached_property
    def published(self) -> tuple[list[Model], list[Row]]:
        """Models and rows of the published figures."""
        return read_published(self.request.published, self.boards) if self.request.published else ([], [])

    def committed_rows(self, model: Model) -> list[Row]:
        """Return the rows of a model in the committed results."""
        return [row for row in (self.before.rows if self.before else ()) if row.model_id == model.id]

    def committed_details(self, model: Model) -> ModelDetails | None:
        """Return the details of a model next to the committed results."""
        if self.request.committed is None:
            return None
        path = self.request.committed.parent / DETAILS / f"{model.id}.json"
        return read_committed(path, ModelDetails, "model details") if path.is_file() else None


def load_lexicons(names: Sequence[str | Path] = ()) -> dict[str, Lexicon]:
    """Load the named lexicons, by default every installed official release, and always the builtin one.

    Raises:
        InputError: a lexicon does not exist, two share a name, or a name cannot be part of an address.
    """
    wanted = names or [name for name in RELEASES if name in installed()]
    found: dict[str, Lexicon] = {}
    for lexicon in [*map(load_lexicon, wanted), load_lexicon(BUILTIN)]:
        if found.get(lexicon.name, lexicon).sha256 != lexicon.sha256:
            raise InputError(f"two different lexicons are named {lexicon.name}; rename one of them")
        if not FOLDER_NAME.fullmatch(lexicon.name):
            raise InputError(f"lexicon {lexicon.name!r}: its name may contain only letters, digits and ._-")
        found.setdefault(lexicon.name, lexicon)
    builtin = found.pop(BUILTIN)
    return {**found, BUILTIN: builtin}


def boards_of(lexicons: Mapping[str, Lexicon]) -> list[Board]:
    """Return a board for every protocol and each lexicon that it supports."""
    return [
        _board(protocol.name, lexicon)
        for protocol in PROTOCOLS.values()
        if protocol.on_boards
        for lexicon in (lexicons.values() if protocol.any_lexicon else [lexicons[BUILTIN]])
    ]


def merged(own: Sequence[Board], committed: Sequence[Board]) -> list[Board]:
    """Merge the boards of this build with those of the committed results whose lexicon is not installed."""
    known = {board.id for board in own}
    absent = [board for board in committed if board.id not in known]
    return sorted([*own, *absent], key=_place)


def _board(protocol: str, lexicon: Lexicon) -> Board:
    return Board(
        id=f"{protocol}-{lexicon.name}",
        protocol=protocol,
        lexicon=lexicon.name,
        lexicon_sha256=lexicon.sha256,
        title=f"{protocol.capitalize()} protocol, lexicon {lexicon.name}",
    )


def _place(board: Board) -> tuple[int, bool, int, str]:
    releases = list(RELEASES)
    release = releases.index(board.lexicon) if board.lexicon in releases else len(releases)
    return list(PROTOCOLS).index(board.protocol), board.lexicon == BUILTIN, release, board.id


def load_truths(data_root: Path | None) -> dict[str, GroundTruth]:
    """Load the labels of the data sets below the folder; without a folder there are none.

    Raises:
        InputError: the folder contains no labels, or some cannot be read.
    """
    if data_root is None:
        return {}
    return {dataset: load_truth(get_task(dataset), path) for dataset, path in find_truth(data_root).items()}


def load_subtitles(data_root: Path, truth: GroundTruth) -> dict[str, str] | None:
    """Read the text spoken in each sample from the subtitles in the data set's layout; None without a subtitle file.

    Raises:
        InputError: the subtitles cannot be read, match none of the samples, or contradict each other.
    """
    names = truth.names.to_pylist()
    found = read_subtitles(data_root, truth.task, names)
    if found is None:
        return None
    if not found:
        path = data_root / truth.task.folder / truth.task.layout.subtitles
        raise InputError(f"{path}: contains no sample of {truth.task.title}")
    return {name: found.get(name, "") for name in names}
