"""A small data set that is being built: forty descriptions, votes on each, speaker values."""

import json
from unittest.mock import patch

from merunibench.cli import main

TEXTS = {
    "happy": "In the video, the woman smiles and her voice is bright, so she is happy and {other} about the gift.",
    "sad": "In the video, the man looks down and speaks slowly, so he feels sad and {other} after the phone call ends.",
    "angry": "In the video, the girl frowns and raises her voice, so she feels angry and {other} about being ignored.",
    "worried": "In the video, the boy bites his lip and his voice shakes, so he is worried and {other} about the exam.",
}
OTHERS = {"happy": "proud", "sad": "lonely", "angry": "annoyed", "worried": "afraid"}
POLARITY = {"happy": "positive", "sad": "negative", "angry": "negative", "worried": "negative"}
CLASSES = tuple(TEXTS)


def names(count=40):
    return [f"clip{number:03d}" for number in range(count)]


def rows(count=40):
    """Descriptions of the four classes in turn, each with its own word so that no two are alike."""
    found = []
    for number, name in enumerate(names(count)):
        kind = CLASSES[number % 4]
        text = TEXTS[kind].format(other=OTHERS[kind]) + f" This is take {number}."
        person = f"p{number % 5}"
        found.append({"name": name, "text": text, "labels": [kind, OTHERS[kind]], "status": "ok", "person": person})
    return found


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def votes(count=40, wrong=4):
    """The class of each description; the first `wrong` of them get that of the next class."""
    shift = [int(number < wrong) for number in range(count)]
    return [{"name": name, "label": CLASSES[(n + shift[n]) % 4]} for n, name in enumerate(names(count))]


def data_set(folder, count=40, *, lines=None, wrong=4, speaker=True):
    """Write the data set; `lines` replaces the descriptions."""
    write(folder / "descriptions" / "train.jsonl", rows(count) if lines is None else lines)
    write(folder / "votes" / "crowd" / "train.jsonl", votes(count, wrong))
    if speaker:
        details = {"speech_share": 0.8, "face_share": 0.9, "face_height": 120.0, "seconds": 3.0}
        values = [{"name": name, "status": "ok", "value": 0.6, "details": details} for name in names(count)]
        write(folder / "speaker" / "train.jsonl", values)
    return folder


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def run(capsys, *arguments):
    """(exit code, standard output, standard error) of `merunibench curate`."""
    with patch("sys.argv", ["merunibench", "curate", *map(str, arguments)]):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
    out = capsys.readouterr()
    return code, out.out, out.err
