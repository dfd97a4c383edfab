"""Read an official lexicon release, a folder of tables, and compile it by the authors' rule.

The rule has three steps: form -> base words -> wheel words -> sector. `ReleaseTables` stores each step, so that
`explain` can show them; `compile_release` applies all steps to every word.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from merunibench.errors import InputError
from merunibench.files import open_plain
from merunibench.files.reading import read_bounded, reading
from merunibench.labels import normalise_label, parse_label_text
from merunibench.lexicon.releases.published import MAPPING_FILE, TABLE_FILES
from merunibench.lexicon.releases.store import compiled_path
from merunibench.lexicon.releases.tables import read_csv, read_xlsx
from merunibench.lexicon.runtime.lexicon import Lexicon, compile_lexicon
from merunibench.lexicon.runtime.wheels import LEVELS, PUBLISHED_WHEELS, Level, Wheel, load_wheels

_SYNONYM_RUNS = 8


@dataclass(frozen=True)
class ReleaseTables:
    """The three tables of a release.

    Attributes:
        bases: Form -> its base words.
        wheel_words: Base word -> the wheel words of which it is a synonym, including itself if it is a wheel word.
        placements: Level -> for each of the five wheels: wheel word -> sector name.
        sources: File name -> SHA-256 of the files they were read from.
    """

    bases: Mapping[str, tuple[str, ...]]
    wheel_words: Mapping[str, tuple[str, ...]]
    placements: Mapping[Level, tuple[Mapping[str, str], ...]]
    sources: Mapping[str, str]

    def reachable(self, word: str) -> list[str]:
        """Return all wheel words that a form leads to, in the order in which the wheels are searched for them."""
        return sorted({target for base in self.bases.get(word, ()) for target in self.wheel_words.get(base, ())})


def read_release(folder: Path, *, max_bytes: int) -> ReleaseTables:
    """Read a release folder: `format.csv`, `synonym.xlsx` and `wheel1.xlsx` to `wheel5.xlsx`, or `wheel_mapping.npz`.

    Raises:
        InputError: Files are missing or malformed. The message names file, row and column.
        UnsafeFileError: A file is larger than `max_bytes`, packed or unpacked, or would run code or expand entities.
    """
    missing = [name for name in TABLE_FILES if not (folder / name).is_file()]
    if not missing:
        return _from_tables(folder, max_bytes)
    if (folder / MAPPING_FILE).is_file():
        return _from_mapping(folder / MAPPING_FILE, max_bytes)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    raise InputError(f"{folder}: not a lexicon release: {', '.join(missing)} and {MAPPING_FILE} not found")


def compile_release(tables: ReleaseTables, name: str) -> Lexicon:
    """Compile the tables of a release into a lexicon.

    On each wheel, a form gets the sector of the alphabetically first of its wheel words that is on the wheel. Forms
    that cannot equal any label, because labels are lower-cased and stripped before look-up, are omitted.

    Args:
        tables: The tables of a release.
        name: Name of the resulting lexicon.

    Raises:
        InputError: A wheel has more sectors than a mask can represent.
    """
    reachable = {form: tables.reachable(form) for form in tables.bases if form and form == normalise_label(form)}
    placements = {
        level: [
            {form: sector for form, words in reachable.items() if (sector := _first_sector(words, placement))}
            for placement in tables.placements[level]
        ]
        for level in LEVELS
    }
    sectors = {
        level: [_in_order(set(places.values()), wheel, level) for wheel, places in enumerate(tables.placements[level])]
        for level in LEVELS
    }
    return compile_lexicon(name, placements, sectors, tables.sources)


def _first_sector(words: Sequence[str], placement: Mapping[str, str]) -> str | None:
    return next((placement[word] for word in words if word in placement), None)


def _in_order(sectors: set[str], wheel: int, level: Level) -> tuple[str, ...]:
    """Return the sectors of a wheel in the published order, or alphabetically for an unpublished wheel.

    The order of the files is not used: it differs between the ready-made mapping and the tables, and both must have the
    same hash.
    """
    published = load_wheels()[wheel].sector_names(level)
    return published if set(published) == sectors else tuple(sorted(sectors))


# --- the tables in the authors' format -----------------------------------------------------------------------------


def _from_tables(folder: Path, max_bytes: int) -> ReleaseTables:
    wheels = [_read_wheel(folder / f"wheel{number}.xlsx", max_bytes) for number in range(1, PUBLISHED_WHEELS + 1)]
    return ReleaseTables(
        bases=_read_forms(folder / "format.csv", max_bytes),
        wheel_words=_read_synonyms(folder / "synonym.xlsx", max_bytes),
        placements={level: tuple(wheel.placement(level) for wheel in wheels) for level in LEVELS},
        sources=dict(_hashes(folder / name for name in TABLE_FILES)),
    )


def _read_forms(path: Path, max_bytes: int) -> dict[str, tuple[str, ...]]:
    """Read form -> base words; a base word is a form of itself. Words are used as written, without case folding."""
    bases: dict[str, dict[str, None]] = {}
    for row in read_csv(path, ("name", "format"), max_bytes=max_bytes):
        base, forms = row.cells
        if base is None:
            raise InputError(f"{path}: row {row.number}, column 'name': blank")
        for form in (*filter(None, map(str.strip, (forms or "").split(","))), base):
            bases.setdefault(form, {})[base] = None
    return {form: tuple(words) for form, words in bases.items()}


def _read_synonyms(path: Path, max_bytes: int) -> dict[str, tuple[str, ...]]:
    """Read base word -> wheel words, the union of the independent runs; rows with a blank word are skipped."""
    runs = range(1, _SYNONYM_RUNS + 1)
    columns = [column for run in runs for column in (f"word_run{run}", f"synonym_run{run}")]
    targets: dict[str, set[str]] = {}
    for row in read_xlsx(path, columns, max_bytes=max_bytes):
        for word, synonyms in zip(row.cells[::2], row.cells[1::2], strict=True):
            if word is None:
                continue
            wheel_word = normalise_label(word)
            for base in (wheel_word, *map(normalise_label, parse_label_text(synonyms or ""))):
                targets.setdefault(base, set()).add(wheel_word)
    return {base: tuple(sorted(words)) for base, words in targets.items()}


def _read_wheel(path: Path, max_bytes: int) -> Wheel:
    """Read a wheel from rows of three words; a blank cell repeats the one above it."""
    columns = ("level1", "level2", "level3")
    sectors: dict[str, dict[str, list[str]]] = {}
    above: list[str | None] = [None, None, None]
    for row in read_xlsx(path, columns, max_bytes=max_bytes):
        above = [cell if cell is not None else last for cell, last in zip(row.cells, above, strict=True)]
        words = []
        for column, cell in zip(columns, above, strict=True):
            if cell is None:
                raise InputError(f"{path}: row {row.number}, column {column!r}: blank, and no value above it")
            words.append(normalise_label(cell))
        sectors.setdefault(words[0], {}).setdefault(words[1], []).append(words[2])
    if not sectors:
        raise InputError(f"{path}: no words below the header")
    return Wheel(path.stem, {name: {k: tuple(v) for k, v in group.items()} for name, group in sectors.items()})


def _hashes(paths: Iterator[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        with reading(path), open_plain(path) as stream:
            yield path.name, hashlib.sha256(stream.read()).hexdigest()


# --- the ready-made mapping ----------------------------------------------------------------------------------------


def _from_mapping(path: Path, max_bytes: int) -> ReleaseTables:
    from merunibench.files.npz import read_npz

    keys = ("format_mapping", "raw_mapping", "wheel_map_whole")
    arrays = read_npz(path, keys, max_bytes=max_bytes)
    forms, synonyms, wheels = (_dictionary(arrays[key], path, key) for key in keys)
    return ReleaseTables(
        bases={form: _words(bases, path, f"format_mapping[{form!r}]") for form, bases in forms.items()},
        wheel_words={base: _words(words, path, f"raw_mapping[{base!r}]") for base, words in synonyms.items()},
        placements={level: tuple(_placements(wheels, level, path)) for level in LEVELS},
        sources=dict(_hashes(iter([path]))),
    )


def _placements(wheels: Mapping[str, Any], level: Level, path: Path) -> Iterator[dict[str, str]]:
    for number in range(1, PUBLISHED_WHEELS + 1):
        where = f"wheel_map_whole['wheel{number}']"
        wheel = _dictionary(wheels.get(f"wheel{number}"), path, where)
        placement = _dictionary(wheel.get(f"level{level}"), path, f"{where}['level{level}']")
        for word, sector in placement.items():
            if not _is_word(sector):
                raise InputError(f"{path}: {where}['level{level}'][{word!r}] is not a word")
        if not placement:
            raise InputError(f"{path}: {where}['level{level}'] is empty")
        yield placement


def _dictionary(value: object, path: Path, where: str) -> dict[str, Any]:
    if getattr(value, "shape", None) == ():
        value = value.item()  # type: ignore[attr-defined] # NumPy stores a single object as a zero-dimensional array
    if not isinstance(value, dict) or not all(map(_is_word, value)):
        raise InputError(f"{path}: {where} is not a dictionary with words as keys")
    return value


def _words(value: object, path: Path, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(map(_is_word, value)):
        raise InputError(f"{path}: {where} is not a list of words")
    return tuple(dict.fromkeys(value))


def _is_word(value: object) -> bool:
    """Return whether a value is text that can be encoded; a pickle can also contain lone surrogates."""
    return isinstance(value, str) and value == value.encode(errors="ignore").decode()


SCHEMA = "merunibench.lexicon-tables/1"


def tables_path(name: str) -> Path:
    """Return the path of the tables of an installed release."""
    compiled = compiled_path(name)
    return compiled.parent / "tables" / compiled.name


def tables_to_text(tables: ReleaseTables) -> str:
    """Return the tables as JSON text, one word per line."""
    parts = {
        "forms": {form: list(bases) for form, bases in sorted(tables.bases.items())},
        "synonyms": {base: list(words) for base, words in sorted(tables.wheel_words.items())},
        **{f"placements{level}": [dict(sorted(p.items())) for p in tables.placements[level]] for level in LEVELS},
        "sources": dict(sorted(tables.sources.items())),
    }
    return json.dumps({"schema": SCHEMA, **parts}, ensure_ascii=False, indent=0) + "\n"


def tables_from_text(text: str, where: str) -> ReleaseTables:
    """Parse the result of `tables_to_text`.

    Raises:
        InputError: The text has another form.
    """
    try:
        table = json.loads(text)
        if table["schema"] != SCHEMA:
            raise ValueError(f"schema {table['schema']!r} is not {SCHEMA!r}")
        placements = {level: tuple(map(dict, table[f"placements{level}"])) for level in LEVELS}
        if any(len(wheels) != PUBLISHED_WHEELS for wheels in placements.values()):
            raise ValueError(f"the placements do not cover exactly {PUBLISHED_WHEELS} wheels")
        return ReleaseTables(
            bases={form: tuple(map(_text, bases)) for form, bases in table["forms"].items()},
            wheel_words={base: tuple(map(_text, words)) for base, words in table["synonyms"].items()},
            placements=placements,
            sources=table["sources"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{where}: not the tables of a lexicon ({error}); install the lexicon again") from None


def load_tables(lexicon: Lexicon, *, max_bytes: int) -> ReleaseTables | None:
    """Load the tables of an installed lexicon; None if it was installed from a compiled file, without tables.

    Raises:
        InputError: The tables are damaged, or do not produce the installed mapping.
    """
    path = tables_path(lexicon.name)
    if not path.is_file():
        return None
    with reading(path, UnicodeDecodeError), open_plain(path) as stream:
        text = read_bounded(stream, path, max_bytes).decode()
    tables = tables_from_text(text, str(path))
    try:
        intact = compile_release(tables, lexicon.name).sha256 == lexicon.sha256
    except (TypeError, AttributeError):
        intact = False
    if not intact:
        raise InputError(f"{path}: not the tables of {lexicon.label}; install the lexicon again")
    return tables


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a word")
    return value
