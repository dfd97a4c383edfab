"""The invented data of the golden corpus: labels, models, clips, a lexicon; the same bytes on every machine.

Nothing is taken from merunibench but the builtin lexicon's placements: what is tested does not make its own input.
Only `random.Random(text).random()` is drawn from, whose stream Python guarantees.
"""

import csv
import json
import random
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from merunibench.lexicon import compile_lexicon, load_lexicon

HERE = Path(__file__).parent

MER = ("neutral", "angry", "happy", "sad", "worried", "surprise")
MELD = ("anger", "joy", "sadness", "neutral", "disgust", "fear", "surprise")
IEMOCAP = ("happy", "sad", "neutral", "anger")
WORDS = (
    "happy", "joyful", "sad", "angry", "furious", "surprised", "astonished", "anxious", "worried", "calm", "content",
    "disappointed", "frustrated", "excited", "nervous", "afraid", "scared", "lonely", "proud", "curious", "disgusted",
    "hopeful", "grateful", "confused", "bored", "tired", "embarrassed", "jealous", "guilty", "relaxed", "peaceful",
    "helpless", "annoyed", "neutral", "love", "hurt", "amazed", "fearful", "gloomy", "cheerful",
)  # fmt: skip
ODD = ("xylophone", "Happiness", " SAD ", "not angry", "愤怒", "let down", "worryed", "sadness.", "Ärger", "joy-ful")
POLARITIES = ("positive", "negative", "neutral")
SIZES = {
    "mer2023": 30, "mer2024": 24, "meld": 60, "iemocapfour": 40, "cmumosi": 50, "cmumosei": 40, "sims": 30,
    "simsv2": 24, "ovmerdplus": 40, "mer2025ov": 24, "mer2026ov": 16,
}  # fmt: skip
FULL = {
    "mer2023": 411, "mer2024": 1169, "meld": 2610, "iemocapfour": 1241, "cmumosi": 686, "cmumosei": 4659, "sims": 457,
    "simsv2": 1034, "ovmerdplus": 532,
}  # fmt: skip
BASIC = {"mer2023": MER, "mer2024": MER, "meld": MELD, "iemocapfour": IEMOCAP}
SENTIMENT = ("cmumosi", "cmumosei", "sims", "simsv2")
TEXTS = (
    "The character's emotional state is happy, excited and a little nervous.",
    "He seems **angry**, perhaps even furious; he is not sad.",
    "<think>She may be sad.</think>She feels relieved, grateful.",
    '["disappointed", "hurt"]',
    "Based on the clues, the woman in the video is in a calm and content mood.",
    "I cannot tell what the person feels.",
    "{'emotions': ['worried', 'anxious']}",
    "1. surprised\n2. confused\n3. amused",
    "",
    "The man is neither happy nor proud. His voice trembles: he is afraid.",
    "neutral",
    "positive, joyful, laughing, questioning, blaming, cheerful, moved",
)
SUBTITLES = (
    "Thank you so much, I love it!", "I hate this, it is terrible.", "So?", "Oh my God, what happened?",
    "I'm so scared of the dark.", "We lost everything, I could cry.", "Pass the salt, please.", "That's disgusting!",
    "I'm fine.", "You lied to me, get out!", "Wow, I can't believe we won!", "I miss her every day.",
)  # fmt: skip


class Draw:
    """Choices from a stream of numbers that a text names."""

    def __init__(self, *seed):
        self.next = random.Random("/".join(map(str, seed))).random

    def one(self, items):
        return items[int(self.next() * len(items))]

    def some(self, items, most):
        return [self.one(items) for _ in range(int(self.next() * (most + 1)))]


