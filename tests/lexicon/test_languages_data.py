"""The table of emotion words in other languages (`emotion_wheels/languages`): complete, and without contradiction."""

import tomllib
import unicodedata
from itertools import product
from pathlib import Path

import pytest

from merunibench.languages import label_of, load_language
from merunibench.lexicon import load_lexicon

FOLDER = Path(__file__).parents[2] / "emotion_wheels"
LANGUAGES = ("ar", "de", "es", "fr", "hi", "it", "ja", "ko", "pt", "ru", "zh")
LATIN = ("de", "es", "fr", "it", "pt")
POLARITIES = {"positive", "negative", "neutral"}
GRAMMAR = {"negators", "denied_after", "not_negators", "degrees", "reach", "boundaries", "joins", "others", "main"}
ANSWERS = {"heads", "none", "refusals", "yes", "no", "high", "medium", "low"}

# The words everybody knows, in this order.
BASIC = (
    *("happy", "joyful", "sad", "angry", "fearful", "surprised", "disgusted"),
    *("anxious", "disappointed", "calm", "proud", "lonely", "bored", "neutral"),
)
EVERYDAY = {
    "ar": "سعيدة فرح الحزن غاضبة الخوف متفاجئ الاشمئزاز|اشمئزاز قلق خيبة هادئ فخور وحيدة ملل محايد",
    "de": "glückliche Freude traurig wütend Angst überrascht Ekel "
    "besorgt enttäuscht ruhig stolz einsam gelangweilt neutral",
    "es": "felices alegría triste enojada miedo sorprendido asco "
    "ansiedad decepcionada tranquilo orgullo soledad aburrida neutral",
    "fr": "heureuse joie tristesse colère peur surprise dégoût anxiété déçue calme fière solitude ennui neutre",
    "hi": "खुश आनंद उदास गुस्सा डर आश्चर्य घृणा बेचैन निराश शांत गर्व अकेला ऊब तटस्थ",
    "it": "felici gioia tristezza arrabbiata paura sorpreso disgusto "
    "ansia deluso tranquilla fiero solitudine noia neutrale",
    "ja": "嬉しい 喜び 悲しい 怒り 恐怖 驚き 嫌悪 不安 失望 落ち着き 誇り 孤独 退屈 中立",
    "ko": "행복 기쁨 슬픔 분노 두려움 놀람 혐오 불안 실망 차분 자부심 외로움 지루함 중립",
    "pt": "feliz alegria triste raiva medo surpresa nojo ansiedade decepcionado calmo orgulho solidão tédio neutro",
    "ru": "счастье радость грустный злится страх удивление отвращение "
    "тревога разочарована спокойно гордость одинокий скука нейтральное",
    "zh": "開心 欢乐 傷心 憤怒 恐懼 驚訝 厌恶 焦慮 失望 平靜 自豪 孤獨 無聊 中立",
}

# Words of the wheels whose words in other languages are those of another label: a noun beside its adjective, a synonym.
STANDS_UNDER = {
    "acceptance": "accepted",
    "anger": "angry",
    "astonished": "amazed",
    "avoidance": "avoiding",
    "awestruck": "awe",
    "brave": "courageous",
    "care": "caring",
    "delightful": "delighted",
    "detest": "loathing",
    "detestable": "disgusted",
    "disgust": "disgusted",
    "don’t care": "indifferent",
    "fascinating": "fascinated",
    "fear": "fearful",
    "frightened": "scared",
    "grossed out": "disgusted",
    "in awe": "awe",
    "infuriated": "furious",
    "joy": "joyful",
    "left out": "excluded",
    "let down": "disappointed",
    "love": "loving",
    "mad": "angry",
    "nauseous": "nauseated",
    "not good enough": "inadequate",
    "not heard": "misunderstood",
    "noticed": "appreciated",
    "present": "aware",
    "rage": "furious",
    "relief": "relieved",
    "repelled": "aversion",
    "revolted": "disgusted",
    "sceptical": "skeptical",
    "sensuous": "aroused",
    "shook": "shocked",
    "thankful": "grateful",
    "unsafe": "insecure",
    "unsettled": "uneasy",
    "valuable": "valued",
}


def table(code):
    return tomllib.loads((FOLDER / "languages" / f"{code}.toml").read_text(encoding="utf-8"))


def items(text):
    return [item.strip() for item in text.split(",")]


def forms(word, signs):
    """The forms of a word: a sign at the end of one of its parts stands for each of the patterns, `-` for the part."""
    parts = word.split(" ")
    for place, part in enumerate(parts):
        if len(part) > 1 and part[-1] in signs:
            fillings = [pattern.replace("-", part[:-1]) for pattern in items(signs[part[-1]])]
            return [" ".join([*parts[:place], filling, *parts[place + 1 :]]) for filling in fillings]
    return [word]


def folded(word, reading):
    for sign in items(reading.get("drop", "")):
        word = word.replace(sign, "") if sign else word
    for pair in items(reading.get("fold", "")):
        word = word.replace(pair[:1], pair[1:]) if pair else word
    return word


