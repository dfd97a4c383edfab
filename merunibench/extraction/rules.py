"""Labels from a model's answer, by rules: deterministic, and nothing outside the package is asked.

The steps for a text: markup around it and asides are dropped, refusals give no label, a list is taken as it is,
other languages are read by their emotion words, and everything else as a description (spaCy is imported only then).
Whoever changes what any text gives raises `RULES_VERSION`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from merunibench.data.account import Reason
from merunibench.errors import InputError
from merunibench.extraction import version1
from merunibench.extraction.asides import without_asides
from merunibench.extraction.envelope import clean_answer
from merunibench.extraction.foreign import denies_label, foreign_labels, is_refusal
from merunibench.extraction.lists import Sentence, read_list
from merunibench.extraction.polarities import Polarity, label_polarity, polarity
from merunibench.extraction.refusals import is_error, without_refusal
from merunibench.extraction.silence import looks_like
from merunibench.extraction.tracing import Fate, Trace
from merunibench.extraction.words import load_words
from merunibench.languages import (
    Language,
    emoji_labels,
    is_word,
    known_to_all,
    label_of,
    language_of,
    language_of_script,
    languages_of_label,
    script_of,
)
from merunibench.lexicon import load_lexicon

RULES_VERSION = 2
"""Version of the rules."""
EXTRACTOR = f"rules@{RULES_VERSION}"
"""How signatures name this extractor."""
EXTRACTORS = tuple(f"rules@{version}" for version in range(RULES_VERSION, 0, -1))
"""All versions that there are, the present one first."""
_POLARITIES = frozenset(("neutral", "positive", "negative"))
_SPEECH = re.compile(r"[\"“”«「『](?P<said>[^\"“”«»「」『』]{1,2000})[\"“”»」』]")
_LONGEST_QUOTED = 6
_SHORT = 80
"""Signs of a text that is short."""
_SENTENCE = re.compile(r"[^.!?。！？؟।\n]*[.!?。！？؟।\n]+|[^.!?。！？؟।\n]+\Z")
PARITY_LABELS = 4
"""As many labels as the authors' extractor mostly kept."""


def extract_labels(
    text: str, *, parity: bool = False, version: int = RULES_VERSION, trace: Trace | None = None
) -> list[str]:
    """The labels that a model's answer gives to the person it describes, in order, lower case, each once.

    Args:
        text: The raw answer: a list in any of the usual forms, or a free description.
        parity: Do as the authors' extractor mostly did: speech acts, styles and a lone `neutral` are dropped, and the
            first four labels kept.
        version: Version of the rules.
        trace: Where to note what was found in the text, and what became of it; rules@1 note nothing.

    Example:
        >>> extract_labels("The character's emotional state is happy, relieved.")
        ['happy', 'relieved']
    """
    if version == 1:
        labels = version1.labels(text)
    else:
        cleaned = clean_answer(text).text
        labels = _labels(cleaned, trace) if cleaned else []
        if trace is not None:
            trace.cleaned = cleaned
    return affectgpt_style(labels) if parity else labels


@dataclass(frozen=True)
class Rules:
    """The rules as an extractor, in the form in which scoring takes one."""

    parity: bool = False
    version: int = RULES_VERSION

    @classmethod
    def named(cls, name: str, *, parity: bool = False) -> "Rules":
        """The rules that a signature calls `rules@1` or `rules@2`.

        Raises:
            InputError: there is no such version.
        """
        if name not in EXTRACTORS:
            raise InputError(f"there are no rules {name!r}, only {', '.join(EXTRACTORS)}")
        return cls(parity, int(name.partition("@")[2]))

    @property
    def name(self) -> str:
        """What signatures call it."""
        return f"rules@{self.version}{'-parity' if self.parity else ''}"

    def labels(self, text: str) -> list[str]:
        """See `extract_labels`."""
        return extract_labels(text, parity=self.parity, version=self.version)

    def polarity(self, labels: Sequence[str]) -> Polarity:
        """See `merunibench.extraction.polarity`."""
        return polarity(labels)

    def has_trace(self, text: str) -> bool:
        """See `clean_answer`."""
        return (version1.clean_answer if self.version == 1 else clean_answer)(text).had_trace

    def looks_like(self, text: str) -> Reason:
        """See `merunibench.extraction.silence.looks_like`."""
        return looks_like(text)

    def knows(self, labels: Sequence[str]) -> bool:
        """Whether any of the labels decides a polarity."""
        return any(label_polarity(label) is not None for label in labels)


def affectgpt_style(labels: list[str]) -> list[str]:
    """A label list cut as the authors' extractor mostly cut it; see `extract_labels`."""
    kept = [label for label in labels if label not in load_words().lists["speech_acts"]]
    return [] if kept == ["neutral"] else kept[:PARITY_LABELS]


