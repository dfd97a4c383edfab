"""Whatever a model answers, however long, it is read in linear time, and no text makes the rules fail.

A text of 60,000 signs takes well under a second; where one took the square of its length it took minutes. The clock is
that of the process, and the bound so far off that who else is at work does not matter.
"""

import time

import pytest

from merunibench._text import compatible
from merunibench.extraction import extract_labels
from merunibench.extraction.denials import _IN_LISTS
from merunibench.extraction.envelope import clean_answer
from merunibench.extraction.matching import _emotion_words
from merunibench.extraction.silence import looks_like
from merunibench.extraction.words import load_words

LENGTH = 60_000
SECONDS = 6

BLANKS = {
    "asides between words": "a" + "(see) " * LENGTH,
    "turns": "[INST] " * (LENGTH // 7),
    "value far off": "happy" + " \u3000" * LENGTH + "!",
    "box": "\\boxed{joy}" + "\n" * LENGTH + ".\\boxed{sad}",
    "answered": "Is he sad?" + " " * LENGTH + "x",
    "title": "# a" + " \t" * LENGTH + "x\n",
}
RUNS = {
    "dots": "." * LENGTH,
    "version": "http/" + "." * LENGTH,
    "heading behind": "a" + "#" * LENGTH + "\n",
    "title": "# a" + "#" * LENGTH + "\n" * LENGTH,
    "verdicts": "answer: a\n" * (LENGTH // 10),
    "boxes": "\\boxed{joy}" * (LENGTH // 11),
    "marks": "a" + "\u0301\u0316" * LENGTH,
    "marks of kana": "カ" + "\uff9e\u0301" * LENGTH,
    "endings": "怒って" + "い" * LENGTH,
    "prefixed": "а" * 100 + "و" * LENGTH + "حزين",
    "apologies": "I'm sorry. " * (LENGTH // 11),
    "unknown words": ", ".join(f"x{number}a" for number in range(LENGTH // 6)),
    "number of a sign": "&#" + "9" * LENGTH + ";",
}
REPEATED = (
    *("anger ", "no anger ", "no anger, ", "not the anger, the ", "no sign of ", "like anger, ", "anger is absent "),
    *("his friend is angry ", "may be angry ", "excited. ", "joy (0.5) ", "joy: yes\n", "'joy', ", "let alone anger "),
    *("不高兴", "他的朋友很生气，", "没有生气，", "对朋友", "su amigo está triste, ", "не грустный, ", "حزين، "),
    *(
        "悲しくない、",
        "슬픔, ",
        "दुखी, ",
        "n'est pas triste, ",
        "der Freund ist traurig, ",
        "-",
        "— ",
        "+",
        ": ",
        "，",
        "。",
    ),
)


def takes_little(text):
    begun = time.process_time()
    extract_labels(text)
    looks_like(text)
    return time.process_time() - begun < SECONDS


@pytest.fixture(autouse=True, scope="module")
def tables():
    """What is loaded once."""
    for text in ("He is not angry.", "他很生气。", "怒っている", "슬픔", "грустный", "حزين", "दुखी", "triste y feliz"):
        extract_labels(text)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("text", [*BLANKS.values(), *RUNS.values()], ids=[*BLANKS, *(f"run of {run}" for run in RUNS)])
def test_a_long_run(text):
    assert takes_little(text)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", REPEATED)
def test_whatever_is_repeated(piece):
    assert takes_little(piece * (LENGTH // len(piece)))


def test_a_lead_in_of_many_words():
    """All choices of three blanks among hundreds were tried."""
    assert takes_little("! " * 20 + "a " * 140 + "x" * 41 + ":\nsad")


def test_many_apologies_before_an_answer():
    assert extract_labels("I'm sorry. " * 5_000 + "He is angry.") == ["angry"]


def test_a_letter_bears_thirty_marks():
    assert compatible("q" + "\u0301" * 30) == "q" + "\u0301" * 30
    assert len(compatible("q" + "\u0301" * 31)) == 31
    assert compatible("，" * 40) == "," * 40


def test_a_number_of_no_sign():
    assert clean_answer("sad &#" + "9" * 5000 + ";").text == "sad \ufffd"


def test_no_emotion_is_a_word_that_joins():
    """`continues_denied` looks at the mention just before alone: another between would end the list."""
    for words in (_emotion_words(), load_words().cues):
        assert not [word for word in words if set(word.split()) <= _IN_LISTS]
