"""An official lexicon release, a folder of tables, becomes a compiled Lexicon by the authors' rule.

The rule has three steps: form -> base words -> wheel words -> sector. `ReleaseTables` keeps them apart, so that the way
of a word to its sector can be shown; `compile_release` applies them to every word once and for all.
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
        wheel_words: Base word -> the wheel words it is a synonym of, itself included if it is one.
        placements: Level -> for each of the five wheels: wheel word -> sector name.
        sources: File name -> SHA-256 of the files they were read from.
    """

    bases: Mapping[str, tuple[str, ...]]
    wheel_words: Mapping[str, tuple[str, ...]]
    placements: Mapping[Level, tuple[Mapping[str, str], ...]]
    sources: Mapping[str, str]

    def reachable(self, word: str) -> list[str]:
        """Every wheel word that a form leads to, in the order in which the wheels are asked for them."""
        return sorted({target for base in self.bases.get(word, ()) for target in self.wheel_words.get(base, ())})


def read_release(folder: Path, *, max_bytes: int) -> ReleaseTables:
    """Read a release folder: `format.csv`, `synonym.xlsx` and `wheel1.xlsx` to `wheel5.xlsx`, or `wheel_mapping.npz`.

    Raises:
        InputError: neither is there in full, or a file is not what it should be; file, row and column are named.
        UnsafeFileError: a file is, or unpacks to, more than `max_bytes`, or would run code or expand entities.
    """
    missing = [name for name in TABLE_FILES if not (folder / name).is_file()]
    if not missing:
        return _from_tables(folder, max_bytes)
    if (folder / MAPPING_FILE).is_file():
        return _from_mapping(folder / MAPPING_FILE, max_bytes)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    raise InputError(f"{folder}: not a lexicon release: {', '.join(missing)} not found, nor {MAPPING_FILE}")


def compile_release(tables: ReleaseTables, name: str) -> Lexicon:
    """Follow every form through the tables to its sectors.

    On each wheel a form has the sector of the alphabetically first reachable wheel word that the wheel holds. Forms
    that no label can equal, because labels are looked up in lower case and stripped, are left out.

    Args:
        tables: The tables of a release.
        name: What to call the result.

    Raises:
        InputError: a wheel has more sectors than a mask holds.
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
    """The sectors of a wheel in the published order; those of an unpublished wheel alphabetically.

    Not in the order of the files: the ready-made mapping has another than the tables, and both must hash alike.
    """
    published = load_wheels()[wheel].sector_names(level)
    return published if set(published) == sectors else tuple(sorted(sectors))


# --- the tables as their authors keep them -------------------------------------------------------------------------


def _from_tables(folder: Path, max_bytes: int) -> ReleaseTables:
    wheels = [_read_wheel(folder / f"wheel{number}.xlsx", max_bytes) for number in range(1, PUBLISHED_WHEELS + 1)]
    return ReleaseTables(
        bases=_read_forms(folder / "format.csv", max_bytes),
        wheel_words=_read_synonyms(folder / "synonym.xlsx", max_bytes),
        placements={level: tuple(wheel.placement(level) for wheel in wheels) for level in LEVELS},
        sources=dict(_hashes(folder / name for name in TABLE_FILES)),
    )


def _read_forms(path: Path, max_bytes: int) -> dict[str, tuple[str, ...]]:
    """Form -> base words; a base word is a form of itself. The words are taken as they stand, without case folding."""
    bases: dict[str, dict[str, None]] = {}
    for row in read_csv(path, ("name", "format"), max_bytes=max_bytes):
        base, forms = row.cells
        if base is None:
            raise InputError(f"{path}: row {row.number}, column 'name': blank")
        for form in (*filter(None, map(str.strip, (forms or "").split(","))), base):
            bases.setdefault(form, {})[base] = None
    return {form: tuple(words) for form, words in bases.items()}


def _read_synonyms(path: Path, max_bytes: int) -> dict[str, tuple[str, ...]]:
    """Base word -> wheel words, united over the independent runs; rows with a blank word are skipped."""
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
    """A wheel from rows of three words; a blank cell repeats the one above it."""
    columns = ("level1", "level2", "level3")
    sectors: dict[str, dict[str, list[str]]] = {}
    above: list[str | None] = [None, None, None]
    for row in read_xlsx(path, columns, max_bytes=max_bytes):
        above = [cell if cell is not None else last for cell, last in zip(row.cells, above, strict=True)]
        words = []
        for column, cell in zip(columns, above, strict=True):
            if cell is None:
                raise InputError(f"{path}: row {row.number}, column {column!r}: blank, and nothing stands above it")
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
    from merunibench.files import read_npz

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
        value = value.item()  # type: ignore[attr-defined] # NumPy keeps a lone object in an array without dimensions
    if not isinstance(value, dict) or not all(map(_is_word, value)):
        raise InputError(f"{path}: {where} is not a dictionary with words as keys")
    return value


def _words(value: object, path: Path, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(map(_is_word, value)):
        raise InputError(f"{path}: {where} is not a list of words")
    return tuple(dict.fromkeys(value))


def _is_word(value: object) -> bool:
    """Text that can be written to a file; a pickle can also hold halves of characters."""
    return isinstance(value, str) and value == value.encode(errors="ignore").decode()


SCHEMA = "merunibench.lexicon-tables/1"


def tables_path(name: str) -> Path:
    """Where the tables of an installed release stand."""
    compiled = compiled_path(name)
    return compiled.parent / "tables" / compiled.name


def tables_to_text(tables: ReleaseTables) -> str:
    """The tables as JSON text, one word per line."""
    parts = {
        "forms": {form: list(bases) for form, bases in sorted(tables.bases.items())},
        "synonyms": {base: list(words) for base, words in sorted(tables.wheel_words.items())},
        **{f"placements{level}": [dict(sorted(p.items())) for p in tables.placements[level]] for level in LEVELS},
        "sources": dict(sorted(tables.sources.items())),
    }
    return json.dumps({"schema": SCHEMA, **parts}, ensure_ascii=False, indent=0) + "\n"


def tables_from_text(text: str, where: str) -> ReleaseTables:
    """The tables that `tables_to_text` wrote.

    Raises:
        InputError: it is not such a text.
    """
    try:
        table = json.loads(text)
        if table["schema"] != SCHEMA:
            raise ValueError(f"schema {table['schema']!r} is not {SCHEMA!r}")
        placements = {level: tuple(map(dict, table[f"placements{level}"])) for level in LEVELS}
        if any(len(wheels) != PUBLISHED_WHEELS for wheels in placements.values()):
            raise ValueError("placements of another number of wheels than five")
        return ReleaseTables(
            bases={form: tuple(map(_text, bases)) for form, bases in table["forms"].items()},
            wheel_words={base: tuple(map(_text, words)) for base, words in table["synonyms"].items()},
            placements=placements,
            sources=table["sources"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{where}: not the tables of a lexicon ({error}); install the lexicon again") from None


def load_tables(lexicon: Lexicon, *, max_bytes: int) -> ReleaseTables | None:
    """The tables of an installed lexicon; None if it was installed without, from a compiled file.

    Raises:
        InputError: they are damaged, or give another mapping than the installed one.
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
