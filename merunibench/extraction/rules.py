"""Extract labels from a model's answer by rules, deterministically and without any external service.

Steps: remove markup and asides; give no labels for refusals; take a list as it is; read other languages by their
emotion words; read anything else as a description (only this step imports spaCy). Increment `RULES_VERSION` when a
change alters the result of any text.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from merunibench.extraction import version1
from merunibench.extraction.asides import without_asides
from merunibench.extraction.envelope import clean_answer
from merunibench.extraction.extractor import RULES_VERSION
from merunibench.extraction.foreign import denies_label, foreign_labels, is_refusal
from merunibench.extraction.lists import Sentence, read_list
from merunibench.extraction.refusals import is_error, without_refusal
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

_POLARITIES = frozenset(("neutral", "positive", "negative"))
_SPEECH = re.compile(r"[\"“”«「『](?P<said>[^\"“”«»「」『』]{1,2000})[\"“”»」』]")
_LONGEST_QUOTED = 6
_SHORT = 80
"""Maximum number of characters of a short text."""
_SENTENCE = re.compile(r"[^.!?。！？؟।\n]*[.!?。！？؟।\n]+|[^.!?。！？؟।\n]+\Z")
PARITY_LABELS = 4
"""Number of labels that the authors' extractor usually kept."""


def extract_labels(
    text: str, *, parity: bool = False, version: int = RULES_VERSION, trace: Trace | None = None
) -> list[str]:
    """Return the distinct lower-case labels that a model's answer ascribes to the person it describes, in order.

    Args:
        text: The raw answer: a list in any of the usual forms, or a free description.
        parity: Imitate the authors' extractor: drop speech acts, styles and a lone `neutral`, and keep the first four
            labels.
        version: Version of the rules.
        trace: Records what was found in the text, and what happened to it; rules@1 record nothing.

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


def affectgpt_style(labels: list[str]) -> list[str]:
    """Shorten a label list as the authors' extractor usually did; see `extract_labels`."""
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
    """Record the items of a list; each is read separately, to find its labels or its negation."""
    trace.form = "list"
    alone = [in_english([item], text) for item in items]
    known = [[label for label in each if label in labels] or each for each in alone]
    fates = [
        (Fate.TAKEN, "")
        if set(each) & set(labels)
        else (Fate.DENIED, "negated in the list")
        if is_denied(item)
        else (Fate.DROPPED, "gives no label")
        for item, each in zip(items, alone, strict=True)
    ]
    trace.items(text, [(item, each, *fate) for item, each, fate in zip(items, known, fates, strict=True)])


def _read(text: str, trace: Trace | None) -> list[str]:
    """Return the labels of running text; each sentence is read in its own script, and quoted speech is ignored."""
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
    """Return the labels in quoted speech, for answers that contain nothing else."""
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
    """Return the labels of a short text such as `Sente muita raiva.`, in which one word indicates the language."""
    language = language_of(text, least=1) if len(text) <= _SHORT else None
    return _read_in(language, text, trace) if language else []


def _without_speech(match: re.Match[str]) -> str:
    """Replace quoted speech; a short quotation is kept, because it may be a label."""
    return match.group() if len(match["said"]) <= _LONGEST_QUOTED else " speech "


def in_english(items: Sequence[str], text: str) -> list[str]:
    """Return the distinct items of a list, those in other languages as English labels.

    Each item is read separately. If its language is unclear, the language of all items together is used, and then that
    of the whole text, which is the last choice because it may be JSON with escaped letters.
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
    """Read an item that no language contains, or several with different labels; `together` is the list's language."""
    if is_denied(item):
        return []
    language = language_of(item) or (together() if script_of(item) is None else None)
    if language is None:
        return [item]
    label = language.label_of(item)
    # Words that are joined into one (`وامتنان`), or are part of a sentence.
    return [label] if label else foreign_labels(item, language) or ([item] if item.isascii() else [])


def is_known(label: str) -> bool:
    """Return whether a label is a word of the lexicon in any language, possibly negated, or a polarity."""
    return label in _POLARITIES or label in load_lexicon("builtin").in_english or is_word(label) or is_denied(label)


@lru_cache(maxsize=1 << 16)
def is_denied(label: str) -> bool:
    """Return whether a label is a negated one of another language than English: `non triste`, 怒っていない."""
    return len(label) <= _SHORT and denies_label(label, languages_of_label(label))
