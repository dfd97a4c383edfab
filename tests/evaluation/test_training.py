"""Lists of names, and names of data sets, tell which test samples a model was trained on."""

import json

import pytest

from merunibench import evaluate
from merunibench.data import find_truth, load_truth
from merunibench.errors import InputError
from merunibench.evaluation.training import read_names
from merunibench.tasks import TASKS
from merunibench.tasks.names import overlap, samples_within, sizes

ANSWERS, TRUTH = {"meld": {"a": ["happy"], "b": ["sad"]}}, {"meld": {"a": "joy", "b": "sadness"}}


def test_overlap_of_the_released_names(shared):
    truths = find_truth(shared / "official" / "nine" / "dataset")
    names = {name: load_truth(TASKS[name], path).names.to_pylist() for name, path in truths.items()}
    assert overlap(names["ovmerdplus"]) == {"ovmerdplus": 532, "ovmerd": 332}
    assert overlap(names["simsv2"]) == {"simsv2": 1034, "sims": 457}
    assert overlap(names["meld"]) == {"meld": 2610}
    human = read_names(shared / "official" / "ovmerd" / "ovlabel.csv")
    assert overlap(human) == {"ovmerdplus": 332, "ovmerd": 332}
    assert sizes()["ovmerd"] == TASKS["ovmerd"].samples


@pytest.mark.parametrize(
    ("tested", "trained", "number"),
    [
        ("ovmerd", "humanov", 332),
        ("ovmerdplus", "humanov", 532),
        ("mer2025ov", "humanov", 1200),
        ("ovmerd", "ovmerdplus", 332),
        ("sims", "simsv2", 457),
        ("meld", "meld", 2610),
        ("meld", "humanov", 0),
        ("humanov", "meld", 0),
    ],
)
def test_what_one_data_set_holds_of_another(tested, trained, number):
    assert samples_within(TASKS[tested], TASKS[trained]) == number


def test_the_parts_of_a_set_that_holds_others_exist():
    for task in TASKS.values():
        assert set(task.holds) <= set(TASKS)
    assert TASKS["humanov"].samples == TASKS["ovmerd"].samples + TASKS["mer2025ov"].samples


def warnings(*trained_on):
    report = evaluate(ANSWERS, TRUTH, trained_on=trained_on, bootstrap=0)
    return [line for line in report.warnings if "training data" in line]


@pytest.mark.parametrize("content", ["b\nx\n", "clips/B.mp4\nx\n\n"])
def test_a_file_of_names_tells(tmp_path, content):
    (tmp_path / "names.txt").write_text(content)
    (said,) = warnings(tmp_path / "names.txt")
    assert said.startswith("meld: 1 of its 2 samples are in the training data of the model")


def test_a_table_and_a_data_set_tell(tmp_path):
    (tmp_path / "train.csv").write_text("name,text\na,x\nb,y\n")
    assert "2 of its 2 samples" in warnings(tmp_path / "train.csv")[0]
    assert len(warnings("MELD")) == 1
    assert not warnings("humanov")
    (tmp_path / "train.csv").write_text("name\nq\n")
    assert not warnings(tmp_path / "train.csv")


def test_what_is_neither_is_refused(tmp_path):
    with pytest.raises(InputError, match="neither a file of names nor a data set"):
        warnings("nowhere.txt")
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(InputError, match="contains no names"):
        warnings(tmp_path / "empty.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="neither a table nor UTF-8 text"):
        warnings(tmp_path / "binary.txt")


def test_the_score_is_what_it_was(tmp_path):
    told, other = (evaluate(ANSWERS, TRUTH, trained_on=given, bootstrap=0) for given in (["meld"], []))
    first, second = (json.loads(report.to_json()) | {"warnings": []} for report in (told, other))
    assert first == second


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.txt", "a\nb\n"),
        ("a.txt", "\ufeffa\r\nb\r\n"),
        ("a.txt", "'a'\n\"b\"\n\n"),
        ("a.lst", "a,happy\nb,sad, or not\n"),
        ("a.txt", "a\t1\na\t2\nb;3\n"),
        ("a.csv", "name,question\na,1\na,2\nb,1\n"),
        ("a.jsonl", '{"name": "a"}\n{"name": "b"}\n{"name": "a"}\n'),
    ],
)
def test_names_are_read_as_lists_of_training_data_hold_them(tmp_path, file, content):
    (tmp_path / file).write_text(content, encoding="utf-8")
    assert read_names(tmp_path / file) == ["a", "b"]
