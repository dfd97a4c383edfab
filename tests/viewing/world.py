"""Two small models with texts of every kind, hostile ones among them, and synthetic clips."""

import csv
import json

from tests.clips import make_clip, make_wave

TRUTHS = [
    ["happy", "relieved"],
    ["sad", "disappointed"],
    ["angry", "frustrated"],
    ["surprised", "curious"],
    ["worried", "anxious"],
]
TEXTS = [
    "He looks annoyed, but his laughter shows relief; he is not angry. His friend seems scared. Overall, he is happy.",
    "<think>She frowns, maybe angry?</think>The woman looks down. She may be worried. Overall, she is sad.",
    "Emotions: joyful, excited",
    "他并不愤怒，只是有点惊讶。",
    "A smile plays on her lips and she laughs.",
]
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked=1'> He is happy \u202e\u2066, zorblexed."
HUGE = "The man is sad. " + "He says it again and again. " * 40_000
NAMES = [f"clip_{number:03d}" for number in range(40)]
HOSTILE_AT, HUGE_AT, FAILED_AT = 4, 8, 7


def make_world(root):
    """Writes `a`, `b` (predictions), `data` (truth) and `clips` below a folder."""
    for folder in ("a", "b", "data", "clips"):
        (root / folder).mkdir()
    with (root / "data" / "ovmerdplus.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["name", "label"])
        rows.writerows([name, ", ".join(TRUTHS[number % 5])] for number, name in enumerate(NAMES))
    for model, shift in (("a", 0), ("b", 2)):
        lines = [_row(model, number, name, shift) for number, name in enumerate(NAMES)]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (root / model / "ovmerdplus.jsonl").write_text(text, encoding="utf-8")
    make_clip(root / "clips" / f"{NAMES[0]}.mp4", 1.0, movflags="faststart")
    make_wave(root / "clips" / f"{NAMES[1]}.wav", 1.0)
    return root


def _row(model, number, name, shift):
    text = TEXTS[(number + shift) % 5]
    if number == FAILED_AT and model == "b":
        return {"name": name, "status": "failed", "error": "out of memory"}
    if number in (HOSTILE_AT, HUGE_AT):
        text = HOSTILE if number == HOSTILE_AT else HUGE
    return {"name": name, "text": text}
