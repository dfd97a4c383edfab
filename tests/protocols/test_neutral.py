"""Version 2 of the strict protocol: `neutral` in all its spellings, joined labels by their parts; version 1 stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.evaluation import evaluate
from merunibench.kinds import NEUTRAL
from merunibench.labels import LabelLists
from merunibench.lexicon import load_lexicon
from merunibench.protocols import NEUTRAL_BIT, PROTOCOLS, protocol_signed
from merunibench.protocols.elements import element_sets
from merunibench.protocols.neutral import are_neutral, numbers_of_parts, says_neutral
from merunibench.signature import Signature
from merunibench.words import Words
from tests.scoring.small import scored

LEXICON = load_lexicon("builtin")
SPELLINGS = [
    *(
        "neutral",
        "Neutral.",
        '"neutral"',
        "neutral tone",
        "neutral expression",
        "Neutrality",
        "no emotion",
        "none",
        "N/A",
    ),
    *(
        "中性",
        "无情绪",
        "中立",
        "ニュートラル",
        "중립",
        "нейтрально",
        "محايد",
        "neutre",
        "neutro",
        "😐",
        "keine Emotion",
    ),
    *("No clear emotion", "without any emotion", "mostly neutral", "neutral_expression", "not applicable", "aucune"),
]
OTHERS = [
    "calm",
    "not neutral",
    "non-neutral",
    "neutralised threat",
    "happy",
    "no fear",
    "xylophone",
    "开心",
    "nonesuch",
]
MORE_SPELLINGS = """
N.A.; n / a; None of the above; NEUTRALS; ｎｅｕｔｒａｌ; [“neutral”]; 「中性」; *Neutral*; 1. neutral;
neutral (80%); neutral=1; Emotion: Neutral; emotion: none; the emotion is neutral; facial expression neutral;
neutral tone of voice; neutral stance; no emotion at all; no emotion is detected; no emotional response;
no facial expression; without any visible emotion; neutral (no emotion); neutral, none; neutral 😐; 😶;
कोई भावना नहीं; कोई भावना नहीं।; 무감정; senza emozione; neutraal; nötr; trung tính; เป็นกลาง; ουδέτερος;
нейтральний
"""
MORE_OTHERS = """
nothing but joy; nothing but anger; none but joy; anything but neutral; all but neutral; none too happy;
no longer sad; no longer neutral; far from neutral; never neutral; neutral to happy; neutralized; nonchalant;
no joy; no face; no voice; no attitude; lack of manners; no emotional support; no feelings of joy;
nothing to lose; feeling nothing; no doubt; 非中性; 无聊; emotion; emotional; happy (80%); happy (smiling); no
"""
MELD = {"a": "neutral", "b": "joy", "c": "sadness", "d": "neutral", "e": "anger"}


def sets(truth, predicted, version=2):
    lists = map(LabelLists.from_fields, (truth, predicted))
    return element_sets(*lists, np.ones(len(truth), bool), LEXICON, 1, version)


def names_neutral(predicted, version=2):
    return ((sets([["sad"]] * len(predicted), predicted, version)[1].sectors & NEUTRAL_BIT) != 0).all(axis=0).tolist()


@pytest.mark.parametrize("label", SPELLINGS)
def test_a_spelling_of_neutral_is_neutral_and_nothing_else(label):
    truth, predicted = sets([["neutral"]], [[label]])
    assert (predicted.sectors == NEUTRAL_BIT).all()
    assert predicted.words_of(0) == []
    assert (truth.common(predicted) == 1).all()


def test_further_spellings_of_neutral():
    labels = [label.strip() for label in MORE_SPELLINGS.split(";")]
    _, predicted = sets([["neutral"]] * len(labels), [[label] for label in labels])
    assert [label for label, mask in zip(labels, predicted.sectors[0], strict=True) if mask != NEUTRAL_BIT] == []
    assert not len(predicted.words)
    assert set(numbers_of_parts(Words.of([label.lower() for label in labels]), LEXICON).tolist()) == {1}


def test_what_only_looks_like_neutral():
    labels = [label.strip() for label in MORE_OTHERS.split(";")]
    assert [
        label for label, named in zip(labels, names_neutral([[label] for label in labels]), strict=True) if named
    ] == []


@pytest.mark.parametrize("label", OTHERS)
def test_other_words_are_not_neutral(label):
    assert names_neutral([[label]]) == [False]


@pytest.mark.parametrize("label", SPELLINGS)
def test_a_constant_spelling_scores_0_and_is_right_on_neutral_truths(label):
    constant = scored("meld", {key: [label] for key in MELD}, MELD, protocol="strict")
    assert constant.score == 0
    assert constant.uncorrected == pytest.approx(1 / 4)
    fine = {"a": "[neutral]", "b": "[happy, sad]", "c": "[]"}
    constant = scored("ovmerdplus", {key: [label] for key in fine}, fine, protocol="strict")
    assert constant.score == 0
    assert constant.metrics["precision"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("label", SPELLINGS)
def test_a_perfect_answer_scores_1_however_it_says_neutral(label):
    answers = {name: [label if word == "neutral" else word] for name, word in MELD.items()}
    assert scored("meld", answers, MELD, protocol="strict").score == pytest.approx(1)


def test_neutral_keeps_its_place_beside_other_labels():
    assert names_neutral([["neutral/calm"], ["calm", "Neutral."], ["calm and neutral"], ["calm/happy"]]) == [
        *(True, True, True, False)
    ]
    ways = [["neutral", "calm"], ["neutral/calm"], ["Neutral (calm)"]]
    _, predicted = sets([["sad"]] * 3, ways)
    assert predicted.sizes().tolist() == [[2] * 3] * 5
    assert names_neutral([["calm (neutral)"], ["slightly sad, mostly neutral"]]) == [True, True]


def test_an_empty_true_list_is_neutral_even_where_others_say_neutral():
    """Such a list becomes `[neutral]`, and the vocabulary then holds this word twice."""
    truth = LabelLists.from_fields([["neutral"], [], ["sad"], []]).replace_empty(["neutral"])
    predicted = LabelLists.from_fields([["neutral"]] * 4)
    counted = {}
    for version in (1, 2):
        true, guess = element_sets(truth, predicted, np.ones(4, bool), LEXICON, 1, version)
        counted[version] = true.common(guess)[0].tolist()
    assert counted == {1: [1, 0, 0, 0], 2: [1, 1, 0, 1]}


def test_stuffing_one_label_counts_its_parts():
    label = "happy/sad/angry"
    assert numbers_of_parts(Words.of([label, "n/a", "sad", "happy and sad", label + "/happy"]), LEXICON).tolist() == [
        *(3, 1, 1, 2, 3)
    ]
    results = {each: scored("meld", {key: [label] for key in MELD}, MELD, protocol=each) for each in PROTOCOLS}
    assert {name: each.labels_per_sample for name, each in results.items()} == {
        "official": 1,
        "strict": 3,
        "strict@1": 1,
    }
    assert all(any("join 3 words or more" in remark for remark in each.remarks) for each in results.values())


def test_unknown_parts_of_a_joined_label_are_wrong_words():
    _, predicted = sets([["sad"]] * 3, [["sad/xylophone"], ["sad", "xylophone"], ["xylophone/spoon"]])
    assert [predicted.words_of(sample) for sample in range(3)] == [["xylophone"], ["xylophone"], ["xylophone", "spoon"]]
    _, before = sets([["sad"]], [["sad/xylophone"]], version=1)
    assert before.words_of(0) == []


@given(st.lists(st.sampled_from([*SPELLINGS, *OTHERS, "neutral/calm", ""]), max_size=8))
def test_labels_are_read_at_once_as_they_are_one_by_one(labels):
    """The pattern that picks out who may say `neutral` misses none."""
    words = Words.of([label.lower() for label in labels])
    alone = [word == NEUTRAL or (says_neutral(word) and word not in LEXICON) for word in words]
    assert are_neutral(words, LEXICON).tolist() == alone


def test_version_1_stays_available_and_knows_neutral_as_this_word_alone():
    assert names_neutral([["neutral"], ["neutral."], ["none"], []], version=1) == [True, False, False, True]
    answers = {name: ["neutral tone" if word == "neutral" else word] for name, word in MELD.items()}
    first, second = (scored("meld", answers, MELD, protocol=name) for name in ("strict@1", "strict"))
    assert first.score < second.score == pytest.approx(1)
    assert [each.signature.protocol for each in (first, second)] == ["strict@1", "strict@2"]


@pytest.mark.parametrize("label", ["😀", "😢😭", "❤️", "🚗", "✨", "🤷🏽‍♂️"])
def test_an_emoji_that_is_not_neutral_is_no_empty_list(label):
    """Version 1 still leaves out what has no letter, and reads the empty list as `neutral`."""
    _, predicted = sets([["neutral"]], [[label]])
    assert predicted.words_of(0) == ([] if label in LEXICON else [label])
    assert names_neutral([[label], ["😐", label], [label, "neutral"]]) == [False, True, True]
    assert names_neutral([[label]], version=1) == [True]
    constant, before = (
        scored("meld", {key: [label] for key in MELD}, MELD, protocol=name) for name in ("strict", "strict@1")
    )
    assert constant.score == 0
    assert constant.uncorrected == 0 or label in LEXICON
    assert before.uncorrected == pytest.approx(1 / 4)


def test_signatures_without_a_version_are_those_of_version_1():
    signature = str(scored("meld", {key: ["joy"] for key in MELD}, MELD, protocol="strict@1").signature)
    before = signature.replace("protocol:strict@1", "protocol:strict")
    assert str(Signature.parse(before)) == signature
    assert protocol_signed(Signature.parse(before).protocol) is PROTOCOLS["strict@1"]


def test_an_unknown_version_is_refused():
    with pytest.raises(InputError, match="strict@1"):
        evaluate({"meld": []}, {"meld": MELD}, protocol="strict@7")
