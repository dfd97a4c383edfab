"""Tables as examples: the authors', exported ones, one's own; what is left out, and that it is said."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from merunibench.errors import InputError
from merunibench.models.affectgpt.prompt import QUESTIONS, Mode
from merunibench.models.affectgpt.training.config import DataSettings, TrainingConfig
from merunibench.models.affectgpt.training.data import read_examples
from merunibench.models.affectgpt.training.draws import Draws
from merunibench.settings import read_settings
from tests.cli.conftest import refused, run  # noqa: F401 - fixtures
from tests.models.affectgpt.tiny import FACE
from tests.models.affectgpt.training.clips import NAMES, write_config

TEXTS = Mode("textonly")


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


@pytest.fixture
def official(tmp_path):
    folder = tmp_path / "official"
    labels = [["a", "['happy', 'proud']"], ["b", ""], ["c", "[sad]"], ["d", "[x]"]]
    reasons = [["a", " She smiles. \n"], ["b", "He sighs."], ["c", ""], ["d", "D."]]
    subtitles = [["a", "", "Yes!"], ["b", "", ""], ["c", "", "No."], ["z", "", "?"]]
    write(folder / "track2_train_mercaptionplus.csv", ["name", "openset"], *labels)
    write(folder / "track3_train_mercaptionplus.csv", ["name", "reason"], *reasons)
    write(folder / "subtitle_chieng.csv", ["name", "chinese", "english"], *subtitles)
    return folder


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("['happy', 'not sad']", ("happy", "not sad")),
        ("[happy, relieved]", ("happy", "relieved")),
        ('["a"]', ("a",)),
        ("", ("neutral",)),
        ("[]", ("neutral",)),
        ("angry", ("angry",)),
    ],
)
def test_labels_as_the_authors_read_them(tmp_path, cell, labels):
    table = write(tmp_path / "own.csv", ["name", "openset"], ["a", cell])
    (example,) = read_examples([DataSettings(table=table, questions=("ovlabel",))], TEXTS).kept
    assert example.labels == labels


def test_official_tables(official):
    found = read_examples([DataSettings(official=official)], TEXTS)
    first, second = found.kept
    assert first.texts == {
        "description": (QUESTIONS["description"], "She smiles."),
        "ovlabel": (QUESTIONS["ovlabel"], "The character's emotional state is happy, proud."),
    }
    assert (first.sample.subtitle, second.sample.subtitle) == ("Yes!", "")
    assert second.texts["ovlabel"][1] == "The character's emotional state is neutral."
    assert [(each.name, each.reason) for each in found.refused] == [
        ("c", "no description"),
        ("d", "no subtitle"),
    ]


def test_what_a_folder_of_the_authors_does_not_hold(official):
    with pytest.raises(InputError, match="official: folders in the authors' layout have no label; give your own table"):
        read_examples([DataSettings(official=official, questions=("valence",))], TEXTS)


def test_what_curate_exports_is_read_back(tmp_path):
    """The writer of the authors' tables, and of JSON Lines, with this reader."""
    from merunibench.curation.export.affectgpt import LABELS, REASONS, SUBTITLES, written
    from merunibench.curation.export.base import Sample
    from merunibench.curation.export.lines import row_of

    kept = {"set": "s", "polarity": None, "kept": True, "dropped_by": None}
    text = 'He says: "no", and, quietly, leaves.'
    samples = [
        Sample(name="a", text=text, labels=("sad", "calm"), subtitle="I, you", **kept),
        Sample(name="b", text="Two\nlines.", labels=("angry",), **kept),
    ]
    folder = tmp_path / "export"
    write(folder / LABELS, ["name", "openset"], *([each.name, written(each.labels)] for each in samples))
    write(folder / REASONS, ["name", "reason"], *([each.name, each.text] for each in samples))
    write(folder / SUBTITLES, ["name", "chinese", "english"], *([each.name, "", each.subtitle] for each in samples))
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps(row_of(each)) + "\n" for each in samples))
    for settings in (DataSettings(official=folder), DataSettings(table=lines)):
        found = read_examples([settings], TEXTS)
        assert not found.refused
        for example, sample in zip(found.kept, samples, strict=True):
            assert (example.sample.name, example.sample.subtitle) == (sample.name, sample.subtitle)
            assert example.labels == sample.labels
            assert example.texts["description"][1] == sample.text


