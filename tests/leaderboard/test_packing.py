"""A submission holds what `score` would have read, and nothing that is no answer."""

import gzip

import pytest

from merunibench import evaluate
from merunibench.data import open_predictions
from merunibench.errors import InputError
from merunibench.leaderboard.submission import ASKED_FOR, Submission, describe, pack, parameters, read_submission
from tests.leaderboard.conftest import read, submit
from tests.small import rows, write_rows

EVERYTHING = {
    "authors": ("A. Author", '"B" \\ Author'),
    "link": "https://example.org/code",
    "paper": "https://arxiv.org/abs/2501.16566",
    "base_model": "Base-7B@1a2b3c",
    "parameters": 8_200_000_000,
    "modalities": ("audio", "video", "text"),
    "training_data": "Captions,\nand 'more' of them",
    "prompt": 'Say """how""" they feel.\n\n',
    "decoding": "greedy",
    "extractor": "Base-3B",
    "date": "2025-01-10",
    "licence": "CC-BY-4.0",
    "contact": "somebody@example.org",
}


def test_the_same_scores_from_the_submission(files, tmp_path):
    predictions, truth = files
    folder = submit(predictions, tmp_path / "mine")
    before, after = (evaluate(path, truth, bootstrap=0) for path in (predictions, folder / "predictions"))
    assert [each.score for each in before.datasets] == [each.score for each in after.datasets]


def test_every_checkpoint_of_the_released_outputs(real, shared, affectgpt):
    packed = evaluate(affectgpt / "affectgpt" / "predictions", shared / "official" / "nine" / "dataset", bootstrap=0)
    source = evaluate(shared / "official" / "nine" / "output", shared / "official" / "nine" / "dataset", bootstrap=0)
    for before, after in zip(source.datasets, packed.datasets, strict=True):
        assert before.checkpoints == after.checkpoints


def test_the_same_predictions_give_the_same_bytes(files, tmp_path):
    predictions, _ = files
    first, second = (submit(predictions, tmp_path / name, **EVERYTHING) for name in ("a", "b"))
    for path in sorted(first.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


def test_metadata_survive_their_file(files, tmp_path):
    described = describe(model="模型 <b>", **EVERYTHING)
    assert set(EVERYTHING) == set(ASKED_FOR)
    pack(open_predictions(files[0]), described, tmp_path / "mine")
    assert read_submission(tmp_path / "mine") == described
    assert isinstance(described, Submission)


def test_only_answers_are_packed(files, tmp_path):
    predictions, _ = files
    lines = [{**line, "score": 1.0, "text": "why", "secret": {"a": 1}} for line in rows()["meld"]]
    write_rows(predictions / "meld.jsonl", lines)
    folder = submit(predictions, tmp_path / "mine")
    packed = read(folder / "predictions" / "meld.jsonl.gz")
    assert {key for line in packed for key in line} == {"name", "text", "labels", "status"}
    assert gzip.decompress((folder / "predictions" / "meld.jsonl.gz").read_bytes()).endswith(b"}\n")


def test_a_run_on_a_part_is_not_packed(files, tmp_path):
    predictions, _ = files
    write_rows(predictions / "meld.jsonl", [{**line, "subset": "first 10"} for line in rows()["meld"]])
    with pytest.raises(InputError, match="whole sets"):
        submit(predictions, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_an_existing_folder_is_left_alone(files, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="not empty"):
        submit(files[0], tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_every_bad_field_is_named():
    with pytest.raises(InputError) as caught:
        describe(model="", link="javascript:x", parameters=0, colour="red")
    assert all(name in str(caught.value) for name in ("model", "link", "parameters", "colour"))


@pytest.mark.parametrize("text", ["", "many", "8.2X", "-1", "1e9", "9" * 100])
def test_parameters_that_are_none(text):
    with pytest.raises(InputError, match=r"8\.2B"):
        parameters(text)
