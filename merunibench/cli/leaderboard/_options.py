"""Options shared by the leaderboard commands: the folder of a board, and the data it is computed from."""

from pathlib import Path
from typing import Any

from pydantic import NonNegativeInt

from merunibench.settings import Settings, option

FOLDER = Path("leaderboard")
DATA_ROOT = option(None, "Folder with the ground truth that you have.", "DIR")


class BoardOptions(Settings):
    """Options for the data that a leaderboard is computed from."""

    submissions: Path = option(
        FOLDER / "submissions", "Folder with one folder per submission, or the folder of a single submission.", "DIR"
    )
    data_root: Path | None = DATA_ROOT
    lexicon: tuple[str, ...] = option(
        (),
        "Lexicon of an official board, in addition to builtin; repeat for several.",
        "NAME|PATH",
        shown="every installed release",
    )
    processes: NonNegativeInt = option(0, "Number of processes that validate and score; 0: one per core.", "N")

    def beside(self, results: Path | None) -> "BoardOptions":
        """Return these options with the submissions next to some results, if they exist and no others were named."""
        folder = results and results.parent / "submissions"
        if folder is None or "submissions" in self.model_fields_set or not folder.is_dir():
            return self
        return self.model_copy(update={"submissions": folder})

    def request(self, **others: Any) -> Any:  # noqa: ANN401 - the leaderboard's own
        """Return the request to build the board."""
        from merunibench.leaderboard.board.inputs import Request

        return Request(self.submissions, self.data_root, self.lexicon, processes=self.processes, **others)
