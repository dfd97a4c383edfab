"""The report of a data set: plain data, and methods that hand it to the renderers.

Names, labels and texts are kept as their authors wrote them; each renderer escapes them for its own format.
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
    """What a data set is, what each filter did to it, and what it is worth.

    Attributes:
        name: What the data set is called.
        rows: Number of rows.
        kept: How many are kept.
        chance: How many would be kept if votes were dealt to rows at random; None without a crowd.
        sets: Set -> its rows, and how many are kept.
        filters: The figures of each filter over all rows, in the declared order.
        funnel: The same one after the other, filters without input left out.
        overlap: Names of filters, and phi of every pair: do they drop the same rows?
        statistics: Stage (`all`, then each filter of the funnel: what it left) -> statistics; see docs/curate.md.
        cues: Whether audio and video cues agree (see `report.cues`); empty where cues have no labels.
        drop_rates: Property -> groups of rows, and how many of each are dropped.
        duplicates: Rows whose text an earlier row has, and the first few of them; under `clips`, whose clip.
        contamination: Test set of MER-UniBench -> how many rows carry the name of one of its samples.
        crowd: Task -> what each source of votes is and did.
        truth: The rows against human labels; None where none were given.
        provenance: Models, prompts, extractors and lexicon that took part.
        published: Figures of published data sets of this kind, to be read beside it.
        card: What the user said of the data set: licence and so on.
        settings: Everything that decided the verdicts.
        config: Hash of that.
        signature: All of it in one line.
        remarks: What a reader should know.
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
        """Kept rows over those kept by chance."""
        return round(self.kept / self.chance, 4) if self.chance else None

    @property
    def label_in_prompt(self) -> bool:
        """Whether labels by people stood in the prompts of some descriptions."""
        return any(settings.get("label_in_prompt") for settings in self.provenance["descriptions"].values())

    def to_dict(self) -> dict[str, Any]:
        """The report as dictionaries, lists, text and numbers; fractions, not percents."""
        content = asdict(self)
        content["filters"] = [{**asdict(each), "lift": each.lift} for each in self.filters]
        names, values = self.overlap
        content["overlap"] = {"filters": names, "phi": values}
        content["lift"] = self.lift
        plain: dict[str, Any] = json.loads(json.dumps(content, allow_nan=False))
        return {"schema": SCHEMA, **plain}

    def to_json(self) -> str:
        """JSON text, schema `merunibench.curation/1`."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """The tables that the command line prints."""
        from merunibench.curation.report.terminal import render

        return render(self, width=width, color=color)

    def to_markdown(self) -> str:
        """The card of the data set, with a head that Hugging Face `datasets` reads."""
        from merunibench.curation.report.card import render

        return render(self)

    def to_html(self) -> str:
        """One page that needs nothing from elsewhere, and no script."""
        from merunibench.curation.report.page import render

        return render(self)

    def to_svg(self) -> str:
        """The picture of the funnel."""
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
