"""A small world in which everything is as it should be: what hostile files are put into, one at a time."""

import json
import shutil

from merunibench.data import open_predictions
from merunibench.leaderboard.board.build import build
from merunibench.leaderboard.board.inputs import Request
from merunibench.leaderboard.submissions.submission import describe, pack
from merunibench.leaderboard.writing import write
from merunibench.lexicon import load_lexicon
from tests.clips import make_wave
from tests.curation.small import CLASSES, data_set, names
from tests.release import toy_release
from tests.small import rows, write_files, write_rows

NAMES = [row["name"] for row in rows()["meld"]]
PROMPT = "How does this person feel, who says: {subtitle}?\n"
RUN = """model = "text-lexicon"
modalities = "text"
clips = "{clips}"
data_root = "{truth}"
dataset = ["meld"]
out = "{out}"
"""


def make_world(root, run):
    """The world, below an empty folder; `run` runs the commands that write some of its files."""
    predictions, truth = write_files(root)
    (truth / "meld-process" / "subvideo").mkdir(parents=True)
    shutil.copytree(predictions, root / "sound")
    toy_release(root)
    (root / "own.json").write_text(load_lexicon(root / "toy").to_text(), "utf-8")
    (root / "words.txt").write_text("happy\nsad, angry\n", "utf-8")
    (root / "prompt.txt").write_text(PROMPT, "utf-8")
    answers = [{"name": name, "text": "He is happy, proud."} for name in NAMES]
    write_rows(root / "texts" / "meld.jsonl", answers)
    write_rows(root / "clips" / "clips.jsonl", [{"name": name, "subtitle": "So?"} for name in NAMES])
    (root / "media").mkdir()
    make_wave(root / "media" / "good.wav", 0.1)
    for name in ("one", "two"):
        pack(open_predictions(predictions), describe(model=name), root / "submissions" / name)
    request = Request(root / "submissions", data_root=truth, cache=root / "cache.sqlite", resamples=50)
    write(*build(request), root / "board")
    for arguments in (
        ("score", predictions, "--data-root", truth, "--per-sample", root / "samples.jsonl"),
        *((*infer(root), "--shard", part, "--out", root / "shards") for part in ("1/2", "2/2")),
        (*infer(root), "--out", root / "answers"),
    ):
        done = run(arguments)
        assert done.code == 0, done.err
    save_clips(root / "saved")
    make_data_set(root, run)
    return root


def make_data_set(root, run):
    """A data set that is being built, human labels of it, what is said, and a classifier that was trained on both."""
    place = data_set(root / "curated", 12)
    table = "".join(f"{name},{CLASSES[number % 4]}\n" for number, name in enumerate(names(12)))
    (root / "human.csv").write_text("name,label\n" + table, "utf-8")
    said = "".join(f"{name},so {CLASSES[number % 4]} today\n" for number, name in enumerate(names(12)))
    (root / "said.csv").write_text("name,said\n" + said, "utf-8")
    (root / "names.txt").write_text("clip001\n", "utf-8")
    (root / "openset.csv").write_text("name,openset\n" + table, "utf-8")
    (root / "spoken.csv").write_text("name,value\ngood,0.5\n", "utf-8")
    for name in ("one", "two"):
        write_rows(root / "candidates" / f"{name}.jsonl", [{"name": each, "labels": ["sad"]} for each in names(12)])
    learn = ("--labels", root / "human.csv", "--texts", root / "said.csv", "--text", "said", "--folds", "2")
    for arguments in (
        ("filter", place),
        ("review", place, "--sample", "4"),
        ("train", *learn, "--out", root / "classifier"),
    ):
        done = run(("curate", *arguments))
        assert done.code == 0, done.err


def infer(root, clips="clips"):
    """A run of a model that needs no weights."""
    chosen = ("--dataset", "meld", "--modalities", "text", "--clips", root / clips)
    return ("infer", "--model", "text-lexicon", *chosen)


def save_clips(path):
    import datasets

    table = {"name": NAMES, "subtitle": ["So?"] * len(NAMES), "video": ["a.mp4"] * len(NAMES)}
    datasets.disable_progress_bars()
    datasets.Dataset.from_dict(table).save_to_disk(str(path))
    assert json.loads((path / "state.json").read_text())


def make_checkpoints(root):
    """AffectGPT as its authors release it, and converted."""
    from merunibench.models.affectgpt.checkpoint import read_checkpoint
    from merunibench.models.affectgpt.conversion import convert_checkpoint
    from tests.models.affectgpt.tiny import make_checkpoint

    converted = convert_checkpoint(read_checkpoint(make_checkpoint(root / "sound.pth")), root / "converted")
    shutil.copy(converted / "config.json", converted / "sound.json")


def copy_of(world, parts, folder):
    """A copy of some of its files and folders, to be spoiled."""
    for part in parts:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (world / part).is_dir() else shutil.copy)(world / part, target)
    return folder
