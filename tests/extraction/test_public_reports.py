"""Forms of answers that went wrong in public reports of other tools, each with every basic emotion in it.

`{}` is the emotion; what else the answer names is in its labels too. Official releases know nothing of what the builtin
lexicon forgives, so scores are compared under one as well.
"""

import gc
import json
import time
import tomllib
from pathlib import Path

import pytest

from merunibench import evaluate
from merunibench.extraction import Rules, extract_labels, polarity
from merunibench.extraction.llm.questions import listed_labels, named_polarity
from merunibench.lexicon import load_lexicon

EMOTIONS = ("happy", "angry", "sad", "surprised", "scared", "disgusted")
TWO = ("{}", "calm")
ONE = ("{}",)
CASES = {
    # Wrapped.
    "box": ("<think>A raised brow, angry?</think><answer><|begin_of_box|>{}, calm<|end_of_box|></answer>", TWO),
    "box alone": ("<|begin_of_box|>{}<|end_of_box|>", ONE),
    "boxed": (r"The dominant emotion is \boxed{{{}}}.", ONE),
    "boxed text": (r"So, in the end, $\boxed{{\text{{{}}}}}$", ONE),
    "two boxes": (r"First \boxed{{bored}}? No: \boxed{{{}}}", ONE),
    "THINK": ("[THINK]The voice trembles, so lonely or proud?[/THINK]{}", ONE),
    "triangles": ("◁think▷Perhaps he is bored.◁/think▷{}, calm", TWO),
    "harmony": ("<|channel|>analysis<|message|>bored?<|end|><|start|>assistant<|channel|>final<|message|>{}", ONE),
    "ChatML": ("<|im_start|>assistant\n{}<|im_end|>", ONE),
    "headers": ("<|start_header_id|>assistant<|end_header_id|>\n\n{}<|eot_id|>", ONE),
    "invented turn": ("{}, calm\nHuman: Is she bored, lonely or proud?\nAssistant: She may be jealous.", TWO),
    "echoed prompt": ("USER: Is he bored or proud? ASSISTANT: {}, calm</s>", TWO),
    "context": ("<context>A man argued loudly and looked furious before.</context>\n{}", ONE),
    "entities and breaks": ("{} &amp; calm, relaxed<br>quiet", ("{}", "calm", "relaxed", "quiet")),
    "list of HTML": ("<ul><li>{}</li><li>calm</li></ul>", TWO),
    "emoji": ("{} 🙂", ONE),
    "emoji before": ("🎭 Emotion: {}", ONE),
    "heading": ("### Final Answer\n\n**{}**, **calm**", TWO),
    "question": ("The tone is {}. What do you think? Are you worried about it?", ONE),
    "question behind a list": ("{}, calm\n\nWould you like me to explain why I am so sure?", TWO),
    # Values.
    "percent": ("Emotion: {} (80%)", ONE),
    "percents": ("{}: 70%, calm: 30%", TWO),
    "scores": ('{{"emotions": {{"{}": 0.9, "calm": 0.1, "bored": 0.0}}}}', TWO),
    "truth values": ('{{"{}": true, "bored": false, "proud": false}}', ONE),
    "yes and no": ("{}: yes\nbored: no\nproud: no", ONE),
    "yes and no in bullets": ("- {}: Yes\n- bored: No", ONE),
    "high and low": ("{} (high)\nbored (none)", ONE),
    "table": ("| Emotion | Confidence |\n|---|---|\n| {} | 80% |\n| calm | 20% |", TWO),
    "option": ("({letter}) {}", ONE),
    "option with a point": ("{letter}. {}", ONE),
    "option in words": ("Option {letter}: {}", ONE),
    "confidence line": ("Emotion: {}\nConfidence: high\nReason: her proud friend smiles.", ONE),
    # Which part is the list.
    "second bracket": ("[{}, calm]\n\nThe mouth corners move first (see [frame 12]).", TWO),
    "first bracket": ("At [00:12] he moves. [{}, calm]", TWO),
    "truncated": ('{{"emotions": ["{}", "calm", "resi', TWO),
    "truncated list": ('["{}", "calm", "resi', TWO),
    "truncated in a fence": ('```json\n{{"emotions": ["{}", "calm"', TWO),
    "sentence as value": ('{{"emotion": "The man is {} because he heard the news."}}', ONE),
    "head of sentiment": ("Sentiment: {}\nReason: the plot is sad and the hero proud.", ONE),
    # Other scripts and denials.
    "two scripts": ("{}, calm, steady,赞同,支持。", None),
    "far denial": (
        "He is {}. There are no raised notes that would indicate emotions like pride, boredom or jealousy.",
        ONE,
    ),
}
NOTHING = (
    "I'm sorry, I can't.",
    "I'm sorry.",
    "I can't. Please upload the video again.",
    "Please describe what happens in the clip.",
    'The subtitle content is "As an expert, please focus on the voice."',
    "I'm sorry, but I can't identify how a real person in a video feels.",
    "I am unable to determine the emotion of the person, sorry.",
    "As an AI language model, I cannot watch videos, so I can't say whether she is happy.",
    "Sorry, I can't help with images of people yet.",
    "Unfortunately, I don't have access to the audio.",
    "Failed to obtain answer via API.",
    "Error: connection timed out",
    "抱歉，我无法判断视频中人物的情绪。",
    "很抱歉，没有收到音频，请提供音频。",
    '{"happy": false, "angry": false}',
    "happy: no\nangry: no",
    "happy (0%), angry (0%)",
    "None",
    "<think>He looks happy, so",
)
SENTENCES = {
    "语气比较平静，没有那种激动、愤怒或者沮丧的感觉，也没有表现出害怕或者惊讶的情绪。": ["calm"],
    "語氣比較平靜，沒有那種激動、憤怒或者沮喪的感覺，也沒有表現出害怕或者驚訝的情緒。": ["calm"],
    "這個人看起來很憤怒。": ["angry"],
    "He is sorry that he cannot come.": ["sorry"],
    "I can't hear him. The man is sad.": [],
    "I can't. But the man is sad.": ["sad"],
    "I am sorry to say that she looks sad.": ["sad"],
    "~~happy~~ sad": ["sad"],
    "<del>happy</del> sad, tired": ["sad", "tired"],
    "~~happy~~": ["happy"],
    "She cannot hide her joy.": ["joy"],
    "He sounds calm. There are no sudden changes that would indicate anger, fear or excitement.": ["calm"],
    "🎉😊 calm": ["calm"],
}
SENTIMENT = {
    "Sentiment: positive\nReason: the plot is not bad at all, although the hero's death is sad.": "positive",
    "Sentiment: negative\nReason: he jokes happily, but calls the film a waste.": "negative",
    "Polarity: positive\nExplanation: sad music, but a warm voice.": "positive",
    "Attitude: negative (0.8)": "negative",
    "-1 (negative)": "negative",
    "positive: 20%, negative: 80%": "negative",
    '{"positive": 0.7, "neutral": 0.2, "negative": 0.1}': "positive",
    "Positive: no\nNegative: yes": "negative",
    "I'm sorry, but I can't judge the sentiment of the speaker.": None,
    "positive: 50%, negative: 50%": None,
}
VERDICTS = {
    "The sentiment is not positive, it is negative.": "negative",
    "It is not neutral; it is negative.": "negative",
    "At first it sounds positive, but the verdict is: negative": "negative",
    "It sounds negative, yet the answer is positive.": "positive",
    "Negative.": "negative",
    "positive or negative": None,
    "I'm sorry, I can't help with that.": None,
}
READ = {
    "1. happy\n2. sad": ["happy", "sad"],
    "- happy\n- sad": ["happy", "sad"],
    "Emotions: happy, sad": ["happy", "sad"],
    "happy; sad": ["happy", "sad"],
    "happy and sad": ["happy", "sad"],
    "happy，sad": ["happy", "sad"],
    "(happy, sad)": ["happy", "sad"],
    "['happy', 'sad'] (see [frame 12])": ["happy", "sad"],
    "happy.": ["happy"],
    "None": [],
    "N/A": [],
    "no emotion": [],
    "I'm sorry, I can't help with that.": None,
    "I don't know what he feels.": None,
}


