"""The builtin lexicon: loading the compiled file, and making it anew from its sources, all in emotion_wheels/.

Scoring reads the compiled file only. What the sources are, and how a word gets its sectors from them, is in
docs/lexicon.md; merunibench/lexicon/compiling.py applies it.
"""

from functools import cache

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon.lexicon import Lexicon
from merunibench.lexicon.wheels import load_wheels

NAME = "builtin"
_FOLDER = "emotion_wheels"
_COMPILED = ("builtin", "lexicon.json")


@cache
def load_builtin() -> Lexicon:
    """The builtin lexicon, from its compiled file.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = resource(_FOLDER, *_COMPILED)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); install merunibench again") from None
    return Lexicon.from_text(text, str(path))


def build() -> Lexicon:
    """Compile the builtin lexicon from its sources.

    Raises:
        InputError: a source file breaks a rule of its format.
    """
    from merunibench.lexicon.compiling import compile_sources
    from merunibench.lexicon.sources import read_sources

    return compile_sources(NAME, read_sources(), load_wheels())


def is_current() -> bool:
    """Whether the compiled file is, byte for byte, what its sources give.

    Raises:
        InputError: a source file breaks a rule of its format.
    """
    path = resource(_FOLDER, *_COMPILED)
    return path.is_file() and path.read_bytes() == build().to_text().encode()


def rebuild() -> Lexicon:
    """Write the compiled file anew from its sources.

    Raises:
        InputError: a source file breaks a rule of its format, or the file cannot be written.
    """
    from merunibench.files import write_text

    lexicon = build()
    write_text(resource(_FOLDER, "builtin") / _COMPILED[-1], lexicon.to_text())
    load_builtin.cache_clear()
    return lexicon
