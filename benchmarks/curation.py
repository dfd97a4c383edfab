"""Measure the time and memory of `merunibench curate filter` on a million measured rows.

    python -m benchmarks.curation [ROWS] [--keep DIR]

The data set is synthetic: descriptions, measured values, labels, speaker values, and the votes of four sources of
emotion and three of sentiment. It is filtered twice, with two length settings; neither run measures anything again. The
bars are 60 seconds of CPU time and 2 GB for a million rows, including the report.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from merunibench.curation.folder import MEASURES, Folder
from merunibench.curation.measures.stage import INDEX, file_digest, state_of

LABELS = ("happy", "relieved", "sad", "worried", "angry", "annoyed", "calm", "proud", "afraid", "surprised", "tired")
EMOTIONS = ("happy", "sad", "angry", "neutral", "surprise", "worried")
POLARITIES = ("positive", "negative", "neutral")
SOURCES = {f"emotion{number}": EMOTIONS for number in range(4)} | {f"sentiment{n}": POLARITIES for n in range(3)}
TEXT = "In the text, the subtitle reads so and so, and the voice trembles, so the person may be worried. " * 6


def make(folder: Path, rows: int) -> None:
    """Write a data set whose texts are already measured."""
    chance = random.Random(0)
    place = Folder(folder)
    paths = [place.file(stage, "train") for stage in ("descriptions", MEASURES, "labels", "speaker")]
    votes = [folder / "votes" / source / "train.jsonl" for source in SOURCES]
    for path in (*paths, *votes):
        path.parent.mkdir(parents=True, exist_ok=True)
    described, measured, labelled, speaking, *voted = (path.open("w", encoding="utf-8") for path in (*paths, *votes))
    for number in range(rows):
        name, words = f"clip_{number:08d}", min(max(int(chance.gauss(108, 17)), 20), 200)
        described.write(json.dumps({"name": name, "text": f"{number} {TEXT[: 5 * words]}", "status": "ok"}) + "\n")
        values = {"words": words, "characters": 5 * words, "repetition": round(chance.uniform(0.1, 0.6), 4)}
        says = {
            "language": "en",
            "refusal": chance.random() < 0.03,
            "artefacts": ["doubled possessive"] * (number % 3 == 0),
        }
        keys = {"text": f"{number:016x}", "inputs": f"{number:016x}", "config": "0123456789ab"}
        measured.write(json.dumps({"name": name, "status": "ok", **values, **says, **keys}) + "\n")
        labels = chance.sample(LABELS, chance.randint(1, 4))
        polarity = chance.choice(POLARITIES)
        labelled.write(
            json.dumps({"name": name, "labels": labels, "polarity": polarity, "labels_from": "rules@2"}) + "\n"
        )
        details = {
            "speech_share": 0.8,
            "face_share": 0.9,
            "face_height": float(chance.randint(30, 300)),
            "seconds": 3.4,
        }
        value = round(chance.random(), 6)
        speaking.write(json.dumps({"name": name, "status": "ok", "value": value, "details": details}) + "\n")
        for stream, classes in zip(voted, SOURCES.values(), strict=True):
            stream.write(json.dumps({"name": name, "label": chance.choice(classes)}) + "\n")
    for stream in (described, measured, labelled, speaking, *voted):
        stream.close()
    index = {"train": state_of(file_digest(paths[0]))}
    (folder / MEASURES / INDEX).write_text(json.dumps(index), encoding="utf-8")


def run(folder: Path, length: str) -> tuple[float, float]:
    """Return the CPU seconds and the peak memory in GB of one `curate filter`."""
    command = [sys.executable, "-m", "merunibench", "curate", "filter", str(folder), "--length", length]
    with subprocess.Popen([*command, "--format", "json", "--output", os.devnull]) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"curate filter failed: exit code {process.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e9


def main() -> None:
    """Print CPU time and memory of two runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="keep the data set in this folder and reuse it next time")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary) / "data"
        if not (folder / MEASURES / INDEX).exists():
            make(folder, given.rows)
        print(f"{given.rows:,} rows, {len(SOURCES)} sources of votes, on one core")
        for length in ("sigma:2", "50-170"):
            seconds, memory = run(folder, length)
            print(f"  --length {length:8} {seconds:7.1f} s of CPU time (bar 60), {memory:.2f} GB at most (bar 2)")


if __name__ == "__main__":
    main()
