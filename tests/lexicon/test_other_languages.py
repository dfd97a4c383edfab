"""A label in another language, or an emoji, counts as its English word does, by either protocol."""

import tomllib
from pathlib import Path

import pytest

from merunibench import evaluate
from merunibench.languages import LANGUAGES
from merunibench.lexicon import load_lexicon

WORDS = {
    code: [(word.strip(), label) for label, words in labels.items() for word in words.split(",")]
    for code, labels in tomllib.loads(
        Path(__file__).with_name("other_languages.toml").read_text(encoding="utf-8")
    ).items()
}
LEXICON = load_lexicon("builtin")


def test_every_language_has_twenty_words():
    assert WORDS.keys() == {*LANGUAGES, "emoji"}
    assert {code: len(words) for code, words in WORDS.items() if len(words) < 20 - 10 * (code == "emoji")} == {}


@pytest.mark.parametrize("code", WORDS)
def test_sectors_of_the_english_word(code):
    wrong = {
        word: (LEXICON.words_of(word), label)
        for word, label in WORDS[code]
        if LEXICON.sectors(word) != LEXICON.sectors(label)
    }
    assert wrong == {}


@pytest.mark.parametrize("protocol", ["official", "strict"])
@pytest.mark.parametrize("code", WORDS)
def test_scores_of_the_english_word(protocol, code):
    english, other = (
        evaluate(
            {"ovmerd": {str(number): [pair[side]] for number, pair in enumerate(WORDS[code])}},
            {"ovmerd": {str(number): [label] for number, (_, label) in enumerate(WORDS[code])}},
            protocol=protocol,
            bootstrap=0,
        )["ovmerd"].score
        for side in (1, 0)
    )
    assert other == english == pytest.approx(1)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("开心和难过", ("happy", "sad")),
        ("喜悦、兴奋", ("happy", "excited")),
        ("非常悲伤和愤怒", ("sad", "angry")),
        ("不开心", ("unhappy",)),
        ("没有信心", ()),
        ("😂😢", ("amused", "sad")),
        ("高兴 / very sad", ("happy", "sad")),
        ("😀/sad", ("happy", "sad")),
        ("déçu/triste", ("disappointed", "sad")),
        ("温和", ("kind",)),
        ("무감정", ()),
        ("桌子", ()),
        ("mesa", ()),
        ("🚗", ()),
    ],
)
def test_several_denied_and_unknown(label, words):
    assert LEXICON.words_of(label) == words
