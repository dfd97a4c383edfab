"""Write the compiled file of a lexicon (JSON), and validate a lexicon that was read from one.

Each word has a code with one digit per wheel and level: the index of the word's sector, or `-` for no sector.
"""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from merunibench.lexicon.runtime.wheels import LEVELS, MAXIMUM_WHEELS, Level

if TYPE_CHECKING:
    from merunibench.lexicon.runtime.lexicon import Lexicon

SCHEMA = "merunibench.lexicon/1"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
NONE = "-"
MAXIMUM_SECTORS: Mapping[Level, int] = {1: 8, 2: len(DIGITS)}
"""Maximum number of sectors per wheel: the bits of a byte (mask) at level 1, the code's digits at level 2."""
_NAME = re.compile(r"[^|/\\]{1,255}")
"""A name appears in signatures, whose fields are separated by `|`, and may be a folder name, so no slashes."""


def to_text(lexicon: "Lexicon") -> str:
    """Return the content of the compiled file, one word per line."""
    head = {
        "schema": SCHEMA,
        "name": lexicon.name,
        "sha256": lexicon.sha256,
        "sources": dict(sorted(lexicon.sources.items())),
        "sectors": {str(level): lexicon.sectors_of_wheels[level] for level in LEVELS},
    }
    lines = [f"  {_dump(key)}: {_dump(value)}" for key, value in head.items()]
    if lexicon.own_wheels:
        wheels = ",\n".join(f"    {_dump(wheel.to_table())}" for wheel in lexicon.own_wheels)
        lines.append(f'  "wheels": [\n{wheels}\n  ]')
    if lexicon.fallback is not None:
        lines.append('  "fallback": {\n' + _dump_tables(lexicon.fallback.to_table()) + "\n  }")
    words = ",\n".join(f"    {_dump(word)}: {_dump(lexicon.codes[word])}" for word in sorted(lexicon.codes))
    return "{\n" + ",\n".join(lines) + ',\n  "words": {\n' + words + "\n  }\n}\n"


def check(lexicon: "Lexicon") -> None:
    """Raise ValueError unless all names are printable and every code refers to existing sectors at both levels."""
    names = [lexicon.name, *lexicon.sources, *lexicon.sources.values()]
    names += [name for level in LEVELS for wheel in lexicon.sectors_of_wheels[level] for name in wheel]
    if not all(isinstance(name, str) and name.isprintable() for name in names):
        raise ValueError("a name is not printable text")
    if not _NAME.fullmatch(lexicon.name):
        raise ValueError(f"{lexicon.name[:60]!r} cannot name a lexicon: at most 255 characters, without | / \\")
    limits = []
    for level in LEVELS:
        wheels = lexicon.sectors_of_wheels[level]
        if not 1 <= len(wheels) == lexicon.n_wheels <= MAXIMUM_WHEELS:
            raise ValueError(f"level {level} does not name the sectors of 1 to {MAXIMUM_WHEELS} wheels")
        if any(len(wheel) > MAXIMUM_SECTORS[level] for wheel in wheels):
            raise ValueError(f"a wheel has more than {MAXIMUM_SECTORS[level]} sectors at level {level}")
        if lexicon.own_wheels and wheels != tuple(wheel.sector_names(level) for wheel in lexicon.own_wheels):
            raise ValueError(f"the sectors of the wheels and of the lexicon differ at level {level}")
        limits += [len(wheel) for wheel in wheels]
    code = re.compile("".join(f"[{NONE}{DIGITS[:limit]}]" for limit in limits))
    wrong = {digits for digits in set(lexicon.codes.values()) if not code.fullmatch(digits)}
    for word, digits in lexicon.codes.items() if wrong else ():
        if digits in wrong:
            raise ValueError(f"{digits!r} is not a valid code of {len(limits)} sectors (word {word!r})")


def _dump(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False)


def _dump_tables(tables: Mapping[str, Any]) -> str:
    """Format tables as JSON with one line per dictionary entry and one line per list."""
    lines = []
    for name, content in tables.items():
        if isinstance(content, dict):
            entries = ",\n".join(f"      {_dump(key)}: {_dump(value)}" for key, value in content.items())
            lines.append(f"    {_dump(name)}: {{\n{entries}\n    }}")
        else:
            lines.append(f"    {_dump(name)}: {_dump(content)}")
    return ",\n".join(lines)
