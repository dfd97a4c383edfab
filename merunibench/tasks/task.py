"""Definition of a data set: kind of task, classes, number of samples, location of labels, clips and subtitles."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from merunibench.kinds import KINDS, NEUTRAL, Kind

Annotators = Literal["", "majority", "union"]
_BETWEEN = re.compile(r"[\s_\-()\xad\u200b-\u200f\u2060\ufeff]")
"""Characters that are ignored in names: white space, separators, and characters without width."""


def spelling(name: str) -> str:
    """Normalise a name: `CMU-MOSI`, `cmu_mosi` and `cmumosi` are equal; the `+` of OV-MERD+ is significant."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", name).casefold())


@dataclass(frozen=True)
class ClipLayout:
    """Paths of clips and subtitles in the folder of a data set; `{name}` is replaced by the name of a sample.

    Attributes:
        video: Possible paths of a video, the most likely first.
        audio: Possible paths of its audio.
        face: Possible paths of its face crops.
        subtitles: Table of the subtitles, with a column `name`; empty if there is no table.
        subtitle_column: The column of that table that contains the subtitle.
    """

    video: tuple[str, ...] = ("video/{name}.mp4",)
    audio: tuple[str, ...] = ("audio/{name}.wav",)
    face: tuple[str, ...] = ("openface_face/{name}.npy",)
    subtitles: str = "transcription-engchi-polish.csv"
    subtitle_column: str = "english"


@dataclass(frozen=True)
class Task:
    """One data set.

    Attributes:
        id: Identifier in files, options and reports (`meld`).
        title: Name as printed in papers (`MELD`).
        kind: Kind of task (`merunibench.kinds`), which determines the metric.
        samples: Number of samples of the test split; 0 if unknown, in which case completeness is not checked.
        folder: Folder of the official layout, below the data root.
        label_file: Label file inside the folder; empty if unknown.
        corpus: Key of the test split in an npz label file; empty for a table.
        label_field: Field (npz) or column (table of a user-defined data set) that contains the truth.
        homepage: Where the data can be requested.
        layout: The clips and subtitles inside the folder.
        classes: Category words; an integer label is an index into them. Empty unless the truth is a class.
        split: Pattern that the names of the test split match, if the file contains more; else None.
        cluster: Pattern whose group `unit`, or whole match, in a name is the sample's dialogue or video; None if
            samples are independent.
        source: Source of its clips. A clip has the same name in all data sets of one source. Default: its own source.
        aliases: Other accepted spellings.
        benchmark: Whether the data set is one of the nine whose mean is the benchmark score.
        language: Spoken language of its clips; for information only.
        licence: Licence of its labels; for information only.
        holds: Other data sets whose samples are all included in it.
        truth: First digits of the hash of names and truths; other labels are rejected. Empty to accept any.
        annotators: How a label field with one answer per annotator becomes the truth; empty if it is the truth.
        own: Whether it is user-defined, and so neither in the mean nor on the board.
        home: The folder of its definition, to which its paths are relative; None if relative to the data root.
    """

    id: str
    title: str
    kind: str
    samples: int = 0
    folder: str = ""
    label_file: str = ""
    corpus: str = ""
    label_field: str = "label"
    homepage: str = ""
    layout: ClipLayout = ClipLayout()
    classes: tuple[str, ...] = ()
    split: re.Pattern[str] | None = None
    cluster: re.Pattern[str] | None = None
    source: str = ""
    aliases: tuple[str, ...] = ()
    benchmark: bool = False
    language: str = ""
    licence: str = ""
    holds: tuple[str, ...] = ()
    truth: str = ""
    annotators: Annotators = ""
    own: bool = False
    home: Path | None = None

    @property
    def of_kind(self) -> Kind:
        """The properties of its kind."""
        return KINDS[self.kind]

    @property
    def has_sectors(self) -> bool:
        """Whether answers are words with sectors on emotion wheels, so that a lexicon is used."""
        return self.of_kind.has_sectors

    @property
    def truth_of_empty_list(self) -> tuple[str, ...]:
        """Labels that replace an empty ground-truth list, which the authors read as `neutral`."""
        return (NEUTRAL,) if self.of_kind.truth == "labels" else ()

    @property
    def namespace(self) -> str:
        """Scope in which the names of its samples are unique: the source of its clips, or the data set."""
        return self.source or self.signed

    @property
    def signed(self) -> str:
        """Its name in signatures: its id, or `own.<id>@<digits of its definition>`."""
        return f"own.{self.id}@{self.digest}" if self.own else self.id

    @property
    def digest(self) -> str:
        """First eight digits of the SHA-256 of everything that affects a score, excluding titles and paths."""
        cluster = self.cluster.pattern if self.cluster else ""
        parts = (self.id, self.kind, self.samples, self.classes, cluster, self.truth, self.label_field, self.annotators)
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def place(self, root: Path | None) -> Path | None:
        """Return the folder of its files: below a data root, or the folder of its definition."""
        return self.home if self.home is not None else root / self.folder if root is not None else None

    def cluster_of(self, name: str) -> str:
        """Return the dialogue or video of a sample; the sample itself if its name does not contain it."""
        found = self.cluster.search(name) if self.cluster else None
        return (found[found.lastgroup or 0] if found else "") or name
