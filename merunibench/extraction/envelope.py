"""Unwrap a model's raw answer: remove chat template, reasoning, boxes and markup.

`envelope.toml` lists the markers of the model families; this module removes them in the right order. Nothing in it
depends on emotions. Every pattern is bounded, so the time is linear in the length of the text.
"""

import html
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile
from typing import NamedTuple

from merunibench._text import compatible
from merunibench.files.toml import parse_toml

_ENDLESS_NUMBER = re.compile(r"&#x?[0-9a-f]{20,};?", re.IGNORECASE)
"""A numeric entity too long to be a character; Python cannot parse one with thousands of decimal digits."""
_SIGNS = str.maketrans(
    {"▁": " ", "Ġ": " ", "Ċ": "\n", "’": "'", **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad")}
)
"""Characters leaked by tokenizers, and invisible characters."""
_LINE_BREAK = re.compile(
    r"<br\s{0,9}/?>|</?(?:p|li|ul|ol|div|tr|hr|h[1-6])(?:\s[^<>]{0,200})?/?>|<0x0a>", re.IGNORECASE
)
_ESCAPED_BREAK = re.compile(r"\\n(?![a-z]{2})")
_SPECIAL_TOKEN = re.compile(r"<\|[^|<>\n]{0,80}\|>|<0x[0-9a-f]{2}>", re.IGNORECASE)
_TAG = re.compile(r"</?([a-z][\w:.-]{0,60})(?:\s[^<>]{0,300})?/?>", re.IGNORECASE)
_ATTRIBUTES = re.compile(
    r"<\w{1,40}\s+(?:name|label|value|type|class)=\"([^\"<>]{1,80})\"(?:\s+\w{1,40}=\"([^\"<>]{1,40})\")?\s{0,9}/?>",
    re.IGNORECASE,
)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s{0,9}\{")
_COMMAND = re.compile(
    r"\\(?:text(?:bf|it|rm|sf|tt)?|math(?:bf|it|rm|sf|tt)?|emph|operatorname)\s{0,9}\{([^{}]{0,200})\}"
)
_NESTED = 3
_BRACE = re.compile(r"[{}]")
_MATHS = re.compile(r"\$\$?|\\[()\[\]]|\\[,;!~ ]")
_BETWEEN_BOXES = re.compile(r"[\s,;/&$、]*(?:(?:and|or)\b[\s$]*)?", re.IGNORECASE)
_FENCE = re.compile(r"```[\w+-]*[ \t]*\n?|`")
_EMPHASIS = re.compile(r"(\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\w)|(?<=\w)_(?!\w))")
_TITLE = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t](.+)|(?:\*\*|__)([^*\n]{1,200}?)(?:\*\*|__)[ \t]*)$(?=\n\s*\S)", re.MULTILINE
)
_TAKEN_BACK = re.compile(r"</?(?:del|strike)>", re.IGNORECASE)
_STRUCK = re.compile(r"~~[^~\n]{1,200}~~")
_LONGEST_TITLE = 200
_MARGIN = re.compile(r"^[ \t]*(?:#{1,6}(?=[ \t])|>)[ \t]*", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:-{3,}|\*{3,}|={3,}|_{3,})[ \t]*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\[]{0,500})\]\([^)\s]{0,2000}\)")
_BLANKS = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r"(?: ?\n){3,}")
_SIMPLE = re.compile(r"(?!analysis|thinking|here is my)[A-Za-z,;.'!-]*(?: [A-Za-z,;.'!-]+)*")
"""Words and punctuation on one line."""
_ANSWERED = re.compile(r"^[ \t]*(?:answer|a|回答|答)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_LETTER = re.compile(r"[^\W\d_]")


class Answer(NamedTuple):
    """A cleaned answer.

    Attributes:
        text: The answer.
        had_trace: Whether reasoning was removed from it.
        is_cut: Whether it ends within its reasoning, so that there is no answer.
    """

    text: str
    had_trace: bool = False
    is_cut: bool = False


def clean_answer(text: str) -> Answer:
    r"""Remove everything from a raw answer that is not the model's answer in its own turn.

    Example:
        >>> clean_answer("<think>He frowns, so angry?</think> **Emotions**: sad<|im_end|>").text
        'Emotions: sad'
        >>> clean_answer("USER: How does she feel? ASSISTANT: <answer>calm</answer></s>").text
        'calm'
        >>> clean_answer(r"The dominant emotion is $\boxed{\text{happy}}$.").text
        'happy'
        >>> clean_answer("<think>He frowns, so").is_cut
        True
    """
    if _SIMPLE.fullmatch(text):
        return Answer(text.strip())
    markers = load_markers()
    text = _normalised(text)
    had_trace = is_cut = False
    if markers.signs.search(text):
        if markers.reasoning.match(text.lstrip()):
            text, had_trace, is_cut = _without_reasoning(text, markers)
        text = _own_turn(text, markers)
        text, had, cut = _without_reasoning(text, markers)
        had_trace, is_cut = had_trace or had, is_cut or cut
        text = _unboxed(text, markers)
        text = _without_tags(text, markers)
    return Answer(_plain(text), had_trace, is_cut)


@dataclass(frozen=True)
class Markers:
    """The patterns of `envelope.toml`.

    Attributes:
        signs: Matches the beginning of any marker; an answer without a match needs no unwrapping.
        reasoning: Opening markers of reasoning, one group each.
        closings: The closing marker for each group of `reasoning`.
        remarks: A remark with its tags.
        turn: Beginning of a turn; the group `assistant` or `other` matches.
        preamble: Beginning of a prompt before its first turn.
        end: End of an answer.
        boxes: Tagged boxes, then those of single model families; the group `content` is the content.
        field: A field.
        inline: Names of inline tags.
    """

    signs: re.Pattern[str]
    reasoning: re.Pattern[str]
    closings: tuple[re.Pattern[str], ...]
    remarks: re.Pattern[str]
    turn: re.Pattern[str]
    preamble: re.Pattern[str]
    end: re.Pattern[str]
    boxes: tuple[re.Pattern[str], ...]
    field: re.Pattern[str]
    inline: frozenset[str]


@cache
def load_markers() -> Markers:
    """Load and compile the patterns."""
    table = parse_toml(files(__package__).joinpath("envelope.toml").read_bytes(), "envelope.toml")
    reasoning, boxes, turns = table["reasoning"], table["boxes"], table["turns"]
    tags = [_tag_pair(tag) for tag in _names(reasoning["tags"])]
    pairs = [*tags, *map(tuple, reasoning["pairs"])]
    boxed = [_tag_pair("|".join(_names(boxes["tags"]))), *map(tuple, boxes["pairs"])]
    remarks = "|".join(map(re.escape, _names(reasoning["remarks"])))
    fields = "|".join(map(re.escape, _names(boxes["fields"])))
    return Markers(
        signs=_compiled(r"[<>\[\]◁▷\\:]|thinking|analysis|^[ \t]*(?:assistant|user|system|model|human)[ \t]*$"),
        reasoning=_compiled("|".join(f"({opening})" for opening, _ in pairs)),
        closings=tuple(_compiled(closing) for _, closing in pairs),
        remarks=_compiled(rf"<({remarks})\s{{0,9}}>.*?(?:</\1\s{{0,9}}>|\Z)", re.DOTALL),
        turn=_compiled(f"(?P<assistant>{'|'.join(turns['assistant'])})|(?P<other>{'|'.join(turns['others'])})"),
        preamble=_compiled("|".join(turns["preambles"])),
        end=_compiled("|".join(turns["ends"])),
        boxes=tuple(
            _compiled(rf"(?:{opening})(?P<content>.*?)(?:{closing}|\Z)", re.DOTALL) for opening, closing in boxed
        ),
        field=_compiled(rf"<({fields})\s{{0,9}}>(?P<content>[^<]{{0,2000}})</\1\s{{0,9}}>"),
        inline=frozenset(_names(table["markup"]["inline"])),
    )


def _names(text: str) -> list[str]:
    return [name for name in map(str.strip, text.split(",")) if name]


def _tag_pair(tag: str) -> tuple[str, str]:
    return rf"<(?:{tag})\s{{0,9}}>", rf"</(?:{tag})\s{{0,9}}>"


def _compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE | flags)


