"""Common parts of all exports: the choice of rows, preconditions, and the decisions next to them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from merunibench._text import listed, short_repr
from merunibench.curation.contamination import contaminated
from merunibench.curation.decisions import Decisions, lines_of
from merunibench.curation.folder import EXPORT, MAX_BYTES, Folder
from merunibench.curation.report.result import CurationReport
from merunibench.data import read_table
from merunibench.data.cells import has
from merunibench.data.columns import name_column, text_column
from merunibench.errors import InputError
from merunibench.files import open_atomic, whole_set, write_text
from merunibench.files.json_text import read_json
from merunibench.kinds import POLARITY_OF

MANIFEST = "export.json"
_SUBTITLES = ("subtitle", "english", "chinese")


@dataclass(frozen=True)
class Sample:
    """An exported row.

    Attributes:
        name: Name of the clip.
        set: Its set.
        text: The description.
        labels: Its labels.
        polarity: positive, negative, neutral, or None.
        kept: Whether the filters kept it.
        dropped_by: The filter that dropped it, if one did.
        subtitle: The subtitle in English, empty if there is none.
        chinese: The subtitle in Chinese, empty if there is none.
    """

    name: str
    set: str
    text: str
    labels: tuple[str, ...]
    polarity: str | None
    kept: bool
    dropped_by: str | None
    subtitle: str = ""
    chinese: str = ""


@dataclass(frozen=True)
class ExportOptions:
    """Options of an export.

    Attributes:
        licence: Licence of the rows; required.
        with_dropped: Whether dropped rows are exported too.
        allow_test: Whether names of test samples are allowed.
        questions: For conversations: (question, answer template) pairs; None for those of AffectGPT.
        media: For conversations: path of clips; `{name}` is replaced by the clip's name.
    """

    licence: str
    with_dropped: bool = False
    allow_test: bool = False
    questions: tuple[tuple[str, str], ...] | None = None
    media: str = "video/{name}.mp4"


@dataclass
class Exported:
    """Result of an export.

    Attributes:
        out: The folder.
        rows: Number of exported rows.
        without_text: Number of rows left out because they have no description.
        files: The files, relative to the folder.
    """

    out: Path
    rows: int = 0
    without_text: int = 0
    files: list[str] = field(default_factory=list)


Writer = Callable[[Path, Iterator[Sample], ExportOptions, CurationReport], None]


def export(
    folder: Folder,
    decisions: Decisions,
    report: CurationReport,
    form: str,
    options: ExportOptions,
    out: Path | None = None,
) -> Exported:
    """Write the kept rows, their decisions and the card; all files or none.

    Args:
        folder: The data set.
        decisions: The decisions on its rows.
        report: Its report, for the card.
        form: One of `FORMATS`.
        options: Options of the export.
        out: The folder to write to; `DIR/export/<form>` by default.

    Raises:
        InputError: there is no licence, a row has the name of a test sample, no row is kept, the descriptions have
            changed since they were judged, or a label has characters that the format cannot represent.
    """
    from merunibench.curation.export import FORMATS

    out = folder.path / EXPORT / form if out is None else out
    _refuse(decisions, options)
    done = Exported(out)
    before = _manifest(out)
    with whole_set(out) as temporary:
        FORMATS[form](temporary, _counted(_samples(folder, decisions, options), done), options, report)
        if not done.rows:
            raise InputError(f"{folder.path}: no row would be exported: {report.kept} of {report.rows} are kept")
        write_text(temporary / "funnel.svg", report.to_svg())
        with open_atomic(temporary / "decisions.jsonl") as stream:
            chosen = decisions.kept | options.with_dropped
            for lines in lines_of(decisions, slice(0, len(decisions.rows)), chosen):
                stream.write(lines)
        files = sorted(path.relative_to(temporary).as_posix() for path in temporary.rglob("*") if path.is_file())
        done.files = [*files, MANIFEST]
        manifest = {
            "format": form,
            "licence": options.licence,
            "rows": done.rows,
            "with_dropped": options.with_dropped,
            "settings": decisions.config,
            "signature": report.signature,
            "files": files,
        }
        write_text(temporary / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    for name in set(before) - set(done.files):  # left from an earlier export with other sets or more parts
        (out / name).unlink(missing_ok=True)
    return done


def _refuse(decisions: Decisions, options: ExportOptions) -> None:
    if not options.licence.strip():
        raise InputError(
            "an export needs the licence under which the rows may be used; give it (--licence, or `licence` in [card] "
            "of curate.toml)"
        )
    if options.allow_test:
        return
    leaving = decisions.rows.names.filter(decisions.kept | options.with_dropped)
    found = contaminated(leaving)
    if found.counts:
        name, dataset = found.names[0]
        counts = ", ".join(f"{count} of {each}" for each, count in found.counts.items())
        raise InputError(
            f"rows have names of MER-UniBench's test samples ({counts}; such as {short_repr(name)} of {dataset}), so a "
            "model trained on them cannot be tested there; remove them (`merunibench curate delete`), or give "
            "--allow-test if only the names are the same"
        )


def _samples(folder: Folder, decisions: Decisions, options: ExportOptions) -> Iterator[Sample | None]:
    """Yield the exported rows; None for rows without a description."""
    rows = decisions.rows
    for name, path in folder.sets().items():
        where = rows.sets.get(name)
        table = read_table(path, max_bytes=MAX_BYTES)
        if where is None or not name_column(table).equals(rows.names[where.start : where.stop]):
            raise InputError(f"{path}: has changed since its rows were judged; run `merunibench curate filter`")
        texts = text_column(table, "text") if "text" in table.columns else None
        filled = has(table, "text")
        subtitles = {key: text_column(table, key) for key in _SUBTITLES if key in table.columns}
        for place, row in enumerate(range(where.start, where.stop)):
            by = int(decisions.dropped_by[row])
            if by >= 0 and not options.with_dropped:
                continue
            if texts is None or not filled[place] or not rows.measures.answered[row]:
                yield None
                continue
            said = {key: column[place].as_py() or "" for key, column in subtitles.items()}
            yield Sample(
                rows.names[row].as_py(),
                name,
                texts[place].as_py(),
                tuple(rows.labels[row]),
                POLARITY_OF.get(int(rows.polarities[row])),
                by < 0,
                None if by < 0 else decisions.outcomes[by].name,
                said.get("english") or said.get("subtitle", ""),
                said.get("chinese", ""),
            )


def _counted(samples: Iterator[Sample | None], done: Exported) -> Iterator[Sample]:
    for sample in samples:
        if sample is None:
            done.without_text += 1
        else:
            done.rows += 1
            yield sample


def _manifest(out: Path) -> list[str]:
    """Return the files of an earlier export in a folder.

    Raises:
        InputError: the folder contains something other than an export, which must not be overwritten.
    """
    if not out.exists():
        return []
    if not out.is_dir():
        raise InputError(f"{out}: is not a folder")
    held = sorted(path.name for path in out.iterdir())
    path = out / MANIFEST
    if held and not path.is_file():
        raise InputError(f"{out}: is not empty and not an export ({listed(held, 3)}); give another folder (--out)")
    content: Any = read_json(path) if held else {}
    files = content.get("files", []) if isinstance(content, dict) else []
    plain = [name for name in files if isinstance(name, str) and _is_inside(name)]
    return [*plain, MANIFEST] if held else []


def _is_inside(name: str) -> bool:
    return bool(name) and not name.startswith(("/", "\\")) and ".." not in Path(name).parts


def card_of(report: CurationReport, options: ExportOptions, files: str | None) -> str:
    """Return the card of an export, with its licence."""
    from dataclasses import replace

    from merunibench.curation.report.card import render

    return render(replace(report, card={**report.card, "licence": options.licence}), files)
