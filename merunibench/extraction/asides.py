"""Remove parts of an answer that do not describe the person: lead-ins, offers, questions, confidence and reasons.

The phrases that begin such parts are in `envelope.toml`.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from merunibench.files.toml import parse_toml

_QUESTION_ANSWERED = re.compile(r"[?？][ \t]*+(?:[:\-–—][ \t]*+)?(yes|no|true|false|是|否)\b", re.IGNORECASE)
_ASKED = re.compile(
    r"^[ \t]*(?:[-*•][ \t]*)?(?:is|are|was|does|do|did|can|could)[ \t]+"
    r"(?:there[ \t]+(?:any[ \t]+)?|(?:the|this)[ \t]+\w+[ \t]+|(?:he|she|they|it)[ \t]+)?"
    r"(?:(?:look|seem|feel|sound|appear|express|show|display|to be|being)(?:ing)?[ \t]+)?"
    r"(?=[^\n]{1,60}: (?:yes|no|true|false|是|否)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_NEXT_QUESTION = re.compile(
    r"(?<=[os])[.;,]?[ \t]+(?=(?:is|are|was|does|do|did) [^.\n]{1,80}: (?:yes|no)\b)", re.IGNORECASE
)
_SENTENCE = re.compile(r"[^.!?。！？]*(?:[.!?。！？]+[\"'”’)\]]*|\Z)")
_REFERENCE = re.compile(
    r"\((?:see|cf\.?|refer|at)\b[^()\n]{0,80}\)|\[(?:frame|fig|time|second|sec|t=|ref|source|note|\d)[^\[\]\n]{0,40}\]",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(r"([^:]{7,365}):[ \t]*\n\s*(?=\S)")
"""A first sentence that ends with a colon, possibly over several lines."""
_AS_AN_AI = re.compile(
    r"(?:^|(?<=[.!?] ))as an? (?:ai|artificial intelligence|(?:large )?language model)\b[^,.\n]{0,60},[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
_REMARK = re.compile(r"[!.] ")
_LONGEST_REMARK, _LONGEST_BEFORE, _LONGEST_WORD = 42, 200, 40
_LAST_WORDS = 3
_QUOTES = {'"': '"', "“": "”", "«": "»", "「": "」", "‘": "’"}
_SIGNS = frozenset("✓✔✅☑✗✘❌☐▪●◦•★☆⭐")
_SIMPLE = re.compile(r"[^:：?？\n(\[.!。]*[.!。]?")
"""One sentence without a heading."""
_LETTER = re.compile(r"[^\W\d_]")


class Openings(NamedTuple):
    """Patterns of `[asides]` in `envelope.toml`, matched at the beginning of a line or sentence."""

    verdict: re.Pattern[str]
    offer: re.Pattern[str]
    head: re.Pattern[str]


@cache
def load_openings() -> Openings:
    """Load and compile the patterns."""
    table = parse_toml(files(__package__).joinpath("envelope.toml").read_bytes(), "envelope.toml")["asides"]
    verdicts, offers, heads = ("|".join(table[key]) for key in ("verdicts", "offers", "heads"))
    return Openings(
        re.compile(rf"^[ \t]*(?:{verdicts})[ \t]*[:：][ \t]*", re.IGNORECASE | re.MULTILINE),
        re.compile(rf"\W{{0,9}}(?:{offers})", re.IGNORECASE),
        re.compile(rf"\W{{0,9}}(?:{heads})(?:[ \t]+\w{{1,20}}){{0,2}}[ \t]*[:：]", re.IGNORECASE),
    )


def without_asides(text: str) -> str:
    r"""Remove what does not describe the person; reasons and values are kept if there is nothing else.

    Example:
        >>> without_asides("Emotion: calm\nConfidence: 80%\nWould you like to know more?")
        'Emotion: calm'
        >>> without_asides("He frowns, so angry or sad.\nFinal answer: sad")
        'sad'
    """
    text = _unwrapped(text)
    if "s a" in text:
        text = _AS_AN_AI.sub("", text)
    openings = load_openings()
    if _SIMPLE.fullmatch(text):
        return "" if openings.offer.match(text) else text
    verdicts = [found.end() for found in openings.verdict.finditer(text)]
    rest = next((text[end:] for end in reversed(verdicts) if _LETTER.search(text, end)), text)
    if "?" in rest or "？" in rest:
        rest = _ASKED.sub("", _NEXT_QUESTION.sub("\n", _QUESTION_ANSWERED.sub(r": \1", rest)))
    if ":\n" in rest and (lead_in := _LEAD_IN.match(rest)) and _introduces(lead_in[1]):
        rest = rest[lead_in.end() :]
    rest = _REFERENCE.sub("", rest) if "(" in rest or "[" in rest else rest
    lines = [_without_sentences(line, openings) for line in rest.split("\n")]
    if not any(map(_LETTER.search, lines)):
        return ""
    kept = "\n".join(line for line in lines if not openings.head.match(line)).strip()
    return kept if _LETTER.search(kept) else "\n".join(lines).strip()


def _introduces(text: str) -> bool:
    """Return whether at least four words precede the first colon, possibly after a short remark such as `Sure! `.

    The last three are searched from the end, because a pattern would try every choice of three blanks.
    """
    words = {len(text)}
    for _ in range(_LAST_WORDS):
        words = {
            blank
            for end in words
            for blank in range(max(0, end - _LONGEST_WORD - 1), end - 1)
            if text[blank].isspace() and "\n" not in text[blank + 1 : end]
        }
    starts = [0, *(remark.end() for remark in _REMARK.finditer(text.partition("\n")[0], 0, _LONGEST_REMARK))]
    return any(0 < end - start <= _LONGEST_BEFORE and "\n" not in text[:end] for end in words for start in starts)


def _unwrapped(text: str) -> str:
    """Remove quotation marks around the whole text, and pictographs if there are words."""
    text = text.strip()
    if text[:1] in _QUOTES and text.endswith(_QUOTES[text[0]]) and not any(sign in text[1:-1] for sign in '"“”«»「」'):
        text = text[1:-1].strip()
    if not text.isascii() and _LETTER.search(text):
        text = "".join(
            sign for sign in text if sign in _SIGNS or unicodedata.category(sign) not in ("So", "Sk")
        ).strip()
    return text


def _without_sentences(line: str, openings: Openings) -> str:
    """Remove questions to the reader, and offers, from a line."""
    if "?" not in line and "？" not in line and not openings.offer.search(line):
        return line
    sentences = [found.group() for found in _SENTENCE.finditer(line)]
    # A question that ends with a quotation mark is asked by the person, not by the model.
    kept = [each for each in sentences if not each.rstrip().endswith(("?", "？")) and not openings.offer.match(each)]
    return "".join(kept).strip()
