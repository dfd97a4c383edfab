"""The numbers of the rules, each held by texts that are read otherwise under another number: docs/extraction.md."""

import pytest

from merunibench.extraction import extract_labels, polarity


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("He is sad. Therefore, he is angry.", ["sad", "angry"]),  # 1 is more than 0.35 of 2.5
        ("He may be sad. Therefore, he is angry.", ["angry"]),  # 0.6 is less
        ("He may be sad, and he is angry.", ["sad", "angry"]),  # 0.6 is more than 0.35 of 1
    ],
)
def test_a_hedged_mention_gives_way_to_a_conclusion_alone(text, labels):
    assert extract_labels(text) == labels


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("He seems tense. Therefore, he is angry.", ["angry"]),  # 0.5 is less than 0.35 of 2.5
        ("He seems tense, and he is sad.", ["tense", "sad"]),
        ("He is in a sad situation, and he is angry.", ["angry"]),  # what happens: 0.1
        ("He is in a sad situation.", ["sad"]),
    ],
)
def test_a_vague_word_gives_way_to_a_conclusion_and_a_situation_to_anything(text, labels):
    assert extract_labels(text) == labels


@pytest.mark.parametrize(
    ("between", "labels"),
    [
        ("", []),
        ("look all that ", []),
        ("seem to be in any way at all particularly ", []),
        ("come to the house of the man with the hat ", []),
        ("come to the house of the man with the big hat ", ["angry"]),
    ],
)
def test_a_denial_reaches_over_ten_words_at_most(between, labels):
    assert extract_labels(f"She did not {between}angry.") == labels


def test_a_denial_reaches_on_from_each_word_of_a_list():
    assert extract_labels("He is not angry, sad, scared, worried, ashamed, jealous, lonely, or bored; he is calm.") == [
        "calm"
    ]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("His voice is excited. He is angry. He is scared.", ["excited", "angry", "scared"]),
        ("His voice is excited. He stands. He is angry. He is scared.", ["angry", "scared"]),
        ("His voice is excited. He stands. He may be angry. He sits.", ["excited", "angry"]),  # weighs 0.6, not 1
        ("His voice is excited. He is happy. He is angry. He is scared.", ["excited", "happy", "angry", "scared"]),
    ],
)
def test_an_excited_voice_gives_way_in_four_sentences_to_as_much_that_is_unpleasant(text, labels):
    assert extract_labels(text) == labels


@pytest.mark.parametrize(("form", "between"), [("{}", ", "), ("- {} (as it sounds)", "\n")])
def test_a_list_is_one_if_half_of_it_is_known(form, between):
    def read(*words):
        return extract_labels(between.join(map(form.format, words)))

    assert read("sad", "table") == ["sad", "table"]
    assert read("sad", "table", "angry", "chair") == ["sad", "table", "angry", "chair"]
    assert read("sad", "table", "chair") == ["sad"]  # as a description: of what it names, the emotions


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["calm"], "positive"),  # 0.2 is more than the dead zone of 0.1
        (["calm", "surprised"], "neutral"),  # 0.1 is not
        (["calm", "sad"], "negative"),
        (["excited", "surprised"], "positive"),
        (["excited", "excited", "excited", "sad", "angry"], "neutral"),  # 3 * 0.75 - 2, of five
        (["happy", "sad"], "negative"),  # even: the bad weighs more
        (["happy", "excited", "sad"], "positive"),
    ],
)
def test_calm_and_excitement_are_faintly_pleasant(labels, expected):
    assert polarity(labels) == expected
