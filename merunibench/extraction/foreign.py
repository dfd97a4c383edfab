"""Extract English labels, which the lexicon knows, from emotion words in text of other languages.

The language's file (see `merunibench.languages`) defines emotion words, negations before and after them, people, and
clause boundaries. A negation reaches to the end of its clause over joining words. Text is not segmented or parsed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from merunibench._scan import scan
from merunibench.extraction.tracing import Fate, Seen, Trace
from merunibench.languages import Language

_SENTENCE = re.compile(r"[.!?。！？؟।\n]+")
_LISTED = re.compile(r"[\s,;/·、،・和及]*")
_KINDS = ("denied_after", "negators", "not_negators", "boundaries", "others", "main", "refusals")
_CLAUSE_SIGNS = ",;:—–"
_BEFORE_OTHERS = re.compile(
    r"(?:[对對为為向替因让讓給给]|\b(?:à|al|con|avec|mit|zu|com|para|per|с|к|на|مع|إلى))\s?(?:\w{1,5}\s){0,2}$"
)
_WORD = re.compile(r"[^\s,;/·、،・\"'“”().!?]+")
_NEXT_WORD = re.compile(r"\s*+(\w++)")
_WORD_END = re.compile(r"\w*$")
_PUNCTUATION = re.compile(r"[,.!?:;\"'“”、，。！？：؛،।]")
_LONGEST_BEFORE = 32
"""Maximum number of characters that `_BEFORE_OTHERS` can match."""
_BEFORE = 8
"""Maximum number of words between a negation and the first emotion that it reaches."""
_BEHIND = 24
"""Maximum number of characters between an emotion and a negation after it."""
_LONGEST_PREFIX = 8
"""Number of characters, longer than any prefix."""
_ENDS_CLAUSE = re.compile(r"\W*(?:[,;:—–]|\Z)")


class Found(NamedTuple):
    """A word in a sentence; its kind is `emotion`, `cue`, `clause`, or a list of the language's grammar."""

    kind: str
    start: int
    end: int
    label: str


def foreign_labels(text: str, language: Language, trace: Trace | None = None) -> list[str]:
    """Return the distinct labels that text in a language names, in order; `trace` records what was found.

    Example:
        >>> from merunibench.languages import load_language
        >>> foreign_labels("他并不愤怒，只是有点失望。", load_language("zh"))
        ['disappointed']
        >>> foreign_labels("La mujer no está enojada, sino decepcionada.", load_language("es"))
        ['disappointed']
    """
    named: list[str] = []
    cues: list[str] = []
    for sentence in _SENTENCE.split(language.normal(text)):
        words = _words(sentence, language)
        theirs = False
        for clause in _clauses(words, 0 if language.inside else 2):
            # After a contrast it is about the person again, unless someone else is named.
            theirs = _is_about_others(sentence, clause, theirs and not (clause and clause[0].kind == "boundaries"))
            emotions, signs = (
                [] if theirs else _ascribed(sentence, clause, language, kind) for kind in ("emotion", "cue")
            )
            named += [word.label for word in emotions]
            cues += [word.label for word in signs]
            if trace is not None:
                _note(trace, sentence, clause, {*emotions, *signs}, theirs)
    labels = list(dict.fromkeys(named or cues))
    labels = [label for label in labels if label != "neutral"] or labels
    if trace is not None:
        _settle(trace, labels, by_cues=not named)
    return labels


def _note(trace: Trace, sentence: str, clause: list[Found], kept: set[Found], theirs: bool) -> None:
    """Record the words of a clause; `_settle` sets the fate of those that were kept."""
    for word in clause:
        if word.kind not in ("emotion", "cue"):
            continue
        fate, why = (Fate.OTHERS, "the clause is about others") if theirs else (Fate.DENIED, "the clause negates it")
        if word in kept:
            fate, why = Fate.TAKEN, ""
        trace.seen.append(Seen(sentence, word.start, word.end, fate, word.label, why, concept=word.kind))


