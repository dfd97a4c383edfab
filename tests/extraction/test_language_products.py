"""All words of the basic emotions in the files of the languages, in every list form and in frames that ascribe or deny.

The frames are written by hand: one that names the emotion, one that leads in to it, one that denies it.
"""

import json
import tomllib
from pathlib import Path
from statistics import fmean

import pytest

from merunibench.extraction import Rules, extract_labels
from merunibench.lexicon import load_lexicon
from tests.lexicon.test_languages_data import LANGUAGES, items, table

HELD_OUT = tomllib.loads((Path(__file__).parent / "held_out_languages.toml").read_text(encoding="utf-8"))
EMOTIONS = ("happy", "joyful", "sad", "angry", "fearful", "disgusted", "anxious", "proud", "lonely", "bored")
# What leads in to one or two words; what denies the two, as nouns or adjectives, whichever the language allows.
FRAMES = {
    "es": ("La persona siente: {}, {}", "No se nota ni {} ni {}."),
    "fr": ("La personne ressent : {}, {}", "On ne voit ni {} ni {}."),
    "de": ("Die Person fühlt: {}, {}", "Man sieht weder {} noch {}."),
    "pt": ("A pessoa sente: {}, {}", "Não se nota nem {} nem {}."),
    "it": ("La persona prova: {}, {}", "Non si nota né {} né {}."),
    "ru": ("Человек испытывает: {}, {}", "Не видно ни {}, ни {}."),
    "ar": ("يشعر الشخص بما يلي: {}، {}", "لا يظهر {} ولا {}."),
    "hi": ("व्यक्ति महसूस करता है: {}, {}", "न {} है, न {}।"),
    "ja": ("この人物の感情は次の通り：{}、{}", "{}も{}も見られない。"),
    "ko": ("이 인물이 느끼는 감정은 다음과 같다: {}, {}", "{}이나 {}은 느껴지지 않는다."),
    "zh": ("此人感到：{}、{}", "既没有{}，也没有{}。"),
}
SHORT = {
    "es": "Está triste.; Tiene miedo.; Siente tristeza profunda.",
    "fr": "Il est triste.; Elle a peur.; C'est la peur.; Elle s'ennuie.",
    "de": "Er ist traurig.; Sie hat Angst.; Er freut sich.; Sie langweilt sich.",
    "pt": "Ele está triste.; Tem medo.; Sente muita raiva.",
    "it": "Lei è triste.; Ha paura.; Si annoia.; È l'ansia.",
    "ru": "Ему страшно.; Ей грустно.; Мне весело.",
}
SHORT_LABELS = {
    "es": "sad fearful sad",
    "fr": "sad fearful fearful bored",
    "de": "sad fearful joyful bored",
    "pt": "sad fearful angry",
    "it": "sad fearful bored anxious",
    "ru": "fearful sad joyful",
}
# Stand for one thing in one language and for another in the next, English among them: alone they say nothing.
AMBIGUOUS = {"pena", "chagrin", "disgusto", "infeliz"}
each_language = pytest.mark.parametrize("code", LANGUAGES)


def sectors(labels):
    lexicon = load_lexicon("builtin")
    return {lexicon.sectors(label)[0] if label in lexicon else label for label in labels}


def words_of(code):
    """(Word, label): up to four words of each basic emotion, from the file itself, without phrases."""
    signs = tuple(table(code).get("forms", ()))
    found = []
    for label in EMOTIONS:
        whole = [word for word in items(table(code)["words"][label]) if " " not in word and not word.endswith(signs)]
        found += [(word, label) for word in whole[:4] if word not in AMBIGUOUS]
    return found


def pairs(code):
    """Two words of different emotions at a time."""
    words = words_of(code)
    assert len(words) >= 10
    return [(one, other) for one, other in zip(words, words[7:] + words[:7], strict=True) if one[1] != other[1]]


@each_language
@pytest.mark.parametrize("name", ["yes", "high", "medium"])
@pytest.mark.parametrize("form", ["{}: {}\n{}: {}", "- {}: {}\n- {}: {}", "{} ({}), {} ({})", "{} = {}, {} = {}"])
def test_a_value_drops_a_label_or_leaves_it(code, name, form):
    wrong = []
    for index, ((meant, label), (denied, _)) in enumerate(pairs(code)):
        yes, no = (items(table(code)["answers"][each]) for each in (name, "no"))
        text = form.format(meant, yes[index % len(yes)], denied, no[index % len(no)])
        if sectors(extract_labels(text)) != sectors([label]):
            wrong.append((text, extract_labels(text)))
    assert wrong == []


@each_language
def test_heads_before_lists_of_every_form(code):
    heads, wrong = items(table(code)["answers"]["heads"]), []
    for index, ((one, first), (other, second)) in enumerate(pairs(code)):
        head = heads[index % len(heads)]
        texts = [f"{head}: {one}, {other}", f"**{head.capitalize()}:** {one}, {other}", f"{head}：{one}、{other}"]
        texts += [json.dumps({head: [one, other]}), json.dumps([one, other]), f"{one}\n{other}"]
        wrong += [text for text in texts if sectors(extract_labels(text)) != sectors([first, second])]
    assert wrong == []


@each_language
def test_frames(code):
    said, denied = FRAMES[code]
    wrong = []
    for (one, first), (other, second) in pairs(code):
        for frame, expected in ((said, [first, second]), (denied, [])):
            text = frame.format(one, other)
            if sectors(extract_labels(text)) != sectors(expected):
                wrong.append((text, extract_labels(text)))
    assert wrong == []


@each_language
def test_none_is_no_label(code):
    assert [word for word in items(table(code)["answers"]["none"]) if extract_labels(word)] == []
    assert [word for word in items(table(code)["answers"]["none"])[:2] if str(Rules().looks_like(word)) != NONE] == []


NONE = str(Rules().looks_like("none"))


@pytest.mark.parametrize("code", SHORT)
def test_short_answers(code):
    texts = SHORT[code].split("; ")
    read = [(text, sectors(extract_labels(text))) for text in texts]
    assert read == [(text, sectors([label])) for text, label in zip(texts, SHORT_LABELS[code].split(), strict=True)]


@pytest.mark.parametrize("sign", ["'", "’"])
def test_elision(sign):
    texts = "Émotions : l'anxiété; Elle tremble d'anxiété.; Emozioni: un'ansia leggera; È preda dell'ansia."
    assert [sectors(extract_labels(text.replace("'", sign))) for text in texts.split("; ")] == [
        sectors(["anxious"])
    ] * 4


def test_each_item_of_a_mixed_list_is_read_in_its_own_language():
    expected = sectors(["happy", "angry", "sad"])
    for text in ("happy, 生气, triste", '["happy", "\\u751f\\u6c14", "triste"]', "- happy\n- 生气\n- triste"):
        assert sectors(extract_labels(text)) == expected


def test_an_english_answer_that_quotes_a_foreign_word_is_english():
    assert extract_labels('She looks calm while the man says "triste" to her.') == ["calm"]


def test_held_out_answers():
    cases = [case for listed in HELD_OUT.values() for case in listed]
    assert len(cases) == 60
    assert fmean(sectors(extract_labels(text)) == sectors(labels) for text, labels in cases) >= 0.95
