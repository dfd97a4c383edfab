"""Options of `view` and `show`."""

from pathlib import Path
from typing import Any, Literal

from merunibench.cli._options import FOLDER
from merunibench.errors import InputError
from merunibench.settings import ReadSettings, ScoringRules, TaskSettings, option


class ViewOptions(ScoringRules, ReadSettings, TaskSettings):
    """Options that say which samples are shown, and how they are scored."""

    data_root: Path | None = option(
        None,
        "Folder with the ground truth, and with clips and subtitles in their official folders. "
        "Required unless all results are per-sample files.",
        "DIR",
    )
    dataset: tuple[str, ...] = option((), "Data set to show; repeat for several.", "NAME", shown="all that are found")
    folder: str | None = FOLDER(help="Model folder to use, if there are several.")
    clips: Path | None = option(None, "Folder of clips named after their samples.", "DIR")
    name: tuple[str, ...] = option(
        (), "Name of a result; repeat for each, in the order of the results.", "NAME", shown="the model's"
    )
    missing: Literal["error", "zero", "skip"] = option(
        "zero",
        "Samples without a prediction: refuse (error), count as wrong (zero), or leave out (skip).",
        panel="Scoring",
    )

    def load(self, results: tuple[Path, ...]) -> Any:  # noqa: ANN401 - a Collection, imported when needed
        """Load and score the results.

        Raises:
            InputError: a result or an option is invalid.
        """
        from merunibench.viewing import load_results

        if not results:
            raise InputError("no results given: name predictions, a run folder, a submission or per-sample files")
        return load_results(
            results,
            self.data_root,
            names=self.name,
            clips=self.clips,
            datasets=self.dataset or None,
            tasks=self.tasks(),
            model=self.folder,
            **self.arguments(),
            **self.reading(),
        )