def _settle(trace: Trace, labels: list[str], *, by_cues: bool) -> None:
    said: set[str] = set()
    for seen in trace.seen:
        if seen.fate == Fate.TAKEN and seen.concept:
            if seen.concept == "cue" and not by_cues:
                seen.fate, seen.why = Fate.CUE, "a bodily cue; counts only if no emotion is named"
            elif seen.label not in labels:
                seen.fate, seen.why = Fate.DROPPED, "neutral next to other emotions"
            elif seen.label in said:
                seen.fate = Fate.REPEATED
            else:
                said.add(seen.label)
        seen.concept = ""


def denies_label(item: str, languages: Iterable[Language]) -> bool:
    """Return whether an item of a list is a negated label in any of the languages: `non triste`, 怒っていない."""
    return any(
        {word.kind for word in words} >= {"emotion", denial} and not foreign_labels(item, language)
        for language in languages
        for words in [_words(language.normal(item), language)]
        for denial in ("negators", "denied_after")
    )


def is_refusal(text: str, language: Language) -> bool:
    """Return whether a text begins like a refusal in the language."""
    openings = tuple(map(_bare, language.answers.get("refusals", ())))
    return _bare(language.normal(text)).startswith(openings)


def _bare(text: str) -> str:
    return " ".join(_PUNCTUATION.sub(" ", text).split())


def _words(sentence: str, language: Language) -> list[Found]:
    """Return all known words and clause boundaries of a sentence, in order."""
    kinds = _table(language.code, language)

    def is_whole_word(start: int, end: int) -> bool:
        return _is_whole_word(sentence, start, end, language)

    found = [
        Found(kind, start, end, label)
        for start, end, value in scan(sentence, kinds, None if language.inside else is_whole_word)
        for kind, _, label in [value.partition(":")]
        if kind in _KINDS or not language.at_start or not _is_letter(sentence[start - 1 : start])
    ]
    taken = {index for each in found for index in range(each.start, each.end)}
    complementizers = frozenset(language.grammar.get("complementizers", ()))
    for index, sign in enumerate(sentence):
        if sign in _CLAUSE_SIGNS and index not in taken and not _goes_on(sentence, index, complementizers):
            found.append(Found("clause", index, index + 1, ""))
    return sorted(found, key=lambda each: each.start)


def _goes_on(sentence: str, index: int, complementizers: frozenset[str]) -> bool:
    """Return whether the clause continues after a comma, so that a negation reaches over it: `kein Zeichen, dass`."""
    word = _NEXT_WORD.match(sentence, index + 1) if complementizers else None
    return word is not None and word[1] in complementizers


_TABLES: dict[str, Mapping[str, str]] = {}


def _table(code: str, language: Language) -> Mapping[str, str]:
    """Return word -> `kind:label` for everything that is searched for in sentences of a language."""
    if code not in _TABLES:
        table: dict[str, str] = {}
        for name in reversed(_KINDS):
            listed = language.answers.get(name) if name == "refusals" else language.grammar.get(name)
            if name == "negators" and language.inside:
                # Words that only intensify a following negation do not negate by themselves.
                listed = tuple(word for word in listed or () if word not in language.grammar.get("degrees", ()))
            table.update(dict.fromkeys(listed or (), f"{name}:"))
        table.update({word: f"doubtful:{label}" for word, label in language.doubtful.items()})
        table.update({word: f"cue:{label}" for word, label in language.cues.items()})
        table.update({word: f"emotion:{label}" for word, label in language.words.items()})
        _TABLES[code] = table
    return _TABLES[code]


def _is_whole_word(sentence: str, start: int, end: int, language: Language) -> bool:
    """Return whether a match is a whole word between blanks; an elided word (`n'`) precedes another word."""
    if _is_letter(sentence[end : end + 1]) and sentence[end - 1] != "'":
        return False
    return not _is_letter(sentence[start - 1 : start]) or _is_prefixed(sentence, start, language)


def _is_letter(sign: str) -> bool:
    """Return whether a character is part of a word: a letter or a combining mark."""
    return sign.isalpha() or (sign != "" and unicodedata.category(sign)[0] == "M")


def _is_prefixed(sentence: str, start: int, language: Language) -> bool:
    longest = max(map(len, language.prefixes), default=0)
    before = _WORD_END.search(sentence, max(0, start - longest - 1), start)
    return before is not None and before.group() in language.prefixes


