"""What the commands of the leaderboard share: where a board lies, and what it is computed from."""

from pathlib import Path
from typing import Any

from pydantic import NonNegativeInt

from merunibench.settings import Settings, option

FOLDER = Path("leaderboard")
DATA_ROOT = option(None, "Folder with the ground truth, as far as you have it.", "DIR")


class BoardOptions(Settings):
    """What a leaderboard is computed from."""

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
        """The same with the submissions that lie beside some results, if there are any and no others were named."""
        folder = results and results.parent / "submissions"
        if folder is None or "submissions" in self.model_fields_set or not folder.is_dir():
            return self
        return self.model_copy(update={"submissions": folder})

    def request(self, **others: Any) -> Any:  # noqa: ANN401 - the leaderboard's own
        """The board to build."""
        from merunibench.leaderboard.board.inputs import Request

        return Request(self.submissions, self.data_root, self.lexicon, processes=self.processes, **others)
