"""The stage `vote`: trained classifiers vote on the clips of a data set; all votes are collected in its folder.

votes/<source>/<set>.jsonl      name, label (or labels), probability
votes/<source>/settings.json    what the source was trained on, if known
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from merunibench._text import escape_controls, short_repr
from merunibench.curation.crowd import Crowd
from merunibench.curation.crowd.classifiers.features import read_features
from merunibench.curation.crowd.classifiers.labelled import read_texts
from merunibench.curation.crowd.classifiers.saved import (
    ATTENTION,
    OUT_OF_FOLD,
    Row,
    is_classifier,
    load_attention,
    load_text,
    read_classifier_settings,
    vote_rows,
    write_votes,
)
from merunibench.curation.crowd.classifiers.text import KIND as TEXT
from merunibench.curation.crowd.sources import SETTINGS, Source, load_sources
from merunibench.curation.folder import VOTES, Folder, children, read_lines, refuse_shared_names
from merunibench.data import read_table
from merunibench.data.columns import name_column
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES, whole_set, write_text
from merunibench.report.columns import Column, percent

SCHEMA = "merunibench.votes/1"
ALL = "all"
"""The only set of a folder that has no descriptions yet."""


@dataclass(frozen=True)
class Judging:
    """Inputs of the classifiers.

    Attributes:
        texts: A table with the subtitles of the clips.
        column: Its column.
        features: The folder of features.
        max_bytes: Maximum size of a file after decompression.
    """

    texts: Path | None = None
    column: str = "subtitle"
    features: Path | None = None
    max_bytes: int = DEFAULT_MAX_BYTES


@dataclass(frozen=True)
class Votes:
    """The votes of a data set.

    Attributes:
        crowd: The sources that are now in its folder.
        names: All clips.
        files: The files written.
        out_of_fold: Source -> number of clips it was trained on; their votes come from the fold that did not see them.
        others: Source -> number of its votes on clips that are not in the data set; they are left out.
    """

    FORMATS: ClassVar = ("table", "json")

    crowd: Crowd
    names: pa.Array
    files: tuple[Path, ...] = ()
    out_of_fold: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        account = self.crowd.account(self.names)
        for task, found in account.items():
            alpha = self.crowd.alpha(task, self.names)  # type: ignore[arg-type] # its keys are the tasks
            found["alpha"] = None if math.isnan(alpha) else alpha
            for name, each in found["sources"].items():
                each |= {"out_of_fold": self.out_of_fold.get(name, 0), "left_out": self.others.get(name, 0)}
        return {"schema": SCHEMA, "clips": len(self.names), "files": list(map(str, self.files)), "tasks": account}

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the table that the command line prints."""
        from rich.text import Text

        from merunibench.report.terminal import plain_table, print_to_text

        titles = ("Task", "Source", "Trained on", "Accuracy", "Votes", "Abstained", "Out of fold")
        table = plain_table([Column(title, numeric=title in titles[3:]) for title in titles])
        plain, notes = self.to_dict(), []
        for task, found in plain["tasks"].items():
            for name, each in found["sources"].items():
                figures = (f"{each[key]:,}" for key in ("votes", "abstained", "out_of_fold"))
                row = (
                    task,
                    escape_controls(name),
                    escape_controls(each["training"]),
                    percent(each["accuracy"]),
                    *figures,
                )
                table.add_row(*map(Text, row))
            if found["alpha"] is not None:
                notes.append(f"{task}: Krippendorff's alpha of the sources is {found['alpha']:.3f}.")
        notes = [f"{len(self.names):,} clips; accuracy in percent, on human labels, by cross-validation.", *notes]
        return print_to_text("", table, notes, width=width, color=color)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Notes for readers of the votes."""
        left_out = (
            f"{short_repr(name)}: {number} votes on clips that are not in the data set are left out"
            for name, number in self.others.items()
            if number
        )
        return (*left_out, *self.crowd.remarks(self.names))


def vote(places: Sequence[Path], out: Path, judging: Judging) -> Votes:
    """Collect the votes of classifiers, and votes in files, on the clips of a data set in `out/votes`.

    The clips are those of `out/descriptions`. If there are no descriptions yet, they are those of the votes and texts.

    Args:
        places: Folders of trained classifiers, files and folders of votes.
        out: The folder of the data set.
        judging: Inputs of the classifiers.

    Raises:
        InputError: an input cannot be used. Nothing is written then.
    """
    places = [each for place in places for each in _expanded(place)]
    classifiers = [place for place in places if place.is_dir() and is_classifier(place)]
    given = load_sources((p for p in places if p not in classifiers), max_bytes=judging.max_bytes)
    texts = _texts(judging)
    sets = _sets(out, given, texts)
    refuse_shared_names(sets)
    rows: dict[str, dict[str, Row]] = {}
    settings: dict[str, Mapping[str, Any]] = {}
    every = [name for names in sets.values() for name in names]
    out_of_fold, others = {}, {}
    for folder in classifiers:
        name = folder.resolve().name
        _refuse_twice(name, rows)
        settings[name] = {**read_classifier_settings(folder), "schema": SCHEMA}
        rows[name], out_of_fold[name] = _judged(folder, every, texts, judging)
    for source in given:
        _refuse_twice(source.name, rows)
        settings[source.name] = source.settings
        rows[source.name] = _given(source)
        others[source.name] = len(rows[source.name].keys() - {*every})
    files = _write(out, sets, rows, settings)
    crowd = Crowd.load([out / VOTES])
    return Votes(crowd, pa.array(every, pa.large_string()), files, out_of_fold, others)


def _expanded(place: Path) -> list[Path]:
    """Return the content of a folder of classifiers; any other place is returned itself."""
    if not place.is_dir() or is_classifier(place):
        return [place]
    inside = children(place)
    return inside if any(each.is_dir() and is_classifier(each) for each in inside) else [place]


def _refuse_twice(name: str, rows: Mapping[str, object]) -> None:
    if name in rows:
        raise InputError(f"two sources have the name {short_repr(name)}; rename one, since votes must count only once")


def _texts(judging: Judging) -> dict[str, str] | None:
    if judging.texts is None:
        return None
    return read_texts(judging.texts, judging.column, max_bytes=judging.max_bytes)


def _sets(out: Path, given: Sequence[Source], texts: Mapping[str, str] | None) -> dict[str, list[str]]:
    """Return the clips of each set."""
    folder = Folder(out)
    if folder.found("descriptions"):
        return {name: name_column(read_table(path)).to_pylist() for name, path in folder.sets().items()}
    names = dict.fromkeys(texts or ())
    for source in given:
        names |= dict.fromkeys(source.names.to_pylist())
    if not names:
        raise InputError(f"{out}: contains no descriptions; give --texts, or votes in files, to define the clips")
    return {ALL: list(names)}


def _judged(
    folder: Path, names: Sequence[str], texts: Mapping[str, str] | None, judging: Judging
) -> tuple[dict[str, Row], int]:
    """Return a classifier's votes, and for how many clips they are the out-of-fold votes of its training."""
    settings = read_classifier_settings(folder)
    kind = settings.get("kind")
    seen = {row["name"]: row for row in read_lines(folder / OUT_OF_FOLD)}
    unseen = [name for name in names if name not in seen]
    if kind == TEXT:
        found = _by_text(folder, unseen, texts) if unseen else ()
    elif kind == ATTENTION:
        found = _by_features(folder, unseen, judging) if unseen else ()
    else:
        raise InputError(f"{folder}: unknown kind of classifier {short_repr(kind)}; known are text and attention")
    rows = {row["name"]: row for row in found} | {name: seen[name] for name in names if name in seen}
    return rows, len(names) - len(unseen)


