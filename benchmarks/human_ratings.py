"""Compare lexicons with human ratings of words: valence by ten raters (VADER), and emotions by a crowd (NRC).

    pip install -e '.[ratings]' && merunibench lexicon install mer2025 && merunibench lexicon install mer2026
    python -m benchmarks.human_ratings [LEXICON ...]      # default: builtin mer2025 mer2026; folders also work

Two lists are read from the packages that contain them, `vaderSentiment` and `NRCLex` (extra `ratings`). They have their
own licences and are not part of merunibench. A *slot* is a word of a list together with a wheel on which the lexicon
has a sector for it. Only single words of the letters a to z are used.

* Valence: words whose ten ratings (-4 to 4) have a mean of at least 1, or at most -1, on slots whose sector is pleasant
  or unpleasant. A slot contradicts the raters if its sector has the opposite sign.
* Emotions: words to which the crowd gave at least one of eight emotions, on slots whose sector has counterparts among
  them (`COUNTERPARTS`). A slot agrees if one of its counterparts was given.
* Coverage: words of a list that the lexicon knows, on any wheel.

Source of the lists: Hutto and Gilbert, 2014 (https://doi.org/10.1609/icwsm.v8i1.14550); Mohammad and Turney, 2013
(https://doi.org/10.1111/j.1467-8640.2012.00460.x).
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from merunibench.errors import InputError
from merunibench.lexicon import Lexicon, load_lexicon
from merunibench.lexicon.critique.evidence import MEANINGS

CLEAR = 1.0
"""Minimum distance of the raters' mean from 0 for a clear valence."""
AT_MOST, AT_LEAST = 0.8, 84.0
"""Maximum percentage of builtin's slots that contradict the raters, and minimum that agree with the crowd."""
EMOTIONS = frozenset({"anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust"})
_GLAD, _CROSS = frozenset({"joy", "trust"}), frozenset({"anger", "disgust"})
COUNTERPARTS: Mapping[str, frozenset[str]] = {
    "joy": _GLAD,
    "peace": _GLAD,
    "power": frozenset({"joy"}),
    # Wheels 3 and 5 have no sector for disgust: contempt and loathing are in the sector mad.
    "anger": _CROSS,
    "disgust": _CROSS,
    "fear": frozenset({"fear"}),
    "sadness": frozenset({"sadness"}),
    "strain": frozenset({"negative"}),
    "surprise": frozenset({"surprise"}),
}
"""Emotion of a sector -> matching emotions of the crowd; the sector genius has no counterpart."""
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)


@dataclass(frozen=True)
class Share:
    """A share of the slots, or of the words, of a list.

    Attributes:
        part: Number of slots or words counted.
        total: Number of all slots or words.
        words: Word -> number of its slots that are counted (for agreement: that are not).
    """

    part: int
    total: int
    words: Mapping[str, int]

    @property
    def percent(self) -> float:
        """The share in percent; 0 if the total is 0."""
        return 100 * self.part / self.total if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.percent:6.2f} % of {self.total:,}"


def contradictions(lexicon: Lexicon, ratings: Mapping[str, float]) -> Share:
    """Return the slots whose valence contradicts the raters, of all slots with a valence.

    Args:
        lexicon: The lexicon; its sectors are those of the published wheels.
        ratings: Word -> mean rating.
    """
    clear = [word for word, mean in ratings.items() if abs(mean) >= CLEAR]
    slots = [
        (word, value) for word in clear for sector in _sectors(lexicon, word) if (value := MEANINGS[sector].valence)
    ]
    wrong = Counter(word for word, value in slots if value * ratings[word] < 0)
    return Share(wrong.total(), len(slots), wrong)


def agreements(lexicon: Lexicon, crowd: Mapping[str, frozenset[str]]) -> Share:
    """Return the slots whose sector matches an emotion that the crowd gave the word.

    Args:
        lexicon: The lexicon; its sectors are those of the published wheels.
        crowd: Word -> the crowd's labels: emotions, `positive`, `negative`.
    """
    told = {word: given for word, given in crowd.items() if given & EMOTIONS}
    slots = [
        (word, COUNTERPARTS[emotion])
        for word in told
        for sector in _sectors(lexicon, word)
        if (emotion := MEANINGS[sector].emotion) in COUNTERPARTS
    ]
    missed = Counter(word for word, names in slots if not names & told[word])
    return Share(len(slots) - missed.total(), len(slots), missed)


def coverage(lexicon: Lexicon, words: Mapping[str, object]) -> Share:
    """Return the words that the lexicon contains."""
    return Share(sum(word in lexicon for word in words), len(words), {})


def read_ratings() -> dict[str, float]:
    """Read VADER's list: word -> mean of ten ratings.

    Raises:
        InputError: the package that carries it is not installed.
    """
    rows = (line.split("\t") for line in _text("vaderSentiment", "vader_lexicon.txt").splitlines())
    return {row[0]: float(row[1]) for row in rows if _WORD.fullmatch(row[0])}


def read_crowd() -> dict[str, frozenset[str]]:
    """Read NRC's list: word -> the crowd's labels.

    Raises:
        InputError: the package that carries it is not installed.
    """
    table = json.loads(_text("nrclex", "data/nrc_en.json"))
    return {word: frozenset(given) for word, given in table.items() if _WORD.fullmatch(word)}


def _sectors(lexicon: Lexicon, word: str) -> Iterator[str]:
    return (sector for sector in lexicon.sectors(word) if sector is not None)


def _text(package: str, file: str) -> str:
    """Read a file of a package without importing the package."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InputError(f"the package {package} is not installed; run: pip install 'merunibench[ratings]'")
    return Path(spec.submodule_search_locations[0], file).read_text(encoding="utf-8")


def main() -> None:
    """Print the figures of each lexicon, and the words on which builtin differs most."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lexicons", nargs="*", default=["builtin", "mer2025", "mer2026"], metavar="LEXICON")
    missed = False
    try:
        ratings, crowd = read_ratings(), read_crowd()
        names = parser.parse_args().lexicons
        for name, lexicon in zip(names, map(load_lexicon, names), strict=True):
            against, with_crowd = contradictions(lexicon, ratings), agreements(lexicon, crowd)
            print(f"{lexicon.label}")
            print(f"  contradicts VADER's raters   {against} slots")
            print(f"  agrees with NRC's crowd      {with_crowd} slots")
            print(f"  contains of VADER's words    {coverage(lexicon, ratings)}")
            print(f"  contains of NRC's words      {coverage(lexicon, crowd)}")
            if name == "builtin":
                missed = against.percent > AT_MOST or with_crowd.percent < AT_LEAST
                worst = sorted(against.words.items(), key=lambda each: (-each[1], each[0]))
                print("  contradictions:", ", ".join(f"{word} ({ratings[word]:+.1f}, {n})" for word, n in worst))
    except InputError as error:
        parser.error(str(error))
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
