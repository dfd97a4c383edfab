"""What a data set is: kind of task, classes, sample count, where labels, clips and subtitles lie."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from merunibench.kinds import KINDS, NEUTRAL, Kind

Annotators = Literal["", "majority", "union"]


@dataclass(frozen=True)
class ClipLayout:
    """Where the folder of a data set keeps clips and subtitles; `{name}` stands for a sample's name.

    Attributes:
        video: Where a video may be, most likely place first.
        audio: Where its sound may be.
        face: Where its face crops may be.
        subtitles: Table of the subtitles, with a column `name`; empty if there is none.
        subtitle_column: The column of that table that is the subtitle.
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
        title: Name as papers print it (`MELD`).
        kind: Kind of task (`merunibench.kinds`), which decides the metric.
        samples: Number of samples of the test split; 0 where none is stated, and completeness is not checked.
        folder: Folder of the official layout, below the data root.
        label_file: Label file inside the folder; empty if none is stated.
        corpus: Key of the test split in an npz label file; empty for a table.
        label_field: Field (npz) or column (of an own data set's table) that holds the truth.
        homepage: Where the data can be requested.
        layout: The clips and subtitles inside the folder.
        classes: Category words; an integer label is an index into them. Empty unless the truth is a class.
        split: Pattern that the names of the test split match, where the file holds more; None where it does not.
        cluster: Pattern whose group `unit`, or whole match, in a name is the sample's dialogue or video; None if
            samples stand alone.
        source: Where its clips are from. Data sets of one source give a clip the same name; by default it has its own.
        aliases: Other spellings that are understood.
        benchmark: Whether the data set is one of the nine whose mean is the benchmark score.
        language: Language of what is said in its clips; information alone.
        licence: Under which its labels may be used; information alone.
        holds: Other data sets all of whose samples are in it.
        truth: First digits of the hash of names and truths; other labels are refused. Empty for any.
        annotators: How a label field with one answer for each annotator becomes the truth; empty if it is the truth.
        own: Whether it is a user's own, and neither in the mean nor on the board.
        home: The folder of its definition, from which its paths start; None where they start from the data root.
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
        """What its kind says of truths and answers."""
        return KINDS[self.kind]

    @property
    def has_sectors(self) -> bool:
        """Whether answers are words with sectors on emotion wheels, so that a lexicon takes part."""
        return self.of_kind.has_sectors

    @property
    def truth_of_empty_list(self) -> tuple[str, ...]:
        """Labels that an empty ground-truth list stands for: the authors read it as `neutral`."""
        return (NEUTRAL,) if self.of_kind.truth == "labels" else ()

    @property
    def namespace(self) -> str:
        """What its samples' names are unique in: where its clips are from, or the data set."""
        return self.source or self.signed

    @property
    def signed(self) -> str:
        """What signatures call it: its id, or `own.<id>@<digits of its definition>`."""
        return f"own.{self.id}@{self.digest}" if self.own else self.id

    @property
    def digest(self) -> str:
        """First eight digits of the SHA-256 of what decides a score: not of titles, and not of where files lie."""
        cluster = self.cluster.pattern if self.cluster else ""
        parts = (self.id, self.kind, self.samples, self.classes, cluster, self.truth, self.label_field, self.annotators)
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def place(self, root: Path | None) -> Path | None:
        """The folder that its files lie in: below a data root, or beside its definition."""
        return self.home if self.home is not None else root / self.folder if root is not None else None

    def cluster_of(self, name: str) -> str:
        """The dialogue or video that a sample comes from; the sample itself where its name does not tell."""
        found = self.cluster.match(name) if self.cluster else None
        return found[found.lastgroup or 0] if found else name