def _by_text(folder: Path, names: Sequence[str], texts: Mapping[str, str] | None) -> Iterator[Row]:
    if texts is None:
        raise InputError(f"{folder}: is a text classifier; give the texts (--texts FILE, and --text-column)")
    classifier = load_text(folder)
    return vote_rows(names, classifier.classes, classifier.probabilities([texts.get(name, "") for name in names]))


def _by_features(folder: Path, names: Sequence[str], judging: Judging) -> Iterator[Row]:
    if judging.features is None:
        raise InputError(f"{folder}: is a feature classifier; give features (--features DIR; see `curate features`)")
    classifier = load_attention(folder)
    features = read_features(judging.features, names, tuple(classifier.widths))
    return vote_rows(names, classifier.classes, classifier.probabilities(features))


def _given(source: Source) -> dict[str, Row]:
    """Return the votes of a file as rows."""
    found: dict[str, Row] = {}
    single = int(source.labels.counts().max(initial=0)) <= 1
    for row, name in enumerate(source.names.to_pylist()):
        labels = source.labels[row]
        said: Row = {"label": labels[0] if labels else None} if single else {"labels": labels}
        found[name] = {"name": name, **said}
    return found


def _write(
    out: Path,
    sets: Mapping[str, Iterable[str]],
    rows: Mapping[str, Mapping[str, Row]],
    settings: Mapping[str, Mapping[str, Any]],
) -> tuple[Path, ...]:
    """Write the votes by source and set, and the settings of the sources; all files or none."""
    files = []
    with whole_set(out) as folder:
        for source, found in rows.items():
            for name, clips in sets.items():
                place = Path(VOTES) / source / f"{name}.jsonl"
                here = [found[clip] for clip in clips if clip in found]
                if here:
                    write_votes(folder / place, here)
                    files.append(out / place)
            if settings[source]:
                content = json.dumps(settings[source], indent=2, ensure_ascii=False, allow_nan=False)
                write_text(folder / VOTES / source / SETTINGS, content + "\n")
    return tuple(files)
