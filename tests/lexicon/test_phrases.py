"""Phrases are read by what they mean: a bitter smile is no joy, lost hope no hope, a feigned one nothing."""

import tomllib
from pathlib import Path

import pytest

from merunibench.lexicon import load_lexicon
from merunibench.lexicon.critique.evidence import valence

PHRASES = {
    f"{name}: {cause}": phrases
    for name in (
        "phrases",
        "held_out_phrases",
        "further_phrases",
        "fourth_phrases",
        "fifth_phrases",
        "sixth_phrases",
        "seventh_phrases",
        "eighth_phrases",
    )
    for cause, phrases in tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8")).items()
}
LEXICON = load_lexicon("builtin")


def felt(phrase):
    """What most sectors of its words say of a phrase."""
    sectors = [sector for word in LEXICON.words_of(phrase) for sector in LEXICON.sectors(word)]
    values = [valence(sector) for sector in sectors if sector is not None]
    pleasant, unpleasant = (sum(value == sign for value in values) for sign in (1, -1))
    if not values:
        return "none"
    return "pleasant" if pleasant > unpleasant else "unpleasant" if unpleasant > pleasant else "either"


@pytest.mark.parametrize("cause", PHRASES)
def test_no_phrase_flips_its_valence(cause):
    wrong = {phrase: felt(phrase) for phrase, right in PHRASES[cause].items() if felt(phrase) not in right.split(", ")}
    assert not wrong


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        ("surprise (pleasant)", "pleasant surprise"),
        ("joyfully surprised", "pleasantly surprised"),
        ("blissfully unaware", "blissfully"),
        ("positively furious", "furious"),
        ("desire for approval", "longing"),
        ("craving love", "longing"),
        ("desire to help", "desire"),
        ("little joy", "unhappy"),
        ("a little joy", "joy"),
        ("little sad", "sad"),
        ("little to no joy", "unhappy"),
        ("painful love", "painful"),
        ("under-confident", "unconfident"),
        ("underconfident", "unconfident"),
        ("under stress", "under stress"),
        ("chilling laugh", "chilling"),
        ("bitter smile", "bitter"),
        ("sigh of relief", "relief"),
        ("beside herself with worry", "worry"),
        ("losing hope", "hopeless"),
        ("sad (not angry)", "sad"),
        ("surprise (positive)", "positive surprise"),
        ("under immense pressure", "under pressure"),
        ("anything but happy", "unhappy"),
        ("nothing but joy", "joy"),
        ("desire for revenge", "revenge"),
        ("feel like crying", "crying"),
        ("values-driven", "driven"),
        ("laughing (bitter)", "bitter"),
        ("tears (of gratitude)", "gratitude"),
        ("tears of laughter", "laughter"),
        ("joy-free", "unhappy"),
        ("a lot of anger", "anger"),
        ("rarely happy", "unhappy"),
        ("sarcastic joy", "sarcastic"),
        ("joy (sarcastic tone)", "sarcastic"),
        ("sarcastic anger", "anger"),
        ("laughing to hide pain", "pain"),
        ("shaking with laughter", "laughter"),
        ("more sad than happy", "sad"),
        ("less angry than disappointed", "disappointed"),
        ("not yet happy", "unhappy"),
        ("hope (fading)", "hopeless"),
        ("happy (not really)", "unhappy"),
        ("not (happy)", "unhappy"),
        ("happy (not sad)", "happy"),
        ("lost in joy", "joy"),
        ("very little joy", "unhappy"),
        ("fear-like state", "fear"),
    ],
)
def test_the_word_that_counts(phrase, word):
    assert LEXICON.words_of(phrase) == (word,)


def test_both_of_two_stand_for_a_label():
    assert LEXICON.words_of("either happy or sad") == ("happy", "sad")
    assert LEXICON.words_of("neither happy nor sad") == ()


def test_a_label_of_thousands_of_words_takes_no_time():
    assert LEXICON.words_of("neither " * 200_000 + "happy") == ()
