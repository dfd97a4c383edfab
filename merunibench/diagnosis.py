"""Collect information for a bug report, and nothing private: versions, metric, lexicons, structure of a file.

Names are hashed, texts are replaced by their length, and only words that are in the builtin lexicon are shown.
"""

import hashlib
import platform
import re
import sys
import traceback
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from merunibench import __version__
from merunibench.data import read_table
from merunibench.data.columns import python_values
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES, open_plain
from merunibench.files.npz import npz_keys
from merunibench.kinds import NEUTRAL, POLARITIES
from merunibench.labels import parse_label_text
from merunibench.lexicon import Lexicon, catalogue, installed, load_lexicon
from merunibench.lexicon.releases.published import KNOWN_RELEASES
from merunibench.protocols import METRIC_VERSION, PROTOCOLS

SCHEMA = "merunibench.doctor/1"
ROWS = 5
"""Number of rows whose structure is described."""

_COLUMNS = frozenset(
    [
        "answer",
        "answers",
        "candidates",
        "choices",
        "config",
        "content",
        "conversation",
        "custom_id",
        "dataset",
        "doc",
        "emotion",
        "emotions",
        "error",
        "filtered_resps",
        "id",
        "inputs",
        "label",
        "labels",
        "media",
        "messages",
        "modalities",
        "model",
        "model_answer",
        "name",
        "names",
        "openset",
        "output",
        "outputs",
        "polarity",
        "pred",
        "pred_labels",
        "prediction",
        "predictions",
        "predict",
        "preference",
        "prompt",
        "prompt_sha256",
        "question",
        "reasoning",
        "response",
        "responses",
        "sample",
        "sample_id",
        "score",
        "status",
        "subtitle",
        "swapped",
        "target",
        "text",
        "tokens",
        "value",
        "video",
        "video_id",
    ]
)
"""Columns whose names are shown; others may be sample names, so only their pattern is shown."""

_NAMES = frozenset({"name", "names", "id", "custom_id", "sample", "sample_id", "video", "video_id"})
_LABELS = frozenset({"label", "labels", "openset", "emotion", "emotions"})
_EXTRAS = re.compile(r"extra == ['\"](?:docs|lexicon|lint|ratings|test)['\"]")
"""Extras for developers of merunibench."""

_MOST_LABELS = 20
_MOST_COLUMNS = 50
_OPENINGS = {
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"PK\x03\x04": "zip (npz, xlsx)",
    b"\x1f\x8b": "gzip",
    b"(\xb5/\xfd": "Zstandard",
    b"\xef\xbb\xbf": "text with a byte order mark",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"{": "a brace, as in JSON",
    b"[": "a bracket, as in JSON",
}


def diagnose(file: Path | None = None) -> dict[str, Any]:
    """Collect the information for a bug report.

    Args:
        file: A file of predictions or labels whose first rows are described.

    Returns:
        Plain data for JSON, schema `merunibench.doctor/1`. `file` is None if no file was given.

    Raises:
        InputError: there is no such file.
    """
    return {
        "schema": SCHEMA,
        "versions": _versions(),
        "metric": {
            "version": METRIC_VERSION,
            "protocols": [protocol.signature for protocol in PROTOCOLS.values()],
            "default": f"protocol:official|lexicon:{load_lexicon('builtin').label}|level:1|v:{METRIC_VERSION}",
        },
        "lexicons": _lexicons(),
        "file": None if file is None else describe_file(file),
    }


