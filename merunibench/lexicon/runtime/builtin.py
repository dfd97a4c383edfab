"""The builtin lexicon: its compiled file in emotion_wheels/builtin, which scoring reads.

What its sources are, and how a word gets its sectors from them, is in docs/lexicon.md; tools/builtin_lexicon.py applies
it.
"""

from functools import cache

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon.runtime.lexicon import Lexicon

NAME = "builtin"
COMPILED = ("emotion_wheels", "builtin", "lexicon.json")
"""Where the compiled file is among the package's data."""


@cache
def load_builtin() -> Lexicon:
    """The builtin lexicon, from its compiled file.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = resource(*COMPILED)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); install merunibench again") from None
    return Lexicon.from_text(text, str(path))