def test_questions_of_ones_own(tmp_path):
    rows = [["a", "Who?", "She. "], ["b", "Why?", ""], ["c", "", "x"]]
    table = write(tmp_path / "own.csv", ["name", "question", "answer"], *rows)
    found = read_examples([DataSettings(table=table, questions=("qa",))], Mode("audioonly"))
    assert [example.texts for example in found.kept] == [{"qa": ("Who?", "She.")}]
    assert [(each.name, each.reason) for each in found.refused] == [("b", "no answer"), ("c", "no question")]


def test_label_types_of_the_other_data_sets(tmp_path):
    """Word for word what the authors ask and answer, their ligature too; candidates are in the alphabet's order."""
    rows = [["a", "sad"], ["b", "angry"], ["c", ""]]
    table = write(tmp_path / "words.csv", ["name", "label"], *rows)
    settings = DataSettings(table=table, questions=("onehot_w_candidates", "onehot_wo_candidates"))
    found = read_examples([settings], Mode("audioonly"))
    assert found.kept[0].texts == {
        "onehot_w_candidates": (
            (
                "Please select the label that can best describe the person's emotional state from the provided "
                "candidate labels: angry,sad."
            ),
            "The most likely label is sad.",
        ),
        "onehot_wo_candidates": (
            "Please recognize the character's most likely emotional state.",
            "The character's emotional state is sad.",
        ),
    }
    assert [(each.name, each.reason) for each in found.refused] == [("c", "no label")]

    rows = [["a", "-2.5"], ["b", "0"], ["c", "3"], ["d", "much"], ["e", "nan"]]
    table = write(tmp_path / "numbers.csv", ["name", "label"], *rows)
    found = read_examples([DataSettings(table=table, questions=("valence", "sentiment"))], Mode("audioonly"))
    assert [example.texts["valence"][1] for example in found.kept] == [
        "The valence score is -2.50.",
        "The valence score is 0.00.",
        "The valence score is 3.00.",
    ]
    asked = found.kept[0].texts["valence"][0]
    assert "a \ufb02oating-point number ranging from -2.5 to 3.0. Here, -2.5 indicates extremely negative" in asked
    assert [example.texts["sentiment"][1] for example in found.kept] == [
        f"The character's sentiment state is {sign}." for sign in ("negative", "neutral", "positive")
    ]
    assert [(each.name, each.reason) for each in found.refused] == [
        ("d", "label 'much' is not a number"),
        ("e", "label 'nan' is not a number"),
    ]


