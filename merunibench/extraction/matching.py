"""Words of the lexicon and of grammar in running text: spaCy's tokens, and one PhraseMatcher for all lists.

spaCy is imported here and nowhere else, and this module only when a text is no plain list. The blank English pipeline
needs no model and no download.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import spacy
from spacy.matcher import PhraseMatcher
from spacy.util import filter_spans

from merunibench.extraction.words import load_words
from merunibench.lexicon import load_lexicon

_LONGEST = 20_000
"""Characters read of a text; an answer is a few thousand long."""
_LONG_WORD = re.compile(r"(\S{60})")
"""What no word is; spaCy takes the signs at its edges off one by one, in quadratic time."""


@dataclass(frozen=True)
class Mention:
    """A word or phrase found in a sentence: tokens `start` to `end` (exclusive) of the sentence, in lower case."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """The tokens of a sentence, lower case, and what was found among them, in order.

    Attributes:
        tokens: Its tokens.
        emotions: Words of the lexicon, the longest where several fit.
        cues: Bodily cues.
        grammar: Name of a list of grammar in `words.toml` -> its words found here.
    """

    tokens: tuple[str, ...]
    emotions: tuple[Mention, ...]
    cues: tuple[Mention, ...]
    grammar: dict[str, tuple[Mention, ...]]


def read_sentences(text: str) -> list[Sentence]:
    """Split a text into sentences and find all words in them."""
    nlp, matcher = _pipeline()
    # Without a zone the pipeline would remember every new word of a million texts.
    with nlp.memory_zone():
        doc = nlp(_LONG_WORD.sub(r"\1 ", text[:_LONGEST]))
        spans: dict[str, list[Any]] = {}
        for span in matcher(doc, as_spans=True):
            spans.setdefault(span.label_, []).append(span)
        kinds = {kind: filter_spans(found) for kind, found in spans.items()}
        return [_sentence(sentence, kinds) for sentence in doc.sents]


def _sentence(sentence: Any, kinds: dict[str, list[Any]]) -> Sentence:  # noqa: ANN401 - spaCy's Span
    def within(kind: str) -> tuple[Mention, ...]:
        return tuple(
            Mention(span.text.lower(), span.start - sentence.start, span.end - sentence.start)
            for span in kinds.get(kind, ())
            if sentence.start <= span.start and span.end <= sentence.end
        )

    tokens = tuple(token.lower_ for token in sentence)
    return Sentence(tokens, within("emotions"), within("cues"), {kind: within(kind) for kind in load_words().grammar})


@cache
def _pipeline() -> tuple[Any, Any]:
    """SpaCy's blank English pipeline with sentences, and the matcher; made once."""
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
    """The lexicon's words that name an emotion in running text; those of several parts with hyphens too."""
    lexicon = load_lexicon("builtin")
    words = set(lexicon.codes) - load_words().lists["ambiguous"] | {"neutral"}
    words = {word for word in words if not lexicon.is_stop_word(word) or word == "neutral"}
    return sorted(words | {word.replace(" ", "-") for word in words if " " in word})
