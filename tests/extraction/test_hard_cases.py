"""Hard answers of the kinds that models give: how many are read right, and that no wrapping changes what is read.

The cases are in `hard_cases.toml`. As many that no rule was written to are held out, with wrappers of their own: what
fails there is counted, and no message shows it.
"""

import json
import re
import tomllib
from pathlib import Path
from statistics import fmean

import pytest

from merunibench import evaluate
from merunibench.extraction import Rules, extract_labels, polarity
from merunibench.extraction.llm.questions import listed_labels, named_polarity
from merunibench.lexicon import load_lexicon


def table(name):
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


CASES = {name: table(name) for name in ("hard_cases", "held_out_cases")}
WRAPPERS, HELD_OUT_WRAPPERS = table("wrappers")["wrapper"], table("held_out_wrappers")["wrapper"]
LISTS = {text: labels for text, labels in table("cases")["lists"] if labels}
"""Every form of a list that is no empty answer."""


def concept(label):
    """The concept of a label, or the label itself: another word of one concept of the builtin lexicon is as right."""
    lexicon = load_lexicon("builtin")
    return next((lexicon.fallback.concept_of(word) for word in lexicon.words_of(label)[:1]), None) or label


def is_right(text, expected):
    found, labels = extract_labels(text), [label for label in expected.split(", ") if label]
    return len(found) == len(labels) and set(map(concept, found)) == set(map(concept, labels))


def polarity_of(text):
    labels = extract_labels(text)
    return polarity(labels) if Rules().knows(labels) else "none"


def verdict(text):
    try:
        return named_polarity(text)
    except ValueError:
        return "none"


def listed(text):
    try:
        return ", ".join(listed_labels(text))
    except ValueError:
        return "FAILED"


READERS = {"polarity": polarity_of, "verdicts": verdict, "reader_labels": listed}


# By name, so that a failure shows none of the cases.
HALVES = pytest.mark.parametrize(("half", "floor"), [("hard_cases", 0.97), ("held_out_cases", 0.80)])


@HALVES
def test_hard_answers(half, floor):
    results = [is_right(*case) for kind, cases in CASES[half].items() if kind not in READERS for case in cases]
    assert len(results) >= 100
    assert fmean(results) >= floor


@pytest.mark.parametrize(("text", "expected"), [case for cases in table("further_cases").values() for case in cases])
def test_answers_that_were_seen_to_be_read_wrongly(text, expected):
    assert is_right(text, expected)


@HALVES
@pytest.mark.parametrize("kind", READERS)
def test_polarities_verdicts_and_what_a_reader_lists(half, floor, kind):
    read = READERS[kind]
    reached = fmean(read(text) == expected for text, expected in CASES[half][kind])
    assert reached >= floor


def test_no_label_holds_a_sign_of_markup():
    texts = [
        text for half in CASES.values() for kind, cases in half.items() if kind not in READERS for text, _ in cases
    ]
    assert not [
        label for text in texts for label in extract_labels(text) if re.search(r"[{}\[\]<>\":=|%~*#\\\d]", label)
    ]


def suits(wrapper, text):
    return wrapper.get("only") != "one line" or "\n" not in text


def wrapped(wrapper, text):
    return wrapper["template"].replace("{answer}", text)


def changed(wrapper):
    """The lists that give other labels within a wrapper than bare."""
    return [
        text
        for text in LISTS
        if suits(wrapper, text) and extract_labels(wrapped(wrapper, text)) != extract_labels(text)
    ]


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda wrapper: wrapper["name"])
def test_every_wrapper_around_every_list_changes_nothing(wrapper):
    assert changed(wrapper) == []


def test_wrappers_that_no_rule_was_written_to():
    unchanged = sum(not changed(wrapper) for wrapper in HELD_OUT_WRAPPERS)
    assert unchanged >= len(HELD_OUT_WRAPPERS) - 1


HANDFUL = [wrapper for wrapper in WRAPPERS if "only" not in wrapper][::6]


@pytest.mark.parametrize("release", ["builtin", "mer2025"])
def test_wrapped_lists_score_as_their_labels_do(release, request, tmp_path):
    """Under an official release too: the builtin lexicon forgives what is left on a label."""
    lexicon = release
    if release != "builtin":
        lexicon = load_lexicon(request.getfixturevalue("shared") / "official" / "emotion_wheel" / release)
    rows = [(wrapped(wrapper, text), labels.split(", ")) for wrapper in HANDFUL for text, labels in LISTS.items()]
    truth = {f"clip{number}": labels for number, (_, labels) in enumerate(rows)}
    scores = []
    for answers in ([{"text": text} for text, _ in rows], [{"labels": labels} for _, labels in rows]):
        path = tmp_path / "ovmerdplus.jsonl"
        lines = [json.dumps({"name": name} | answer) for name, answer in zip(truth, answers, strict=True)]
        path.write_text("\n".join(lines), encoding="utf-8")
        scores.append(evaluate(path, {"ovmerdplus": truth}, lexicon=lexicon, bootstrap=0)["ovmerdplus"].score)
    assert len(rows) >= 250
    assert scores[0] == scores[1] > 0.5