def sample_names(dataset, size):
    pattern = {"meld": "test_dia{0}_utt{1}", "iemocapfour": "Ses05F_impro{0:02}_M{1:03}"}.get(dataset, "v{0}_{1}")
    return [pattern.format(n // 4, n % 4) for n in range(size)]


def truths(dataset, size):
    """[(name, truth)]: a class word, a number, or a list of labels."""
    draw = Draw("truth", dataset, size)

    def truth():
        if dataset in BASIC:
            return draw.one(BASIC[dataset])
        if dataset in SENTIMENT:
            return round(6 * draw.next() - 3, 1) if draw.next() > 0.1 else 0.0
        return draw.some((*WORDS, *ODD[:4]), 5)

    return [(name, truth()) for name in sample_names(dataset, size)]


def answers(dataset, size, model, skill):
    """A model's rows: right with the probability `skill`, a guess else."""
    draw = Draw("answers", model, dataset, size)
    rows = []
    for name, truth in truths(dataset, size):
        knows = draw.next() < skill
        if dataset in SENTIMENT:
            right = POLARITIES[0 if truth > 0 else 1 if truth < 0 else 2]
            rows.append({"name": name, "polarity": right if knows else draw.one(POLARITIES)})
            continue
        known = ([truth] if dataset in BASIC else truth[:3]) if knows else []
        guessed = [*draw.some(WORDS, 4), *draw.some(ODD, 1)]
        rows.append({"name": name, "labels": [*known, *guessed]})
    return rows


def spoiled(rows, seed):
    """Rows as real runs leave them: some missing, some failed, some of other samples, labels as text."""
    draw = Draw("spoiled", seed)
    kept = []
    for row in rows:
        chance = draw.next()
        if chance < 0.08:
            continue
        if chance < 0.16:
            kept.append({"name": row["name"], "status": "failed"})
        elif "labels" in row and chance < 0.5:
            kept.append({**row, "labels": f"[{', '.join(row['labels'])}]", "status": "ok"})
        else:
            kept.append({**row, "status": "ok"})
    kept += [{**rows[0], "name": f"extra_{n}", "status": "ok"} for n in range(2)]
    return kept[::-1]


def write_rows(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_truth(folder, dataset, size, ending="csv"):
    """A table of labels: words of a class as integers in MELD, lists as text in a CSV."""
    rows = [{"name": name, "label": truth} for name, truth in truths(dataset, size)]
    path = folder / f"{dataset}.{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if ending == "jsonl":
        return write_rows(path, rows)
    if ending == "parquet":
        return pq.write_table(pa.Table.from_pylist(rows), path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "label"])
        for row in rows:
            label = row["label"]
            if dataset == "meld":
                label = MELD.index(label)
            writer.writerow([row["name"], f"[{', '.join(label)}]" if isinstance(label, list) else label])
    return None


def write_models(folder):
    for dataset, size in SIZES.items():
        write_rows(folder / "alpha" / f"{dataset}.jsonl", answers(dataset, size, "alpha", 0.6))
        write_rows(folder / "other" / f"{dataset}.jsonl", answers(dataset, size, "other", 0.4))
        spoilt = spoiled(answers(dataset, size, "gamma", 0.5), dataset)
        write_rows(folder / "gamma" / f"{dataset}.jsonl", spoilt)
        for number, skill in ((9, 0.3), (10, 0.5), (20, 0.45)):
            rows = answers(dataset, size, f"beta{number}", skill)
            write_rows(folder / "beta" / f"checkpoint_{number}" / f"{dataset}.jsonl", rows)
        texts = [{"name": name, "text": TEXTS[n % len(TEXTS)]} for n, name in enumerate(sample_names(dataset, size))]
        write_rows(folder / "raw" / f"{dataset}.jsonl", texts)
    for checkpoint, datasets in (("epoch-1", ("meld", "cmumosi")), ("epoch-2", ("meld", "ovmerdplus"))):
        for dataset in datasets:
            rows = answers(dataset, SIZES[dataset], f"uneven-{checkpoint}", 0.5)
            write_rows(folder / "uneven" / checkpoint / f"{dataset}.jsonl", rows)


def write_official(root):
    """The authors' layout: npz files of labels and results, three files a checkpoint; subtitles of two data sets."""
    for dataset, folder in (("meld", "meld-process"), ("cmumosi", "cmumosi-process")):
        place = root / "dataset" / folder
        place.mkdir(parents=True)
        known = truths(dataset, SIZES[dataset])
        field, value = ("emo", MELD.index) if dataset == "meld" else ("val", float)
        np.savez(place / "label.npz", test_corpus={name: {field: value(truth)} for name, truth in known})
        lines = [f'{name},"{SUBTITLES[n % len(SUBTITLES)]}"\n' for n, (name, _) in enumerate(known)]
        text = "name,english\n" + "".join(lines)
        (place / "transcription-engchi-polish.csv").write_text(text, encoding="utf-8")
    place = root / "dataset" / "ovmerdplus-process"
    place.mkdir()
    lines = [f'{name},"[{", ".join(words)}]"\n' for name, words in truths("ovmerdplus", SIZES["ovmerdplus"])]
    (place / "ovlabel.csv").write_text("name,openset\n" + "".join(lines), encoding="utf-8")
    for dataset in ("meld", "cmumosi", "ovmerdplus"):
        for number, skill in ((30, 0.4), (40, 0.6), (50, 0.5)):
            stem = f"checkpoint_0000{number}_loss_0.{60 - number}"
            place = root / "output" / f"results-{dataset}" / "affect"
            place.mkdir(parents=True, exist_ok=True)
            rows = answers(dataset, SIZES[dataset], stem, skill)
            names = np.array([row["name"] for row in rows])
            reasons = {row["name"]: TEXTS[n % len(TEXTS)] for n, row in enumerate(rows)}
            np.savez(place / f"{stem}.npz", name2reason=reasons)
            items = np.array([f"[{', '.join(row.get('labels', ['happy', 'sad']))}]" for row in rows])
            np.savez(place / f"{stem}-openset.npz", filenames=names, fileitems=items)
            if dataset == "cmumosi":
                items = np.array([row["polarity"] for row in rows])
                np.savez(place / f"{stem}-openset-sentiment.npz", filenames=names, fileitems=items)


def write_lexicon(path):
    """The builtin lexicon with every seventh word left out and every eleventh moved to the sector before."""
    builtin = load_lexicon("builtin")
    placements = {level: [{} for _ in range(5)] for level in (1, 2)}
    for number, word in enumerate(sorted(builtin.codes)):
        for level in (1, 2):
            for wheel, sector in enumerate(builtin.sectors(word, level)):
                names = list(builtin.sectors_of_wheels[level][wheel])
                if sector is not None and number % 7:
                    moved = names[names.index(sector) - 1] if number % 11 == 0 else sector
                    placements[level][wheel][word] = moved
    text = compile_lexicon("variant", placements, builtin.sectors_of_wheels, {}).to_text()
    path.write_text(text, encoding="utf-8")


def write_clips(folder):
    for dataset in ("meld", "cmumosi"):
        names = sample_names(dataset, 24)
        rows = [{"name": name, "subtitle": SUBTITLES[n % len(SUBTITLES)]} for n, name in enumerate(names)]
        write_rows(folder / f"{dataset}-table" / "clips.jsonl", rows)
        text = "name,subtitle\n" + "".join(f'{row["name"]},"{row["subtitle"]}"\n' for row in rows)
        (folder / f"{dataset}.csv").write_text(text, encoding="utf-8")
        write_truth(folder / "labels", dataset, 24)


def write_world(root):
    """Everything below a folder that is there and empty."""
    endings = {"mer2024": "jsonl", "iemocapfour": "parquet", "cmumosei": "parquet", "mer2025ov": "jsonl"}
    for dataset, size in SIZES.items():
        write_truth(root / "labels", dataset, size, endings.get(dataset, "csv"))
    for dataset in ("meld", "cmumosi", "ovmerdplus"):
        write_truth(root / "tiny-labels", dataset, 12)
        for model, skill in (("alpha", 0.6), ("other", 0.4)):
            write_rows(root / "tiny" / model / f"{dataset}.jsonl", answers(dataset, 12, model, skill))
    write_models(root / "models")
    write_official(root / "official")
    write_clips(root / "clips")
    write_lexicon(root / "variant.json")
    (root / "words.txt").write_text("".join(f"{word}\n" for word in (*WORDS, *ODD)), encoding="utf-8")
    shutil.copytree(HERE / "release", root / "release")
    shutil.copytree(HERE / "before", root / "before")
    for dataset, size in FULL.items():
        write_truth(root / "full-labels", dataset, size)
        for model, skill in (("one", 0.62), ("two", 0.6), ("three", 0.3)):
            write_rows(root / "full" / model / f"{dataset}.jsonl", answers(dataset, size, model, skill))
    # The nine in full, and one that is not of the nine: the mean must not count it.
    shutil.copytree(root / "full-labels", root / "more-labels")
    shutil.copytree(root / "full" / "one", root / "more" / "one")
    write_truth(root / "more-labels", "mer2025ov", 24)
    write_rows(root / "more" / "one" / "mer2025ov.jsonl", answers("mer2025ov", 24, "one", 0.9))
