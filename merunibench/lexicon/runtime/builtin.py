"""Load the builtin lexicon from its compiled file in emotion_wheels/builtin.

docs/lexicon.md describes its sources and how a word gets its sectors; tools/builtin_lexicon.py compiles it.
"""

from functools import cache

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon.runtime.lexicon import Lexicon

NAME = "builtin"
COMPILED = ("emotion_wheels", "builtin", "lexicon.json")
"""Path of the compiled file in the package data."""


@cache
def load_builtin() -> Lexicon:
    """Load the builtin lexicon from its compiled file.

    Raises:
        InputError: The file is missing or damaged.
    """
    path = resource(*COMPILED)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); install merunibench again") from None
    return Lexicon.from_text(text, str(path))