def _clauses(words: Iterable[Found], gap: int) -> Iterator[list[Found]]:
    """Yield the words of each clause; a comma between two emotions at most `gap` characters away ends no clause."""
    words = list(words)
    clause: list[Found] = []
    for index, word in enumerate(words):
        if word.kind == "clause":
            before, after = words[index - 1] if index else None, words[index + 1] if index + 1 < len(words) else None
            if (
                before
                and after
                and before.kind == after.kind == "emotion"
                and after.start - word.end <= gap
                and word.start - before.end <= gap
            ):
                continue
        if word.kind in ("clause", "boundaries"):
            yield clause
            clause = []
        clause.append(word)
    yield clause


def _is_about_others(sentence: str, clause: list[Found], before: bool) -> bool:
    """Return whether a clause is about others: by the last person named before the first emotion, else as before."""
    emotion = next((each.start for each in clause if each.kind in ("emotion", "cue")), len(sentence))
    people = [each for each in clause if each.kind in ("others", "main") and each.start < emotion]
    if not people:
        return before
    start = people[-1].start
    return people[-1].kind == "others" and not _BEFORE_OTHERS.search(sentence, max(0, start - _LONGEST_BEFORE), start)


def _ascribed(sentence: str, clause: list[Found], language: Language, kind: str) -> list[Found]:
    """Return the words of a kind in a clause that are not negated."""
    kept: list[Found] = []
    denied = False
    last: Found | None = None
    chain: list[Found] = []
    for word in clause:
        if word.kind == "not_negators" and not language.inside:
            denied = False  # `n'est pas seulement`: the first half of the negation does not negate either
        elif word.kind in ("negators", "denied_after"):
            behind = last is not None and _denies_behind(sentence, last, word, language, kind)
            if behind:
                del kept[len(kept) - len(chain) :]
                chain = []
            if word.kind == "negators" and not behind:
                denied, last = True, word
                chain = []
        elif word.kind == kind:
            between = sentence[last.end : word.start] if last else ""
            joined = last is not None and last.kind == kind and _joins(between, language)
            if denied and last is not None:
                denied = joined if last.kind == kind and not language.inside else _reaches(between, last, language)
            if not joined:
                chain = []
            if not denied:
                kept.append(word)
                chain.append(word)
            last = word
    return kept


def _denies_behind(sentence: str, last: Found, word: Found, language: Language, kind: str) -> bool:
    """Return whether a negation applies to the emotion before it: `denied_after` always, others at the clause end."""
    if word.kind == "denied_after":
        return word.start - last.end <= _BEHIND
    if language.inside or last.kind != kind or not _ENDS_CLAUSE.match(sentence, word.end):
        return False
    return _joins(sentence[last.end : word.start], language)  # `freut sich überhaupt nicht`


def _joins(between: str, language: Language) -> bool:
    """Return whether two emotions are in one list."""
    words = _joining(language)
    rest = _LISTED.sub("", between) if language.inside else between
    if language.inside:
        return len(rest) <= 4 and (not rest or any(word in between for word in words))
    return all(word in words for word in _WORD.findall(between))


_JOINING: dict[str, frozenset[str]] = {}


def _joining(language: Language) -> frozenset[str]:
    """Return the words that may be between the emotions of one list."""
    if language.code not in _JOINING:
        names = ("reach", "joins", "degrees")
        _JOINING[language.code] = frozenset(word for name in names for word in language.grammar.get(name, ()))
    return _JOINING[language.code]


def _reaches(between: str, last: Found, language: Language) -> bool:
    """Return whether a negation reaches an emotion of its clause."""
    if language.inside:
        # A single character (不, 无) negates what directly follows; whole words reach to the end of the clause.
        return last.kind != "negators" or last.end - last.start > 1 or not _without_degrees(between, language)
    words = _WORD.findall(between)
    joins = set(language.grammar.get("joins", ())) - set(language.grammar.get("negators", ()))
    return last.kind != "negators" or (len(words) <= _BEFORE and not joins & set(words))


def _without_degrees(between: str, language: Language) -> str:
    """Remove degree words from the text between a negation and an emotion: `不太高兴`."""
    for word in sorted(language.grammar.get("degrees", ()), key=len, reverse=True):
        between = between.replace(word, "")
    return between.strip()