def _normalised(text: str) -> str:
    """Decode entities, normalise compatible characters, and convert all kinds of line breaks to newlines."""
    if "&" in text:
        text = html.unescape(_ENDLESS_NUMBER.sub("\ufffd", text))
    if not text.isascii():
        text = compatible(text.translate(_SIGNS))
    if "\\n" in text and "\n" not in text:
        text = _ESCAPED_BREAK.sub("\n", text)
    return _LINE_BREAK.sub("\n", text) if "<" in text else text


def _own_turn(text: str, markers: Markers) -> str:
    """Return the model's own turn, without the prompt that it echoes and the turns that it invents."""
    turns = list(markers.turn.finditer(text))
    if turns:
        said = [
            (
                turn.lastgroup == "assistant" or turn["assistant"] is not None,
                text[turn.end() : following.start() if following else len(text)],
            )
            for turn, following in zip(turns, [*turns[1:], None], strict=True)
        ]
        before = _SPECIAL_TOKEN.sub("", markers.end.sub("", text[: turns[0].start()])).strip()
        if before and not said[0][0] and not markers.preamble.match(before):
            return before
        if not before and said[0][0]:
            # The answer begins with the assistant's marker: everything after another speaker's marker is invented.
            said = list(takewhile(lambda turn: turn[0], said))
        text = next((segment for is_own, segment in reversed(said) if is_own), _answered(said[0][1]) or text)
    start = 0
    for end in markers.end.finditer(text):
        if _LETTER.search(text, start, end.start()):
            return text[start : end.start()]
        start = end.end()
    return text[start:]


