"""Load the word lists of `words.toml`, which the rules for free text use together with the lexicon."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from merunibench.files.toml import parse_toml


@dataclass(frozen=True)
class Words:
    """The tables of `words.toml`.

    Attributes:
        grammar: Name of a list -> its words and phrases, which are searched for in every sentence.
        lists: Name of a list -> its words.
        cues: Bodily cue -> label.
        chinese: Chinese word -> label.
        chinese_grammar: Name of a list -> its Chinese words.
    """

    grammar: dict[str, frozenset[str]]
    lists: dict[str, frozenset[str]]
    cues: dict[str, str]
    chinese: dict[str, str]
    chinese_grammar: dict[str, tuple[str, ...]]


@cache
def load_words() -> Words:
    """Load the tables."""
    table = parse_toml(files(__package__).joinpath("words.toml").read_bytes(), "words.toml")
    return Words(
        {name: frozenset(_split(words)) for name, words in table["grammar"].items()},
        {name: frozenset(_split(words)) for name, words in table["lists"].items()},
        {cue: label for label, cues in table["cues"].items() for cue in _split(cues)},
        {word: label for label, words in table["chinese"].items() for word in _split(words)},
        {name: _split(words) for name, words in table["chinese_grammar"].items()},
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(word for word in map(str.strip, text.split(",")) if word)