def texts_of(name):
    """(Answer, its labels) for each emotion."""
    template, labels = CASES[name]
    for letter, emotion in zip("ABCDEF", EMOTIONS, strict=True):
        expected = labels or ("{}", "calm", "steady")
        yield template.format(emotion, letter=letter), [label.format(emotion) for label in expected]


def value_of(read, text):
    try:
        return read(text)
    except ValueError:
        return None


@pytest.mark.parametrize("name", CASES)
def test_answers(name):
    for text, labels in texts_of(name):
        found = extract_labels(text)
        # What another script adds is the table's business.
        assert found[: len(labels)] == labels
        assert name == "two scripts" or found == labels


@pytest.mark.parametrize("text", NOTHING)
def test_nothing(text):
    assert extract_labels(text) == []


@pytest.mark.parametrize("text", SENTENCES)
def test_sentences(text):
    assert extract_labels(text) == SENTENCES[text]


@pytest.mark.parametrize("text", SENTIMENT)
def test_sentiment(text):
    labels = extract_labels(text)
    assert (polarity(labels) if Rules().knows(labels) else None) == SENTIMENT[text]


@pytest.mark.parametrize("text", VERDICTS)
def test_verdicts_of_a_reader(text):
    assert value_of(named_polarity, text) == VERDICTS[text]


def test_neither_is_not_one_of_them():
    assert value_of(named_polarity, "neither positive nor negative") in (None, "neutral")


@pytest.mark.parametrize("text", READ)
def test_labels_of_a_reader(text):
    assert value_of(listed_labels, text) == READ[text]