def _answered(turn: str) -> str:
    """Return the text after `Answer:` in a turn that asks a question."""
    return _ANSWERED.split(turn, maxsplit=1)[1] if _ANSWERED.search(turn) else ""


def _without_reasoning(text: str, markers: Markers) -> tuple[str, bool, bool]:
    """Return the text without reasoning, whether there was any, and whether the text ends within it.

    Reasoning that is never closed was cut off by the length limit. A closing marker without an opening one ends
    reasoning that began in the prompt.
    """
    kept, position, is_cut = [], 0, False
    while opening := markers.reasoning.search(text, position):
        kept.append(text[position : opening.start()])
        closing = markers.closings[(opening.lastindex or 1) - 1].search(text, opening.end())
        is_cut = closing is None
        position = closing.end() if closing else len(text)
    rest = " ".join([*kept, text[position:]])
    orphans = [found[-1].end() for closing in markers.closings if (found := list(closing.finditer(rest)))]
    rest = rest[max(orphans) :] if orphans else rest
    without = markers.remarks.sub("\n", rest)
    had_trace = bool(kept or orphans)
    if without != rest and _LETTER.search(without):
        rest, had_trace = without, True
    return rest, had_trace, is_cut and not _LETTER.search(rest)


def _unboxed(text: str, markers: Markers) -> str:
    """Return the content of the last box that is not empty, of boxes within it, and of all fields."""
    for box in markers.boxes:
        contents = [found["content"] for found in box.finditer(text)]
        text = next((content for content in reversed(contents) if content.strip()), text)
    text = _unboxed_maths(text) if "\\" in text or "$" in text else text
    fields = [found["content"] for found in markers.field.finditer(text)]
    return "\n".join(fields) if fields else text


def _unboxed_maths(text: str) -> str:
    r"""Return the content of the last `\boxed{…}`, and of those in one list with it; remove font commands."""
    for _ in range(_NESTED):
        text = _COMMAND.sub(r"\1", text)
    ends = _closing_braces(text)
    contents: list[str] = []
    before = len(text)
    for box in reversed(list(_BOXED.finditer(text))):
        end = ends.get(box.end() - 1, len(text))
        if contents and not _BETWEEN_BOXES.fullmatch(text, end + 1, before):
            break
        contents.append(text[box.end() : end])
        before = box.start()
    return _MATHS.sub(" ", "\n".join(reversed(contents)) if any(map(_LETTER.search, contents)) else text)


def _closing_braces(text: str) -> dict[int, int]:
    """Return the position of each opening brace -> the position of its closing brace."""
    opened: list[int] = []
    closed = {}
    for brace in _BRACE.finditer(text):
        if brace.group() == "{":
            opened.append(brace.start())
        elif opened:
            closed[opened.pop()] = brace.start()
    return closed


def _without_tags(text: str, markers: Markers) -> str:
    """Remove inline tags; replace all other tags, and tokens of templates, by line breaks."""
    text = _SPECIAL_TOKEN.sub("\n", text)
    text = _TAKEN_BACK.sub("~~", text)
    text = _ATTRIBUTES.sub(lambda tag: f"{tag[1]}: {tag[2]}\n" if tag[2] else f"{tag[1]}\n", text)
    return _TAG.sub(lambda tag: "" if tag[1].lower() in markers.inline else "\n", text)


def _as_head(title: re.Match[str]) -> str:
    """Convert a title to a heading of the text after it: `## Emotions ##` becomes `Emotions:`."""
    words = title[2]
    if words is None:
        line = title[1].lstrip(" \t") or title[1][-1]
        words = line.rstrip(" \t").rstrip("#").rstrip(" \t") or line[0]
        if len(words) > _LONGEST_TITLE:
            return title[0]
    return words.rstrip(" :*_") + ":"


def _plain(text: str) -> str:
    """Remove code fences and Markdown; a title becomes the heading of the text after it."""
    if "#" in text or "*" in text or "_" in text:
        text = _TITLE.sub(_as_head, text)
    if "~~" in text:
        text = _without_struck(text)
    if "`" in text:
        text = _FENCE.sub("", text)
    text = _RULE.sub("", text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "#" in text or ">" in text:
        text = _MARGIN.sub("", text)
    return _NEWLINES.sub("\n\n", _BLANKS.sub(" ", text)).strip()


def _without_struck(text: str) -> str:
    """Remove struck-through text, unless there is no other text."""
    kept = _STRUCK.sub(" ", text)
    return kept if _LETTER.search(kept) else text.replace("~~", "")