def test_files_of_the_authors_layout_and_of_a_table(official, tmp_path):
    for name in ("audio/a.wav", "openface_face/a/a.npy", "openface_face/b.npy", "video/b.mp4"):
        (official / name).parent.mkdir(parents=True, exist_ok=True)
        (official / name).touch()
    a, b = (each.sample for each in read_examples([DataSettings(official=official)], Mode(FACE)).kept)
    assert (a.audio, a.face) == (official / "audio/a.wav", official / "openface_face/a/a.npy")
    assert (b.audio, b.video, b.face) == (None, official / "video/b.mp4", official / "openface_face/b.npy")
    table = write(tmp_path / "own.csv", ["name", "labels", "audio"], ["a", "sad", "audio/a.wav"])
    settings = DataSettings(table=table, media=official, questions=("ovlabel",))
    assert read_examples([settings], Mode("audioonly")).kept[0].sample.audio == official / "audio/a.wav"
    write(table, ["name", "labels", "audio"], ["a", "sad", "../secret.wav"])
    with pytest.raises(
        InputError, match=r"own\.csv, line 2: .*leads out of the folder; refused \(allow_outside = true permits it\)"
    ):
        read_examples([settings], Mode("audioonly"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    table = write(tmp_path / "own.csv", ["name", "labels"], [name, "sad"])
    with pytest.raises(InputError, match="leads out of the folder"):
        read_examples([DataSettings(table=table, questions=("ovlabel",))], Mode("audioonly"))


def drawn(count, batch, batches, weights=(1.0,), seed=3):
    sets = [_examples(number, count) for number in range(len(weights))]
    draws = Draws(sets, weights, batch, batches, seed, load=lambda *_: None)
    return [draws.drawn(index) for index in range(len(draws))]


def _examples(number, count):
    from merunibench.models.affectgpt.training.data import Example
    from merunibench.models.base import Sample

    texts = {"description": ("?", "d"), "ovlabel": ("?", "l")}
    return [Example(Sample(f"{number}-{row}"), number, texts) for row in range(count)]


def test_every_pass_has_every_example_once_and_drops_the_rest():
    found = drawn(count=10, batch=3, batches=30)
    for turn in range(10):
        names = [example.sample.name for example, _ in found[turn * 9 : turn * 9 + 9]]
        assert len(set(names)) == 9
    orders = {tuple(example.sample.name for example, _ in found[start : start + 9]) for start in range(0, 90, 9)}
    assert len(orders) == 10


def test_questions_are_drawn_evenly_and_anew():
    found = drawn(count=100, batch=10, batches=200)
    share = np.mean([question == "ovlabel" for _, question in found])
    assert abs(share - 0.5) < 0.05  # 2000 draws: the standard error is 0.011
    by_name = {}
    for example, question in found:
        by_name.setdefault(example.sample.name, set()).add(question)
    assert all(len(questions) == 2 for questions in by_name.values())


def test_a_draw_depends_on_its_number_alone():
    assert drawn(count=10, batch=2, batches=10) == drawn(count=10, batch=2, batches=40)[:20]
    assert drawn(count=10, batch=2, batches=10) != drawn(count=10, batch=2, batches=10, seed=4)


def test_a_batch_is_of_one_set_drawn_by_weight():
    found = drawn(count=9, batch=3, batches=3000, weights=(3.0, 1.0))
    sets = np.array([example.set for example, _ in found]).reshape(-1, 3)
    assert (sets == sets[:, :1]).all()
    assert abs((sets[:, 0] == 0).mean() - 0.75) < 0.03  # standard error 0.008


def test_a_batch_that_no_set_fills_is_refused():
    with pytest.raises(InputError, match="data set 1 has 2 usable examples, fewer than a batch of 3"):
        drawn(count=2, batch=3, batches=1)


def test_the_dry_run_shows_what_is_learnt_and_what_is_refused(run, learner, clips, tmp_path):  # noqa: F811
    rows = list(csv.reader(clips.table.read_text().splitlines()))
    rows[2][1] = "word " * 1500  # too long
    rows[3][4] = "openface_face/gone.npy"
    rows[4][1] = "<AudioHere>"
    table = write(clips.folder / "faulty.csv", *rows)
    config = write_config(tmp_path / "t.toml", learner, table, tmp_path / "run", batch=2)
    result = run("affectgpt", "train", config, "--dry-run")
    table.unlink()
    assert result.code == 0, result.err
    assert "data set 1: 5 examples" in result.out
    assert "refused: 3 clips" in result.out
    assert f"{NAMES[1]}: prompt and answer have" in result.out
    assert f"{NAMES[2]}: no file for face" in result.out
    assert f"{NAMES[3]}: <AudioHere> occurs 2 times" in result.out
    given, learnt = (line for line in result.out.splitlines() if line.startswith(("  prompt:", "  target:")))
    assert given.endswith("###Assistant:")
    assert learnt.startswith("  target: The character's emotional state is ")
    assert learnt.endswith(".###<|im_end|>")
    assert not (tmp_path / "run").exists()


def test_a_broken_file_is_left_out_and_listed(run, learner, clips, tmp_path):  # noqa: F811
    broken = clips.folder / "openface_face" / "broken.npy"
    broken.write_bytes(b"no faces")
    rows = list(csv.reader(clips.table.read_text().splitlines()))
    rows[2][4] = "openface_face/broken.npy"
    table = write(clips.folder / "faulty.csv", *rows)
    config = write_config(tmp_path / "t.toml", learner, table, tmp_path / "run", batch=3)
    result = run("affectgpt", "train", config)
    broken.unlink()
    table.unlink()
    assert result.code == 0, result.err
    assert "1 clips are left out; the first: dia1_utt0: " in result.err
    listed = list(csv.DictReader((tmp_path / "run" / "refused.csv").read_text().splitlines()))
    assert [(row["set"], row["name"]) for row in listed] == [("1", "dia1_utt0")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[run]\nout = 'x'\n", "data: missing"),
        ("[data]\ntable = 'a'\n", "run: missing"),
        ("[data]\ntable = 'a'\nofficial = 'b'\n[run]\nout = 'x'\n", "data.0: give either official or table"),
        ("[data]\ntable = 'a'\n[run]\nout = 'x'\nepoch = 3\n", "run.epoch: unknown setting; did you mean epochs?"),
        ("[data]\ntable = 'a'\n[run]\nout = 'x'\nlr = -1\n", "run.lr: Input should be greater than 0"),
        ("[data]\ntable = 'a'\n[run]\nout = 'x'\nsave_every = 7\n", "save_every: must divide steps_per_epoch (5000)"),
        (
            "[data]\ntable = 'a'\nquestions = ['caption']\n[run]\nout = 'x'\n",
            (
                "data.0.questions.0: Input should be 'description', 'ovlabel', 'onehot_w_candidates', "
                "'onehot_wo_candidates', 'valence', 'sentiment' or 'qa'"
            ),
        ),
        ("[data\n", "cannot be read as TOML"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(refused, tmp_path, text, message):  # noqa: F811
    path = tmp_path / "t.toml"
    path.write_text(text)
    assert message in refused("affectgpt", "train", path)


def test_the_defaults_are_the_published_settings(tmp_path):
    path = tmp_path / "t.toml"
    path.write_text("[data]\nofficial = 'x'\n[run]\nout = 'x'\n")
    found = read_settings(path, {}, TrainingConfig).run
    assert (found.batch, found.epochs, found.steps_per_epoch, found.seed) == (3, 60, 5000, 42)
    assert (found.lr, found.weight_decay, found.max_grad_norm) == (1e-5, 0.05, 0.0)
    assert {found.schedule.rate(step) for step in range(0, found.steps, 999)} == {1e-5}


ABLATIONS = sorted((Path(__file__).parents[4] / "docs" / "affectgpt-training").glob("*.toml"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Four clips in the authors' layout; none of their files is read in a dry run, but all must be there."""
    folder = tmp_path_factory.mktemp("corpus")
    write(folder / "track2_train_mercaptionplus.csv", ["name", "openset"], *([n, "['sad']"] for n in NAMES[:4]))
    write(folder / "track3_train_mercaptionplus.csv", ["name", "reason"], *([n, "He sighs."] for n in NAMES[:4]))
    write(folder / "subtitle_chieng.csv", ["name", "english"], *([n, "Oh."] for n in NAMES[:4]))
    for name in NAMES[:4]:
        for path in (f"audio/{name}.wav", f"video/{name}.mp4", f"openface_face/{name}/{name}.npy"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).touch()
    return folder


@pytest.mark.parametrize("path", ABLATIONS, ids=lambda path: path.stem)
def test_a_dry_run_of_every_ablation(run, learner, corpus, tmp_path, path):  # noqa: F811
    """With small models in the place of the real ones; nothing else of the file is changed."""
    text = path.read_text()
    assert "Never run at size" in text
    assert read_settings(path, {}, TrainingConfig).run.out.name == path.stem
    text = text.replace('"dataset/mer2025-dataset"', f'"{corpus}"').replace('out = "', f'out = "{tmp_path}/')
    models = {"llm": learner.llm, "visual": learner.visual, "acoustic": learner.acoustic}
    text = text.replace("[model]\n", "[model]\n" + "".join(f'{key} = "{value}"\n' for key, value in models.items()))
    text = text.replace("[run]\n", '[run]\ndevice = "cpu"\n')
    (tmp_path / path.name).write_text(text)
    result = run("affectgpt", "train", tmp_path / path.name, "--dry-run")
    assert result.code == 0, result.err
    assert "data set 1: 4 examples" in result.out
    assert "steps: 300,000 of 3 × 1 examples" in result.out
    assert "learning rate: 1e-05 at the first step, 1e-05 at the last" in result.out


def test_every_row_has_a_file_or_a_reason():
    said = (ABLATIONS[0].parent / "README.md").read_text()
    assert len(ABLATIONS) == 13
    for path in ABLATIONS:
        assert f"`{path.name}`" in said or f"`-{path.stem.rpartition('-')[2]}`" in said
    for row in (
        "Table 7",
        "Qwen2",
        "Baichuan2",
        "LLaMA3",
        "ImageBind",
        "Data2vec",
        "WavLM",
        "EVA-CLIP",
        "DINOv2",
        "SigLIP",
    ):
        assert row in said
