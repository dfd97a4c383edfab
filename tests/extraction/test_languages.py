"""The basic emotions in eleven languages, as lists of every form and in sentences that ascribe or deny them."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from merunibench.extraction import extract_labels
from merunibench.languages import load_language
from merunibench.lexicon import load_lexicon
from tests.lexicon.test_languages_data import BASIC, EVERYDAY

CASES = tomllib.loads((Path(__file__).parent / "languages.toml").read_text(encoding="utf-8"))
FORMS = {
    "commas": ", ".join,
    "JSON": lambda words: json.dumps(words, ensure_ascii=False),
    "escaped JSON": json.dumps,
    "JSON with a key": lambda words: json.dumps({"emotions": words}, ensure_ascii=False),
    "a list of Python": str,
    "bullets": lambda words: "\n".join(f"- {word}" for word in words),
    "numbers": lambda words: "\n".join(f"{number}. {word}" for number, word in enumerate(words, 1)),
    "lines": "\n".join,
    "values": lambda words: "\n".join(f"{word}: 80%" for word in words),
    "English head": lambda words: f"Emotions: {', '.join(words)}",
    "wrapped": lambda words: f"<think>angry?</think><answer>{', '.join(words)}</answer>",
}
SEPARATORS = dict.fromkeys(("de", "es", "fr", "it", "pt", "ru"), ",;/·|、") | {
    "ar": "،,؛;/·|、",
    "hi": ",;/·|।、",
    "ja": "、，,；;／/·・|",
    "ko": "、，,；;/·・|",
    "zh": "、，,；;／/·|",
}
# Stand for one thing in one language and for another in the next: alone they say nothing.
SHARED = {"disgusto", "enojado"}
each_language = pytest.mark.parametrize("code", CASES)


def words_of(code, kind):
    """(Word, label) of the words of a kind that there are; those for neutral are not among them."""
    words = [word.strip() for word in CASES[code][kind].split(",")]
    return [(word, label) for word, label in zip(words, BASIC[:-1], strict=True) if word != "-"]


def sectors(labels):
    return {load_lexicon("builtin").sectors(label)[0] for label in labels}


def read(text):
    return sectors(extract_labels(text))


def filled(code, template, *words):
    text = template.format(*words)
    return re.sub(r"\bde (?=[aeiouyéh])", "d'", text.replace("de la a", "de l'a")) if code == "fr" else text


def lists(code):
    """Three words and their labels at a time, from the everyday words and from the nouns here."""
    words = words_of(code, "names")
    everyday = zip(EVERYDAY[code[:2]].split(), BASIC, strict=True)
    words += [(word.split("|")[0], label) for word, label in everyday if label != "neutral"]
    return [words[start : start + 3] for start in range(len(words) - 2)]


@each_language
@pytest.mark.parametrize("form", FORMS)
def test_lists(code, form):
    wrong = []
    for three in lists(code):
        text = FORMS[form]([word for word, _ in three])
        if read(text) != sectors(label for _, label in three):
            wrong.append((text, extract_labels(text)))
    assert wrong == []


@each_language
def test_separators_and_heads_of_the_language(code):
    answers = load_language(code[:2]).answers
    signs = SEPARATORS[code[:2]]
    wrong = []
    for three in lists(code)[::4]:
        words, expected = [word for word, _ in three], sectors(label for _, label in three)
        texts = [f"{sign} ".join(words) for sign in signs]
        texts += [f"{head}: {', '.join(words)}" for head in answers["heads"]]
        wrong += [(text, extract_labels(text)) for text in texts if read(text) != expected]
    assert wrong == []


@each_language
def test_one_word_by_itself(code):
    wrong = [
        (word, extract_labels(word))
        for word, label in [*words_of(code, "names"), *words_of(code, "states")]
        if code not in ("ja", "ko") and word not in SHARED and read(word) != sectors([label])
    ]
    assert wrong == []
    assert extract_labels(EVERYDAY[code[:2]].split()[-1]) == ["neutral"]


@each_language
@pytest.mark.parametrize(("kind", "words"), [("said", "states"), ("named", "names")])
def test_sentences(code, kind, words):
    wrong = []
    for template in CASES[code][kind]:
        for word, label in words_of(code, words):
            text = filled(code, template, word)
            if read(text) != sectors([label]):
                wrong.append((text, extract_labels(text)))
    assert wrong == []


@each_language
@pytest.mark.parametrize(("kind", "words"), [("denied", "states"), ("missing", "names")])
def test_denials(code, kind, words):
    words = "after_denial" if kind == "missing" and "after_denial" in CASES[code] else words
    texts = [filled(code, template, word) for template in CASES[code][kind] for word, _ in words_of(code, words)]
    assert [(text, labels) for text in texts if (labels := extract_labels(text))] == []


@each_language
def test_one_emotion_instead_of_another(code):
    states = words_of(code, "states")
    wrong = []
    for template in CASES[code]["instead"]:
        for (denied, _), (meant, label) in zip(states, [*states[4:], *states[:4]], strict=True):
            text = filled(code, template, denied, meant)
            if read(text) != sectors([label]):
                wrong.append((text, extract_labels(text)))
    assert wrong == []


@each_language
def test_neither_of_two(code):
    states = [word for word, _ in words_of(code, "states")]
    pairs = zip(states, [*states[4:], *states[:4]], strict=True)
    texts = [filled(code, template, *pair) for pair in pairs for template in CASES[code]["neither"]]
    assert [(text, labels) for text in texts if (labels := extract_labels(text))] == []


@each_language
@pytest.mark.parametrize("form", ["{}: {}\n{}: {}", "- {}: {}\n- {}: {}", "{}: {}, {}: {}", "{} ({}), {} ({})"])
def test_yes_and_no(code, form):
    yes, no = CASES[code]["values"].split(", ")
    words = words_of(code, "names")
    wrong = []
    for (meant, label), (denied, _) in zip(words, [*words[4:], *words[:4]], strict=True):
        text = form.format(denied, no, meant, yes)
        if read(text) != sectors([label]):
            wrong.append((text, extract_labels(text)))
    assert wrong == []


def test_emoji_alone():
    assert extract_labels("😂😢") == extract_labels("😂 😢") == extract_labels("😂, 😢") == ["amused", "sad"]