def _labels(text: str, trace: Trace | None) -> list[str]:
    if is_error(text):
        return []
    said = without_refusal(text)
    text = without_asides(said)
    found = read_list(text, is_known)
    if isinstance(found, Sentence):
        text, found = found.text, None
    if found is not None:
        labels = in_english(found, text)
        if trace is not None:
            _note_items(trace, found, text, labels)
        return labels
    return _read(text, trace) or _read_speech(text, trace) or emoji_labels(said)


def _note_items(trace: Trace, items: Sequence[str], text: str, labels: Sequence[str]) -> None:
    """Note the items of a list: read one by one, each gives labels of the list, or is denied."""
    trace.form = "list"
    alone = [in_english([item], text) for item in items]
    known = [[label for label in each if label in labels] or each for each in alone]
    fates = [
        (Fate.TAKEN, "")
        if set(each) & set(labels)
        else (Fate.DENIED, "denied in the list")
        if is_denied(item)
        else (Fate.DROPPED, "gives no label")
        for item, each in zip(items, alone, strict=True)
    ]
    trace.items(text, [(item, each, *fate) for item, each, fate in zip(items, known, fates, strict=True)])


def _read(text: str, trace: Trace | None) -> list[str]:
    """The labels of running text, each sentence in its own script; what a person is quoted as saying is not read."""
    by_script: dict[str | None, list[str]] = {}
    unquoted = text if text.isascii() else _SPEECH.sub(_without_speech, text)
    for sentence in _SENTENCE.findall(unquoted):
        by_script.setdefault(script_of(sentence), []).append(sentence)
    if set(by_script) <= {None}:
        return _read_in(language_of(unquoted), unquoted, trace)
    parts = [(script, "".join(sentences)) for script, sentences in by_script.items()]
    found = [
        _read_in(language_of(part) if script is None else language_of_script(script), part, trace)
        for script, part in parts
    ]
    return list(dict.fromkeys(label for labels in found for label in labels))


def _read_speech(text: str, trace: Trace | None) -> list[str]:
    """The labels in what a person is quoted as saying: all that an answer says which only repeats it."""
    speech = "\n".join(found["said"] for found in _SPEECH.finditer(text))
    return _read(speech, trace) if speech else []


def _read_in(language: Language | None, text: str, trace: Trace | None) -> list[str]:
    if trace is not None:
        trace.form = "description" if language is None else language.code
    if language is None:
        from merunibench.extraction.descriptions import describe

        return describe(text, trace=trace) or _read_short(text, trace)
    return [] if is_refusal(text, language) else foreign_labels(text, language, trace)


def _read_short(text: str, trace: Trace | None) -> list[str]:
    """The labels of a few words such as `Sente muita raiva.`, of which one alone tells the language."""
    language = language_of(text, least=1) if len(text) <= _SHORT else None
    return _read_in(language, text, trace) if language else []


def _without_speech(match: re.Match[str]) -> str:
    """Words that the person says; a short quotation may be a label."""
    return match.group() if len(match["said"]) <= _LONGEST_QUOTED else " speech "


def in_english(items: Sequence[str], text: str) -> list[str]:
    """The items of a list, those of other languages as English labels; each once.

    Each item is read by itself. Where it leaves open what language it is in, the items together say so, and only then
    the whole text: it may be JSON with its letters escaped.
    """
    lexicon, labels = load_lexicon("builtin").in_english, []
    others = {item for item in items if item not in lexicon}
    unknown = [item for item in items if item in others and item not in _POLARITIES]
    if not unknown:
        return list(dict.fromkeys(items))
    if len(unknown) < len(items) <= 2 * len(unknown) and (language := known_to_all(items)):
        return [str(language.label_of(item)) for item in items]
    together = cache(lambda: known_to_all(items) or language_of(", ".join(items)) or language_of(text))
    for item in items:
        if item not in others or item in _POLARITIES:
            labels.append(item)
        elif (label := label_of(item)) and any(map(str.isalpha, item)):
            labels.append(label)
        elif emoji := emoji_labels(item):
            labels += emoji
        else:
            labels += _read_item(item, together)
    return list(dict.fromkeys(label for label in labels if any(map(str.isalpha, label))))


def _read_item(item: str, together: Callable[[], Language | None]) -> list[str]:
    """An item that no language knows by itself, or several know as different labels; `together`: what all say."""
    if is_denied(item):
        return []
    language = language_of(item) or (together() if script_of(item) is None else None)
    if language is None:
        return [item]
    label = language.label_of(item)
    # Words that are joined in one (`وامتنان`), or stand in a sentence.
    return [label] if label else foreign_labels(item, language) or ([item] if item.isascii() else [])


def is_known(label: str) -> bool:
    """Whether a label is a word of the lexicon, in any language, perhaps denied, or a polarity."""
    return label in _POLARITIES or label in load_lexicon("builtin").in_english or is_word(label) or is_denied(label)


@lru_cache(maxsize=1 << 16)
def is_denied(label: str) -> bool:
    """Whether a label is one of another language than English, and denied: `non triste`, 怒っていない."""
    return len(label) <= _SHORT and denies_label(label, languages_of_label(label))
