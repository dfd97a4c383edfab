"""The report of a data set: plain data, and methods that render it.

Names, labels and texts are stored unchanged; each renderer escapes them for its format.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from merunibench.curation.folder import Folder
from merunibench.curation.report.filters import FilterFigures, Step
from merunibench.curation.report.truth import TruthFigures
from merunibench.files import write_text

SCHEMA = "merunibench.curation/1"


@dataclass(frozen=True)
class CurationReport:
    """The report of a data set: its rows, the effect of each filter, and agreement with human labels.

    Attributes:
        name: Name of the data set.
        rows: Number of rows.
        kept: Number of kept rows.
        chance: Number of rows kept if votes were randomly assigned to rows; None without a crowd.
        sets: Set -> number of its rows, and of its kept rows.
        filters: Statistics of each filter over all rows, in the declared order.
        funnel: The filters applied one after the other, without those that had no input.
        overlap: Names of filters, and phi of every pair: do they drop the same rows?
        statistics: Stage (`all`, then the rows left after each filter of the funnel) -> statistics; see docs/curate.md.
        cues: Agreement of audio and video cues (see `report.cues`); empty if cues have no labels.
        drop_rates: Property -> groups of rows, with the number of dropped rows.
        duplicates: Rows that repeat the text of an earlier row, and the first few; `clips`: those that repeat the clip.
        contamination: Test set of MER-UniBench -> number of rows with the name of one of its samples.
        crowd: Task -> training, accuracy and votes of each source.
        truth: Comparison of the rows with human labels; None if none were given.
        provenance: Models, prompts, extractors and lexicon that were used.
        published: Sizes of published data sets of this kind, for comparison.
        card: The user's description of the data set: licence and so on.
        settings: Everything that the verdicts depend on.
        config: Hash of the settings.
        signature: Summary of all this in one line.
        remarks: Notes for readers.
    """

    FORMATS: ClassVar = ("table", "json", "markdown", "html")

    name: str
    rows: int
    kept: int
    chance: float | None
    sets: Mapping[str, Mapping[str, int]]
    filters: tuple[FilterFigures, ...]
    funnel: tuple[Step, ...]
    overlap: tuple[list[str], list[list[float | None]]]
    statistics: Mapping[str, Mapping[str, Any]]
    cues: Mapping[str, Any]
    drop_rates: Mapping[str, list[dict[str, Any]]]
    duplicates: Mapping[str, Any]
    contamination: Mapping[str, int]
    crowd: Mapping[str, Any]
    truth: TruthFigures | None
    provenance: Mapping[str, Any]
    published: tuple[Mapping[str, Any], ...]
    card: Mapping[str, Any]
    settings: Mapping[str, Any]
    config: str
    signature: str
    remarks: tuple[str, ...] = field(default=())

    @property
    def lift(self) -> float | None:
        """Number of kept rows divided by the number kept by chance."""
        return round(self.kept / self.chance, 4) if self.chance else None

    @property
    def label_in_prompt(self) -> bool:
        """Whether human labels were in the prompts of some descriptions."""
        return any(settings.get("label_in_prompt") for settings in self.provenance["descriptions"].values())

    def to_dict(self) -> dict[str, Any]:
        """Return the report as dictionaries, lists, text and numbers; fractions, not percentages."""
        content = asdict(self)
        content["filters"] = [{**asdict(each), "lift": each.lift} for each in self.filters]
        names, values = self.overlap
        content["overlap"] = {"filters": names, "phi": values}
        content["lift"] = self.lift
        plain: dict[str, Any] = json.loads(json.dumps(content, allow_nan=False))
        return {"schema": SCHEMA, **plain}

    def to_json(self) -> str:
        """Return the report as JSON, schema `merunibench.curation/1`."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the tables that the command line prints."""
        from merunibench.curation.report.terminal import render

        return render(self, width=width, color=color)

    def to_markdown(self) -> str:
        """Return the card of the data set, with metadata for Hugging Face `datasets`."""
        from merunibench.curation.report.card import render

        return render(self)

    def to_html(self) -> str:
        """Return one HTML page without external resources or scripts."""
        from merunibench.curation.report.page import render

        return render(self)

    def to_svg(self) -> str:
        """Return the picture of the funnel."""
        from merunibench.curation.report.picture import draw

        return draw(self)

    def write(self, folder: Folder) -> list[Path]:
        """Write `report.json`, `statistics.json`, `README.md`, `funnel.svg` and `report.html` into the folder.

        Raises:
            InputError: a file cannot be written.
        """
        statistics = json.dumps(self.to_dict()["statistics"], indent=2, ensure_ascii=False) + "\n"
        contents = {
            "report.json": self.to_json(),
            "statistics.json": statistics,
            "funnel.svg": self.to_svg(),
            "README.md": self.to_markdown(),
            "report.html": self.to_html(),
        }
        for name, text in contents.items():
            write_text(folder.path / name, text)
        return [folder.path / name for name in contents]
