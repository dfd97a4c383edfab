"""The audit's rule for phrases: what words, denials and pretences make of one, and whether a lexicon agrees."""

import pytest

from merunibench.lexicon import audit_lexicon, compile_lexicon, load_wheels
from merunibench.lexicon.critique.phrases import valence_of_phrase


@pytest.mark.parametrize(
    ("phrase", "valence"),
    [
        ("bitter smile", -1),
        ("sigh of relief", 1),
        ("crying with joy", 1),
        ("losing confidence", -1),
        ("unfulfilled expectations", -1),
        ("lack of fear", 1),
        ("anything but happy", -1),
        ("not very happy", -1),
        ("angry-like", -1),
        ("stress_free", 1),
        ("easing tension", 1),
        ("feigned anger", 0),
        ("fear of success", -1),
        ("cautious optimism", 1),
        # not judged: one word, several, brackets, what the concept table decides, words of no polarity
        ("angry", None),
        ("happy and sad", None),
        ("happy/sad", None),
        ("sad (not angry)", None),
        ("lack of concern", None),
        ("table top", None),
    ],
)
def test_what_the_words_say(phrase, valence):
    assert valence_of_phrase(phrase) == valence


def test_a_lexicon_that_says_the_reverse_is_found():
    placement = [{"losing confidence": "happy", "fake joy": "happy", "bitter smile": "mad"}, *[{}] * 4]
    sectors = {level: [wheel.sector_names(level) for wheel in load_wheels()] for level in (1, 2)}
    lexicon = compile_lexicon("mine", {1: placement, 2: [{}] * 5}, sectors, {})
    found = [each for each in audit_lexicon(lexicon).findings if each.rule == "phrase"]
    assert [(each.word, each.wheel, each.found) for each in found] == [
        ("fake joy", 1, "happy"),
        ("losing confidence", 1, "happy"),
    ]
    assert found[1].reason == "its words make it an unpleasant feeling; this sector is a pleasant one"
