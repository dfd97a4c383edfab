"""What texts look like that give nothing: kinds of them, in forms that were not seen before."""

import pytest

from merunibench.data.account import SILENT, Reason
from merunibench.extraction import Rules, extract_labels

LOOKS = {
    Reason.CUT_OFF: [
        "<think>He frowns, so",
        "<thinking>\n1. The voice",
        "<think>a</think>\n<think>the corners of",
        "<Reasoning >He",
    ],
    Reason.REFUSAL: [
        "I cannot determine that from a picture.",
        "I’m unable to watch the clip.",
        "Sorry, but I can't help with pictures of people.",
        "Unfortunately, I am not able to open the file.",
        "As an AI language model, I have no access to it.",
        "It is impossible to tell.",
        "很抱歉，我无法观看视频。",
        "无法识别",
    ],
    Reason.ERROR: [
        "Error: no such file",
        "[ERROR] 503",
        "Failed to get an answer after 3 retries",
        "Traceback (most recent call last):\n  File x",
        "openai.RateLimitError: Error code: 429",
        "HTTP 500 Internal Server Error",
        "504 Gateway Timeout",
        '{"error": {"code": 400}}',
        "<!DOCTYPE html><html><head>",
    ],
    Reason.LANGUAGE: [
        "とても悲しそうです",
        "彼は怒っているようだ",
        "그는 행복해 보인다",
        "Он кажется счастливым",
        "يبدو غاضبا",
        "वह खुश है",
    ],
    Reason.SYMBOL: ["B", "(c)", "D.", "Option A", "Answer: E", "-0.8", "+1.4", "3", "0,5", "80 %", "4/5"],
    Reason.STATEMENT: ["None", "N/A", "no emotion", "No clear emotion.", "[]"],
    Reason.NOTHING: [
        "La persona está feliz.",
        "Die Person wirkt glücklich.",
        "這個人看起來很憤怒。",
        "A man crosses a street.",
        "nan",
    ],
}


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in LOOKS.items() for text in texts])
def test_what_a_text_looks_like(reason, text):
    assert Rules().looks_like(text) is reason


@pytest.mark.parametrize(
    "text",
    [
        "He is sorry and cannot stop crying.",
        "I can't help but notice how happy he is.",
        "She feels sorry for him.",
        "A sad I",
    ],
)
def test_answers_about_others_are_no_refusals(text):
    assert Rules().looks_like(text) is Reason.NOTHING
    assert extract_labels(text)


@pytest.mark.parametrize("fragment", ["<think>", "(", "error ", "I'm sorry, ", "1", "[", "あ", "no ", "抱歉，"])
def test_long_texts_are_looked_at_in_no_time(fragment):
    import time

    text, begun = fragment * (200_000 // len(fragment)), time.perf_counter()
    assert Rules().looks_like(text) in SILENT
    assert time.perf_counter() - begun < 5
