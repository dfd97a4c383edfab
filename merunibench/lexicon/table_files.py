"""The tables of an installed release, kept beside its compiled mapping for those who ask why.

Scoring never reads them. They stand in a folder of their own, so that they are no lexicon to the catalogue, and are
believed only if they give the very mapping that is installed.
"""

import json
from pathlib import Path

from merunibench.errors import InputError
from merunibench.files.reading import read_bounded, reading
from merunibench.lexicon.lexicon import Lexicon
from merunibench.lexicon.official import ReleaseTables, compile_release
from merunibench.lexicon.store import compiled_path
from merunibench.lexicon.wheels import LEVELS, WHEELS

SCHEMA = "merunibench.lexicon-tables/1"


def tables_path(name: str) -> Path:
    """Where the tables of an installed release stand."""
    compiled = compiled_path(name)
    return compiled.parent / "tables" / compiled.name


def tables_to_text(tables: ReleaseTables) -> str:
    """The tables as JSON text, a word a line."""
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
        if any(len(wheels) != WHEELS for wheels in placements.values()):
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
    with reading(path, UnicodeDecodeError), path.open("rb") as stream:
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
