"""Read a word in the column `polarity` in the spellings that people and models use.

A word may have a degree before it (`very negative`), a noun after it, and punctuation or markup around it; in English,
and in simplified or traditional Chinese. Anything else is not a polarity: of two words, neither is chosen.
"""

import re
import unicodedata
from functools import lru_cache

from merunibench.kinds import POLARITIES

_LONGEST = 80
_TAG = re.compile(r"</?[a-z]{1,20}>")
_EDGES = re.compile(r"^[^\w!¬≠~]+|[\W_]+$|^_+")
"""Punctuation at the edges, except leading signs that negate the word."""

_GRADES = (
    "very|strongly|strong|highly|high|extremely|quite|rather|fairly|moderately|moderate|somewhat|mildly|mild|weakly"
    "|weak|slightly|slight|a little|a bit|partly|partially|leaning|mostly|mainly|largely|generally|overall"
    "|predominantly|primarily|clearly"
)
_NOUNS = "sentiment|emotion|emotions|polarity|attitude|feeling|feelings|tone|mood|valence"
_GRADES_ZH = (
    "非常|十分|极其|極其|极度|極度|很|强烈|強烈|较为|較為|比较|比較|较|較|有点|有點|有些"
    "|稍微|略微|略|稍|轻微|輕微|偏|整体|整體|总体|總體"
)
_NOUNS_ZH = "的?(?:情绪|情緒|情感|态度|態度|倾向|傾向|评价|評價)|的"
_FORMS = (
    re.compile(
        rf"(?:(?:{_GRADES})[ _-]+)*(?P<non>non[ _-]?)?(?:(?P<positive>positive|pos)|(?P<negative>negative|neg)"
        rf"|(?P<neutral>neutral|neu))(?:[ _-]+(?:{_NOUNS}))?"
    ),
    re.compile(
        rf"(?:{_GRADES_ZH})*(?P<non>非)?(?:(?P<positive>正面|正向|积极|積極|正)|(?P<negative>负面|負面|负向|負向|消极|消極|负|負)"
        rf"|(?P<neutral>中性|中立))(?:{_NOUNS_ZH})?"
    ),
)


def read_polarity(word: str) -> int | None:
    """Return +1 for a word that means positive, -1 negative, 0 neutral, None for any other.

    `non-negative` is +1 and `non-positive` is -1; callers that count these report it (`is_complement`).

    Example:
        >>> [read_polarity(word) for word in ("Positive.", "**very negative**", "中性", "non-negative", "not positive")]
        [1, -1, 0, 1, None]
    """
    plain = word.strip().lower()
    return POLARITIES[plain] if plain in POLARITIES else _read(plain)[0] if len(plain) <= _LONGEST else None


def is_complement(word: str) -> bool:
    """Return whether a word is a negated polarity: `non-negative`, `non-positive`.

    Some data sets distinguish negative and non-negative, which includes neutral; here it is read as positive.
    """
    plain = word.strip().lower()
    return plain not in POLARITIES and len(plain) <= _LONGEST and _read(plain)[1]


@lru_cache(maxsize=4096)
def _read(word: str) -> tuple[int | None, bool]:
    """Return the polarity of a short word, and whether it is negated."""
    plain = _TAG.sub(" ", unicodedata.normalize("NFKC", word).lower())
    plain = " ".join(_EDGES.sub("", plain).split())
    for form in _FORMS:
        if found := form.fullmatch(plain):
            (polarity,) = (name for name in POLARITIES if found[name])
            if not found["non"]:
                return POLARITIES[polarity], False
            opposite = -POLARITIES[polarity] or None
            return opposite, opposite is not None
    return None, False