def labelled(data, sections=("words", "doubtful")):
    """Every form with the places where it stands: `(section, label)`."""
    found = {}
    for section in sections:
        for label, words in data[section].items():
            for word in items(words):
                for form in forms(word, data.get("forms", {})):
                    found.setdefault(folded(form, data["reading"]), set()).add((section, label))
    return found


def wheel_words():
    words = set()
    for path in FOLDER.glob("wheel*.toml"):
        for sector, inner in tomllib.loads(path.read_text(encoding="utf-8"))["sectors"].items():
            words |= {sector, *inner, *(word for outer in inner.values() for word in outer)}
    return words


def test_every_language_is_there():
    assert sorted(path.stem for path in (FOLDER / "languages").glob("*.toml")) == sorted([*LANGUAGES, "emoji"])


@pytest.mark.parametrize("code", [*LANGUAGES, "emoji"])
def test_labels_are_known_and_words_have_one(code):
    data, lexicon = table(code), load_lexicon("builtin")
    labels = {*data["words"], *data["doubtful"], *data.get("cues", {})}
    assert [label for label in labels - POLARITIES if label not in lexicon] == []
    places = labelled(data)
    assert {word: where for word, where in places.items() if len(where) > 1} == {}
    if "cues" in data:
        cues = labelled(data, ["cues"])
        assert {word: where for word, where in cues.items() if len(where) > 1 or word in places} == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_enough_labels_and_words(code):
    data = table(code)
    assert len({*data["words"], *data["doubtful"]}) >= 100
    assert sum(section == "words" for where in labelled(data).values() for section, _ in where) >= 250
    assert set(data["words"]) >= {"happy", "sad", "angry", "fearful", "surprised", "disgusted", "calm", *POLARITIES}


@pytest.mark.parametrize("code", LANGUAGES)
def test_everyday_words(code):
    """By sector: a language need not tell worried from anxious where English does."""
    data, sectors = table(code), load_lexicon("builtin").sectors
    places = labelled(data, ["words"])
    for label, word in zip(BASIC, EVERYDAY[code].split(), strict=True):
        found = [name for part in word.split("|") for _, name in places.get(folded(part.lower(), data["reading"]), ())]
        assert found, (label, word)
        assert {name if name in POLARITIES else sectors(name)[0] for name in found} == {
            label if label in POLARITIES else sectors(label)[0]
        }, (label, word, found)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_word_of_the_wheels_is_accounted_for(code):
    data = table(code)
    labels = {*data["words"], *data["doubtful"]}
    untranslated = dict(data["untranslated"])
    none = set(items(untranslated.pop("none")))
    assert not labels & (none | set(untranslated))
    assert set(untranslated.values()) <= labels
    accounted = labels | none | set(untranslated)
    wheels = wheel_words()
    assert none | set(untranslated) <= wheels
    assert {word for word in wheels if STANDS_UNDER.get(word, word) not in accounted and word not in accounted} == set()
    assert len(none) <= 30


@pytest.mark.parametrize("code", LANGUAGES)
def test_form(code):
    data = table(code)
    assert set(data["grammar"]) - {"complementizers"} == GRAMMAR
    assert set(data["answers"]) == ANSWERS
    lists = [*data["words"].values(), *data["doubtful"].values(), *data["cues"].values(), *data["grammar"].values()]
    for text in [*lists, *(data["answers"][name] for name in ANSWERS)]:
        assert all(items(text)), text
        assert text == unicodedata.normalize("NFC", text) or code in {"hi", "ar"}, text
        assert text == text.lower() or code == "ja", text
    signs = set(data.get("forms", {}))
    assert [word for word in labelled(data, ["words", "doubtful", "cues"]) if signs & set(word)] == []
    if code in LATIN:
        assert len(set(items(data["reading"]["function"]))) >= 40


def test_chinese_has_both_scripts():
    data = table("zh")
    traditional = {pair[0]: pair[1:] for pair in items(data["reading"]["traditional"])}
    missing = []
    for section in ("words", "doubtful"):
        for label, words in data[section].items():
            known = set(items(words))
            for word in known:
                if not {"".join(signs) for signs in product(*(traditional.get(sign, sign) for sign in word))} & known:
                    missing.append((section, label, word))
    assert missing == []
    assert len(traditional) >= 200


def test_emoji():
    data = table("emoji")
    signs = labelled(data)
    assert len(signs) >= 120
    dropped = set(items(table("emoji")["reading"]["drop"]))
    assert [sign for sign in signs if dropped & set(sign)] == []


def test_no_word_in_latin_script_is_passed_over_by_how_it_ends():
    languages = [load_language(code) for code in LATIN]
    assert not any(one.endings or one.prefixes or one.fold for one in languages)
    led = ["une ", "l'", "UN ", "muy  ", "sehr "]
    words = [word for one in languages for word in (*one.words, *one.doubtful)][::7]
    for text in (lead + word for word in words for lead in ("", *led[len(word) % 5 :][:1])):
        labels = {label for one in languages if (label := one.label_of(text))}
        assert label_of(text) == (labels.pop() if len(labels) == 1 else None)
