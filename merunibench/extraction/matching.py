"""Find words of the lexicon and of the grammar lists in running text, by spaCy's tokens and one PhraseMatcher.

Only this module imports spaCy, and it is imported only if a text is not a plain list. The blank English pipeline needs
no model and no download.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

import spacy
from spacy.matcher import PhraseMatcher
from spacy.util import filter_spans

from merunibench.extraction.words import load_words
from merunibench.lexicon import load_lexicon

_LONGEST = 20_000
"""Maximum number of characters that are read; an answer has a few thousand."""
_LONG_WORD = re.compile(r"(\S{60})")
"""Too long to be a word; spaCy strips punctuation at its edges one by one, in quadratic time."""


_CLAUSE_BREAKS = frozenset(
    (",", ";", ":", "but", "while", "whereas", "although", "though", "however", "yet", "-", "—", "–")
)
_OR = frozenset(("or", "nor"))
_START, _END = attrgetter("start"), attrgetter("end")


@dataclass(frozen=True)
class Mention:
    """A word or phrase found in a sentence: tokens `start` to `end` (exclusive) of the sentence, in lower case."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """The lower-case tokens of a sentence, and the words found among them, in order.

    Properties that are needed for every mention are cached, so that a sentence of any length takes linear time.

    Attributes:
        tokens: Its tokens.
        emotions: Words of the lexicon; the longest if several match.
        cues: Bodily cues.
        grammar: Name of a grammar list in `words.toml` -> its words found here.
        text: The sentence as it was written; like `places`, empty unless places were requested.
        places: The start and end (exclusive) of each token in `text`.
    """

    tokens: tuple[str, ...]
    emotions: tuple[Mention, ...]
    cues: tuple[Mention, ...]
    grammar: dict[str, tuple[Mention, ...]]
    text: str = ""
    places: tuple[tuple[int, int], ...] = ()

    def starting(self, kind: str, first: int, last: int) -> Sequence[Mention]:
        """Return the words of a grammar list that start at the tokens `first` to `last` (inclusive)."""
        words = self.grammar[kind]
        return words[bisect_left(words, first, key=_START) : bisect_right(words, last, key=_START)] if words else ()

    def ending(self, kind: str, first: int, last: int) -> Sequence[Mention]:
        """Return the words of a grammar list that end (exclusive) at the tokens `first` to `last` (inclusive)."""
        words = self.grammar[kind]
        return words[bisect_left(words, first, key=_END) : bisect_right(words, last, key=_END)] if words else ()

    def covers(self, kind: str, token: int) -> bool:
        """Return whether a token belongs to a word of a grammar list."""
        words = self.grammar[kind]
        place = bisect_right(words, token, key=_END) if words else 0
        return place < len(words) and words[place].start <= token

    def clause_start(self, position: int) -> int:
        """Return the index of the first token of the clause that contains a token."""
        place = bisect_left(self._clause_breaks, position)
        return self._clause_breaks[place - 1] + 1 if place else 0

    @cached_property
    def _clause_breaks(self) -> list[int]:
        return [index for index, token in enumerate(self.tokens) if token in _CLAUSE_BREAKS]

    @cached_property
    def last_or(self) -> int:
        """Index of its last `or` or `nor`; -1 if it has neither."""
        return max((index for index, token in enumerate(self.tokens) if token in _OR), default=-1)

    @cached_property
    def emotion_starts(self) -> frozenset[int]:
        """The tokens at which emotions start."""
        return frozenset(map(_START, self.emotions))

    @cached_property
    def emotion_tokens(self) -> frozenset[int]:
        """All tokens of emotions."""
        return frozenset(index for each in self.emotions for index in range(each.start, each.end))

    @cached_property
    def verb_starts(self) -> frozenset[int]:
        """The tokens at which verbs of feeling start."""
        return frozenset(map(_START, self.grammar["feeling_verbs"]))


def read_sentences(text: str, *, places: bool = False) -> list[Sentence]:
    """Split a text into sentences and find all words in them; if `places` is set, record token positions."""
    nlp, matcher = _pipeline()
    # Without a memory zone, the pipeline would keep every new word of a million texts.
    with nlp.memory_zone():
        doc = nlp(_LONG_WORD.sub(r"\1 ", text[:_LONGEST]))
        spans: dict[str, list[Any]] = {}
        for span in matcher(doc, as_spans=True):
            spans.setdefault(span.label_, []).append(span)
        kinds = {kind: filter_spans(found) for kind, found in spans.items()}
        found = [_sentence(sentence, kinds) for sentence in doc.sents]
        return list(map(_with_places, found, doc.sents)) if places else found


def _with_places(sentence: Sentence, span: Any) -> Sentence:  # noqa: ANN401 - spaCy's Span
    starts = (token.idx - span.start_char for token in span)
    return replace(
        sentence,
        text=span.text,
        places=tuple((start, start + len(token)) for start, token in zip(starts, span, strict=True)),
    )


def _sentence(sentence: Any, kinds: dict[str, list[Any]]) -> Sentence:  # noqa: ANN401 - spaCy's Span
    def within(kind: str) -> tuple[Mention, ...]:
        spans = kinds.get(kind)
        if not spans:
            return ()
        first, last = (bisect_left(spans, edge, key=_START) for edge in (sentence.start, sentence.end))
        return tuple(
            Mention(span.text.lower(), span.start - sentence.start, span.end - sentence.start)
            for span in spans[first:last]
            if span.end <= sentence.end
        )

    tokens = tuple(token.lower_ for token in sentence)
    return Sentence(tokens, within("emotions"), within("cues"), {kind: within(kind) for kind in load_words().grammar})


@cache
def _pipeline() -> tuple[Any, Any]:
    """Create spaCy's blank English pipeline with a sentencizer, and the matcher."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    words = load_words()
    for kind, phrases in words.grammar.items():
        matcher.add(kind, list(map(nlp.make_doc, sorted(phrases))))
    matcher.add("cues", list(map(nlp.make_doc, sorted(words.cues))))
    matcher.add("emotions", list(map(nlp.make_doc, _emotion_words())))
    return nlp, matcher


def _emotion_words() -> list[str]:
    """Return the lexicon's words that name an emotion in running text; multi-word ones also with hyphens."""
    lexicon = load_lexicon("builtin")
    words = set(lexicon.codes) - load_words().lists["ambiguous"] | {"neutral"}
    words = {word for word in words if not lexicon.is_stop_word(word) or word == "neutral"}
    return sorted(words | {word.replace(" ", "-") for word in words if " " in word})