def describe_file(path: Path) -> dict[str, Any]:
    """Describe the structure of a file's first rows or, if it cannot be read, where in merunibench it is refused.

    The error message is left out, since it may quote names and texts of the file.

    Raises:
        InputError: there is no such file.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file; give a file of predictions or labels")
    found: dict[str, Any] = {"ending": path.suffix.lower() if len(path.suffix) <= 10 else "…"}
    if path.is_file():
        found |= {"bytes": path.stat().st_size, "begins_with": _opening(path)}
    try:
        if path.suffix.lower() == ".npz":
            return found | {"read": True, "fields": [_column(key) for key in npz_keys(path)][:_MOST_COLUMNS]}
        table = read_table(path, max_bytes=DEFAULT_MAX_BYTES)
        names = list(table.columns)
        values = {name: python_values(table, name)[:ROWS] for name in names[:_MOST_COLUMNS]}
    except InputError as error:
        return found | {"read": False, "refused_by": type(error).__name__, "refused_at": _places(error)}
    lexicon = load_lexicon("builtin")
    rows = [
        {_column(name): _shape(name, column[row], lexicon) for name, column in values.items()}
        for row in range(min(ROWS, table.num_rows))
    ]
    return found | {"read": True, "rows": table.num_rows, "columns": len(names), "first_rows": rows}


def _versions() -> dict[str, str | None]:
    """Return versions of Python, the system, and every required package; None if it is not installed."""
    found: dict[str, str | None] = {
        "merunibench": __version__,
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "system": f"{platform.system()} {platform.machine()}",
    }
    try:
        required = metadata.requires("merunibench") or []
    except metadata.PackageNotFoundError:  # run from a checkout that is not installed
        required = []
    needed = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in required if not _EXTRAS.search(line)}
    for name in sorted(needed - {"merunibench"}):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _lexicons() -> list[dict[str, Any]]:
    """Describe the installed lexicons; names of the user's own lexicons are hashed."""
    listed, there = [], installed()
    for entry in catalogue():
        public = entry.name == "builtin" or entry.name in KNOWN_RELEASES
        found: dict[str, Any] = {"name": entry.name if public else _hashed(entry.name)}
        lexicon = entry.lexicon
        found |= (
            {"ready": False, "installed": entry.name in there}
            if lexicon is None
            else {"ready": True, "words": len(lexicon), "sha256": lexicon.sha256}
        )
        listed.append(found)
    return listed


def _opening(path: Path) -> str:
    """Return the format of a file according to its first bytes."""
    with open_plain(path) as stream:
        head = stream.read(6)
    for opening, says in _OPENINGS.items():
        if head.startswith(opening):
            return says
    return "nothing: it is empty" if not head else "other"


def _places(error: BaseException) -> list[str]:
    """Return the lines of merunibench in the traceback of an error, which identify it without quoting the file."""
    package = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(package)]
    return [f"{Path(each.filename).relative_to(package).as_posix()}:{each.lineno} {each.name}" for each in inside][-6:]


def _column(name: str) -> str:
    """Return a column's name if it is a known one, else its pattern."""
    return name if name.casefold() in _COLUMNS else f"({_pattern(name)}, {len(name)} characters)"


def _pattern(text: str) -> str:
    """Return the pattern of a name, at most 40 characters: `test_dia0_utt12` is `a_a0_a0`; punctuation is kept."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", text))[:40]


def _hashed(name: str) -> str:
    return "sha256:" + hashlib.sha256(name.encode(errors="replace")).hexdigest()[:12]


def _shape(column: str, value: object, lexicon: Lexicon) -> object:
    """Describe a cell."""
    plain = column.casefold()
    if value is None or isinstance(value, bool):
        return value
    if plain in _LABELS and isinstance(value, str | list | tuple):
        return _labels(value, lexicon)
    if isinstance(value, str):
        return _text(plain, value)
    return {"items": len(value)} if isinstance(value, Mapping | list | tuple) else type(value).__name__


def _text(column: str, value: str) -> object:
    if column in _NAMES:
        return {"hash": _hashed(value), "pattern": _pattern(value)}
    if value.strip().casefold() in POLARITIES or (column == "status" and value in ("ok", "failed")):
        return value
    return {"characters": len(value), "words": len(value.split())}


def _labels(value: object, lexicon: Lexicon) -> object:
    """Describe labels: words that are in the lexicon unchanged, others by their number of characters."""
    listed = isinstance(value, list | tuple)
    words = (
        [word for word in value if isinstance(word, str)]
        if isinstance(value, list | tuple)
        else parse_label_text(str(value))
    )
    told = [
        word if word.casefold() in lexicon or word.casefold() == NEUTRAL else f"(unknown, {len(word)} characters)"
        for word in words[:_MOST_LABELS]
    ]
    return {"as": "list" if listed else "text", "number": len(words), "first": told}