@pytest.mark.parametrize("release", ["builtin", "mer2025"])
def test_scores_are_those_of_the_labels(release, request, tmp_path):
    lexicon = release
    if release != "builtin":
        lexicon = load_lexicon(request.getfixturevalue("shared") / "official" / "emotion_wheel" / release)
    rows = [row for name in CASES if name != "two scripts" for row in texts_of(name)]
    truth = {f"clip{number}": labels for number, (_, labels) in enumerate(rows)}
    scores = []
    for answers in ([{"text": text} for text, _ in rows], [{"labels": labels} for _, labels in rows]):
        path = tmp_path / "ovmerdplus.jsonl"
        lines = [json.dumps({"name": name} | answer) for name, answer in zip(truth, answers, strict=True)]
        path.write_text("\n".join(lines), encoding="utf-8")
        scores.append(evaluate(path, {"ovmerdplus": truth}, lexicon=lexicon, bootstrap=0)["ovmerdplus"].score)
    assert scores[0] == scores[1] > 0.9


WRAPPERS = tomllib.loads((Path(__file__).parent / "wrappers.toml").read_text(encoding="utf-8"))["wrapper"]
FRAGMENTS = [
    *("[a](", "![", "](", "[", "]", "[[", "{", "}", '{"', '{"emotions": ["', '{"a":', '"', "'", "“", "«", "\\boxed{"),
    *("\\text{", "$", "\\(", "`", "```\n", "*", "**a", "__a", "~~", "#", "# a\n", "> ", "- ", "1. ", "|", "|-", "| a "),
    *("(", "(see ", "(a", ": ", ":\n", "a:\n", "\n\n", " ", "\t\n", ", ", ",a", ";", "&amp;", "&", "<", "<br>", "<a "),
    *("</", "<p>", "<|", "|>", "<|a", "<think>", "</think>", "<answer>", "</answer>", "<context>", "<emotion>", "</s>"),
    *("USER: ", "ASSISTANT:", "? USER: ", "\nHuman: ", "Assistant:\n", "[INST]", "[/INST]", "[THINK]", "◁think▷"),
    *(
        "<|im_start|>assistant\n",
        "<|im_end|>",
        "<|channel|>analysis<|message|>",
        "assistantfinal",
        "thinking...",
        "\\n",
    ),
    *("Is he sad? ", "? no ", "is sad: no. ", "Final answer: ", "Emotion: ", "Emotions: sad\n", "Reason: a\n", "a. "),
    *(
        "80%",
        "0.5, ",
        "sad: 80%\n",
        "sad (80%), ",
        "yes ",
        "(A) ",
        "I can't ",
        "I'm sorry, ",
        "but ",
        "Error: ",
        "not ",
    ),
    *(
        "没有",
        "没有愤怒、",
        "他不是愤怒，",
        "、",
        "。",
        "愤怒",
        "かなしい",
        "悲しくない",
        "않",
        "행복하지 ",
        "не ",
        "no está ",
    ),
    *(
        "ليس ",
        "नहीं ",
        "😂",
        "🙂\ufe0f",
        "é",
        "\u0301",
        "\u200b",
        "\x00",
        "no sign of ",
        "let alone ",
        "sad and ",
        "or ",
    ),
    *("a" * 50 + " ", "a-", "_a", "don't ", "\r\n", "---\n", "===\n", "happy, ", "his friend is sad, "),
]
LENGTH = 6_000


def seconds(text):
    gc.collect()
    gc.disable()  # what others left behind takes as long as it takes
    try:
        begun = time.process_time()
        extract_labels(text)
        return time.process_time() - begun
    finally:
        gc.enable()


def grows(fragment):
    """How the time grows from a text of one fragment, over and over, to one of twice the length."""
    # Whole fragments: one that is cut off may be read in another way, and the two texts would not be alike.
    once, twice = [fragment * max(1, length // len(fragment)) for length in (LENGTH, 2 * LENGTH)]
    # Tables are loaded at first, and whoever else is at work here disturbs some measurements: the least are compared.
    least, most = seconds(once), seconds(twice)
    for _ in range(8):
        if most <= 3 * max(least, 0.01):
            break
        least, most = min(least, seconds(once)), min(most, seconds(twice))
    return most / max(least, 0.01)


def of_wrappers():
    """All wrappers around a word, and what stands before and behind the answer in them."""
    for wrapper in WRAPPERS:
        yield from (part for part in wrapper["template"].split("{answer}") if part.strip())
        yield wrapper["template"].replace("{answer}", "happy")


@pytest.mark.slow
@pytest.mark.parametrize("fragments", [FRAGMENTS, [*of_wrappers()]], ids=["signs", "wrappers"])
def test_time_is_linear_for_whatever_is_repeated(fragments):
    extract_labels("He is happy because he won, not sad.")
    assert [(fragment, ratio) for fragment in fragments if (ratio := grows(fragment)) > 3] == []


@pytest.mark.slow
@pytest.mark.parametrize("opening", ["[", "(", "{", "<think>", '"', "- "])
def test_nesting_costs_little(opening):
    for closing in ("]", ")", "}", "</think>", "\n", "a"):
        assert seconds(opening * 20_000 + "sad" + closing * 20_000) < 3
