"""Small data sets of a user's own, a kind of task each: definition, labels and answers as files."""

import json

NAMES = [f"dia{dialogue}_{turn}" for dialogue in range(4) for turn in range(3)]
_WORDS = ("happy", "sad", "angry")
TRUTHS = {
    "basic": [_WORDS[index % 3] for index in range(12)],
    "fine-grained": [f"[{_WORDS[index % 3]}, calm]" for index in range(12)],
    "sentiment": [(-1) ** index * 0.5 for index in range(12)],
    "classes": [_WORDS[index % 3] for index in range(12)],
    "score": [(index % 5) - 1.5 for index in range(12)],
    "preference": [("a1", "a2", "a2", "same")[index % 4] for index in range(12)],
}
ANSWERS = {
    "basic": [{"labels": [_WORDS[index % 2]]} for index in range(12)],
    "fine-grained": [{"labels": [_WORDS[index % 2]]} for index in range(12)],
    "sentiment": [{"polarity": "positive" if index % 3 else "negative"} for index in range(12)],
    "classes": [{"labels": [("joyful", "sad")[index % 2]]} for index in range(12)],
    "score": [{"score": index % 4} for index in range(12)],
    "preference": [{"preference": ("a1", "a2")[index % 2], "swapped": "a1"} for index in range(12)],
}
FURTHER = dict.fromkeys(("basic", "classes"), 'classes = ["happy", "sad", "angry"]\n')


def write_own(folder, kind, *, answers=None, identifier="mine"):
    """Write `mine.task.toml`, `labels.csv` and `answers/mine.jsonl`; returns the definition and the answers."""
    folder.mkdir(parents=True, exist_ok=True)
    definition = folder / f"{identifier}.task.toml"
    definition.write_text(
        f'schema = "merunibench.task/1"\nid = "{identifier}"\ntitle = "My clips"\nkind = "{kind}"\n'
        f"labels = \"labels.csv\"\nsamples = 12\ncluster = '^(?P<unit>dia[0-9]+)_'\n{FURTHER.get(kind, '')}",
        encoding="utf-8",
    )
    rows = [f'{name},"{truth}"\n' for name, truth in zip(NAMES, TRUTHS[kind], strict=True)]
    (folder / "labels.csv").write_text("name,label\n" + "".join(rows), encoding="utf-8")
    given = folder / "answers"
    given.mkdir(exist_ok=True)
    lines = [
        json.dumps({"name": name, **row}) + "\n" for name, row in zip(NAMES, answers or ANSWERS[kind], strict=True)
    ]
    (given / f"{identifier}.jsonl").write_text("".join(lines), encoding="utf-8")
    return definition, given
