"""The data sets of MER-UniBench as data: kind of task, classes, sample count, files, where to get them.

Everything that differs between data sets stands in this table; the code that reads and scores them has no data set's
name in it. Source of the layouts and counts: the AffectGPT release (arXiv 2501.16566), its evaluation code, and the
MER2025 and MER2026 releases.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from merunibench._registry import Registry
from merunibench.errors import InputError
from merunibench.kinds import KINDS, NEUTRAL, Kind


@dataclass(frozen=True)
class ClipLayout:
    """Where the official folder of a data set keeps clips and subtitles; `{name}` stands for a sample's name.

    Attributes:
        video: Where a video may be, most likely place first.
        audio: Where its sound may be.
        face: Where its face crops may be.
        subtitles: Table of the subtitles, with a column `name`.
        subtitle_column: The column of that table that is the subtitle.
    """

    video: tuple[str, ...] = ("video/{name}.mp4",)
    audio: tuple[str, ...] = ("audio/{name}.wav",)
    face: tuple[str, ...] = ("openface_face/{name}.npy",)
    subtitles: str = "transcription-engchi-polish.csv"
    subtitle_column: str = "english"


@dataclass(frozen=True)
class Task:
    """One data set of the benchmark.

    Attributes:
        id: Identifier in files, options and reports (`meld`).
        title: Name as papers print it (`MELD`).
        kind: Kind of task (`merunibench.kinds`), which decides the metric.
        samples: Number of samples of the official test split.
        folder: Folder of the official layout, below the data root.
        label_file: Label file inside `folder`.
        corpus: Key of the test split in an npz label file; empty for a CSV.
        label_field: Field (npz) or column (CSV) that holds the truth.
        classes: Category words; an integer label is an index into them. Empty unless the truth is a class.
        split: Pattern that the names of the test split match, where the file holds more; None where it does not.
        cluster: Pattern whose match in a name is the sample's dialogue or video; None if samples stand alone.
        aliases: Other spellings that are understood.
        homepage: Where the data can be requested.
        layout: The clips and subtitles inside `folder`.
        benchmark: Whether the data set is one of the nine whose mean is the benchmark score.
    """

    id: str
    title: str
    kind: str
    samples: int
    folder: str
    label_file: str
    corpus: str
    label_field: str
    homepage: str
    layout: ClipLayout = ClipLayout()
    classes: tuple[str, ...] = ()
    split: re.Pattern[str] | None = None
    cluster: re.Pattern[str] | None = None
    aliases: tuple[str, ...] = field(default=())
    benchmark: bool = True

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

    def cluster_of(self, name: str) -> str:
        """The dialogue or video that a sample comes from; the sample itself where its name does not tell."""
        found = self.cluster.match(name) if self.cluster else None
        return found[0] if found else name


_MER_CLASSES = ("neutral", "angry", "happy", "sad", "worried", "surprise")
_MER_HOME = "https://zeroqiaoba.github.io/MER-Challenge/"
_MP4_OR_AVI = ("video/{name}.mp4", "video/{name}.avi")
_NESTED_FACES = ("openface_face/{name}/{name}.npy", "openface_face/{name}.npy")
_BEFORE_LAST_UNDERSCORE = re.compile(r"^.*(?=_)", re.DOTALL)

TASKS = Registry(
    "data set",
    (
        Task(
            id="mer2023",
            title="MER2023",
            kind="basic",
            samples=411,
            folder="mer2023-dataset-process",
            label_file="label-6way.npz",
            layout=ClipLayout(_MP4_OR_AVI),
            corpus="test1_corpus",
            label_field="emo",
            classes=_MER_CLASSES,
            aliases=("mer23",),
            homepage=_MER_HOME,
        ),
        Task(
            id="mer2024",
            title="MER2024",
            kind="basic",
            samples=1169,
            folder="mer2024-dataset-process",
            label_file="label-6way.npz",
            # The one data set whose subtitles were never translated for the published results.
            layout=ClipLayout(_MP4_OR_AVI, subtitles="transcription_merge.csv", subtitle_column="chinese"),
            corpus="test1_corpus",
            label_field="emo",
            classes=_MER_CLASSES,
            aliases=("mer24",),
            homepage=_MER_HOME,
        ),
        Task(
            id="meld",
            title="MELD",
            kind="basic",
            samples=2610,
            folder="meld-process",
            label_file="label.npz",
            layout=ClipLayout(("subvideo/{name}.mp4",), ("subaudio/{name}.wav",)),
            corpus="test_corpus",
            label_field="emo",
            classes=("anger", "joy", "sadness", "neutral", "disgust", "fear", "surprise"),
            cluster=re.compile(r"^.*(?=_utt)", re.DOTALL),
            homepage="https://affective-meld.github.io/",
        ),
        Task(
            id="iemocapfour",
            title="IEMOCAP",
            kind="basic",
            samples=1241,
            folder="iemocap-process",
            label_file="label_4way.npz",
            layout=ClipLayout(("subvideo-tgt/{name}.avi",), ("subaudio/{name}.wav",)),
            corpus="whole_corpus",
            label_field="emo",
            classes=("happy", "sad", "neutral", "anger"),
            split=re.compile(r"Ses05"),
            cluster=_BEFORE_LAST_UNDERSCORE,
            aliases=("iemocap", "iemocap4"),
            homepage="https://sail.usc.edu/iemocap/",
        ),
        Task(
            id="cmumosi",
            title="CMU-MOSI",
            kind="sentiment",
            samples=686,
            folder="cmumosi-process",
            label_file="label.npz",
            layout=ClipLayout(("subvideo/{name}.mp4",), ("subaudio/{name}.wav",)),
            corpus="test_corpus",
            label_field="val",
            cluster=_BEFORE_LAST_UNDERSCORE,
            aliases=("mosi",),
            homepage="http://multicomp.cs.cmu.edu/resources/cmu-mosi-dataset/",
        ),
        Task(
            id="cmumosei",
            title="CMU-MOSEI",
            kind="sentiment",
            samples=4659,
            folder="cmumosei-process",
            label_file="label.npz",
            layout=ClipLayout(("subvideo_new/{name}.mp4",), ("subaudio/{name}.wav",)),
            corpus="test_corpus",
            label_field="val",
            cluster=_BEFORE_LAST_UNDERSCORE,
            aliases=("mosei",),
            homepage="http://multicomp.cs.cmu.edu/resources/cmu-mosei-dataset/",
        ),
        Task(
            id="sims",
            title="CH-SIMS",
            kind="sentiment",
            samples=457,
            folder="sims-process",
            label_file="label.npz",
            corpus="test_corpus",
            label_field="val",
            cluster=_BEFORE_LAST_UNDERSCORE,
            aliases=("chsims", "chsimsv1", "simsv1"),
            homepage="https://github.com/thuiar/MMSA",
        ),
        Task(
            id="simsv2",
            title="CH-SIMS v2",
            kind="sentiment",
            samples=1034,
            folder="simsv2-process",
            label_file="label.npz",
            layout=ClipLayout(("video_new/{name}.mp4",)),
            corpus="test_corpus",
            label_field="val",
            cluster=_BEFORE_LAST_UNDERSCORE,
            aliases=("chsimsv2", "sims2"),
            homepage="https://github.com/thuiar/ch-sims-v2",
        ),
        Task(
            id="ovmerdplus",
            title="OV-MERD+",
            kind="fine-grained",
            samples=532,
            folder="ovmerdplus-process",
            label_file="ovlabel.csv",
            layout=ClipLayout(subtitles="subtitle_eng.csv", subtitle_column="sentence"),
            corpus="",
            label_field="openset",
            aliases=("ovmerd+", "ovmerd"),
            homepage="https://github.com/zeroQiaoba/AffectGPT",
        ),
        Task(
            id="mer2025ov",
            title="MER2025-OV",
            kind="fine-grained",
            samples=0,
            folder="mer2025-dataset-process",
            label_file="ovlabel.csv",
            layout=ClipLayout(face=_NESTED_FACES, subtitles="subtitle_chieng.csv"),
            corpus="",
            label_field="openset",
            aliases=("mer2025", "mer25ov"),
            homepage=_MER_HOME,
            benchmark=False,
        ),
        Task(
            id="mer2026ov",
            title="MER2026-FG",
            kind="fine-grained",
            samples=0,
            folder="mer2026-dataset-process",
            label_file="ovlabel.csv",
            layout=ClipLayout(face=_NESTED_FACES, subtitles="subtitle_chieng.csv"),
            corpus="",
            label_field="openset",
            aliases=("mer2026", "mer2026fg", "mer26ov"),
            homepage=_MER_HOME,
            benchmark=False,
        ),
    ),
    name=lambda task: task.id,
)
"""Every data set, by id, in the order of the published tables. `samples` is 0 where no official count is published."""


def _key(name: str) -> str:
    """`CMU-MOSI`, `cmu_mosi` and `cmumosi` are one name; the `+` of OV-MERD+ counts."""
    return re.sub(r"[\s_\-()]", "", name.casefold())


def _ids() -> dict[str, str]:
    """Every spelling of a data set's name -> its id."""
    return {_key(spelling): task.id for task in TASKS.values() for spelling in (task.id, task.title, *task.aliases)}


def find_task(name: str) -> Task | None:
    """The data set of that name, in any case and any common spelling; None if there is none."""
    identifier = _ids().get(_key(name))
    return TASKS[identifier] if identifier else None


def get_task(name: str) -> Task:
    """The data set of that name, in any case and any common spelling.

    Raises:
        InputError: no data set is called so; the message lists the nearest names, or all.

    Example:
        >>> get_task("CMU-MOSI").id
        'cmumosi'
        >>> get_task("ovmerd+").kind
        'fine-grained'
    """
    task = find_task(name)
    if task is None:
        ids = _ids()
        near = get_close_matches(_key(name), ids, n=3)
        known = (
            "did you mean " + " or ".join(dict.fromkeys(ids[n] for n in near))
            if near
            else "known are " + ", ".join(TASKS)
        )
        raise InputError(f"unknown data set {name!r}: {known}")
    return task


def benchmark_tasks() -> tuple[Task, ...]:
    """The nine data sets whose plain mean is the benchmark score."""
    return tuple(task for task in TASKS.values() if task.benchmark)


def task_order(ids: Iterable[str]) -> list[str]:
    """The given data set ids in the order of the published tables."""
    wanted = set(ids)
    return [identifier for identifier in TASKS if identifier in wanted]
