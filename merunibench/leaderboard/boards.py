"""Which tables there are: a lexicon and a protocol each, in the order in which they are shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from merunibench.errors import InputError
from merunibench.leaderboard.results import Board
from merunibench.leaderboard.submission import FOLDER_NAME
from merunibench.lexicon import RELEASES, Lexicon, installed, load_lexicon
from merunibench.protocols import PROTOCOLS

BUILTIN = "builtin"


def load_lexicons(names: Sequence[str | Path] = ()) -> dict[str, Lexicon]:
    """Lexicons by name: those named, by default every installed official release; and always the builtin one.

    Raises:
        InputError: there is no such lexicon, or two have one name, or a name cannot be part of an address.
    """
    wanted = names or [name for name in RELEASES if name in installed()]
    found: dict[str, Lexicon] = {}
    for lexicon in [*map(load_lexicon, wanted), load_lexicon(BUILTIN)]:
        if found.get(lexicon.name, lexicon).sha256 != lexicon.sha256:
            raise InputError(f"two different lexicons are called {lexicon.name}; give one of them another name")
        if not FOLDER_NAME.fullmatch(lexicon.name):
            raise InputError(f"lexicon {lexicon.name!r}: its name must be letters, digits and ._-")
        found.setdefault(lexicon.name, lexicon)
    builtin = found.pop(BUILTIN)
    return {**found, BUILTIN: builtin}


def boards_of(lexicons: Mapping[str, Lexicon]) -> list[Board]:
    """Every protocol with the lexicons that it is meant for."""
    return [
        _board(protocol.name, lexicon)
        for protocol in PROTOCOLS.values()
        for lexicon in (lexicons.values() if protocol.any_lexicon else [lexicons[BUILTIN]])
    ]


def merged(own: Sequence[Board], committed: Sequence[Board]) -> list[Board]:
    """The boards of this build, and those of the committed results whose lexicon is not at hand."""
    known = {board.id for board in own}
    absent = [board for board in committed if board.id not in known]
    return sorted([*own, *absent], key=_place)


def _board(protocol: str, lexicon: Lexicon) -> Board:
    return Board.model_validate(
        {
            "id": f"{protocol}-{lexicon.name}",
            "protocol": protocol,
            "lexicon": lexicon.name,
            "lexicon_sha256": lexicon.sha256,
            "title": f"{protocol.capitalize()} protocol, lexicon {lexicon.name}",
        }
    )


def _place(board: Board) -> tuple[int, bool, int, str]:
    releases = list(RELEASES)
    release = releases.index(board.lexicon) if board.lexicon in releases else len(releases)
    return list(PROTOCOLS).index(board.protocol), board.lexicon == BUILTIN, release, board.id
