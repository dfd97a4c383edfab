"""Define a data set of your own in a file, score answers on it, and see which labels cost most.

python examples/own_data_set.py        # writes labels.csv, moods.task.toml and answers.jsonl into the current folder
"""

import json
from pathlib import Path

import merunibench

LABELS = {
    "talk1_a": "happy",
    "talk1_b": "sad",
    "talk2_a": "angry",
    "talk2_b": "happy",
    "talk3_a": "sad",
    "talk3_b": "angry",
}
ANSWERS = {
    "talk1_a": "She beams; she is delighted.",
    "talk1_b": "He looks down and seems lonely.",
    "talk2_a": "He is calm.",
    "talk2_b": "She is cheerful but tired.",
    "talk3_a": "He is not happy, he is heartbroken.",
    "talk3_b": "She is furious.",
}
TASK = """schema = "merunibench.task/1"
id = "moods"
title = "My moods"
kind = "basic"
samples = 6
classes = ["happy", "sad", "angry"]
labels = "labels.csv"
cluster = '^(?P<unit>.*)_'             # clips of one talk belong together, so intervals draw talks
"""


def main():
    """Write the files, and score them."""
    Path("labels.csv").write_text("name,label\n" + "".join(f"{name},{label}\n" for name, label in LABELS.items()))
    Path("moods.task.toml").write_text(TASK)
    rows = [{"name": name, "text": text} for name, text in ANSWERS.items()]
    Path("answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    tasks = [Path("moods.task.toml")]
    report = merunibench.evaluate("answers.jsonl", tasks=tasks)
    print(report.to_text(width=100))
    for name, text in ANSWERS.items():
        print(f"{name}: {merunibench.extract_labels(text)}, true: {LABELS[name]}")


if __name__ == "__main__":
    main()
