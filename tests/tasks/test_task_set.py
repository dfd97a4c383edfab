"""A set of data sets is found by any spelling, does not change, and is made bigger by making another."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import merunibench
from merunibench.errors import InputError
from merunibench.tasks import BUILTIN, TASKS, Task, TaskSet, as_task_set, read_task

OWN = Task("mine", "My clips", "fine-grained")


def test_a_set_does_not_change():
    bigger = TASKS.with_own(OWN)
    assert "mine" in bigger
    assert "mine" not in TASKS
    assert bigger["mine"].own
    assert not bigger["mine"].benchmark
    with pytest.raises(TypeError):
        TASKS["mine"] = OWN
    assert not hasattr(TASKS, "register")


def test_own_data_sets_come_last_and_are_never_in_the_mean():
    bigger = TASKS.with_own(replace(OWN, benchmark=True))
    assert list(bigger)[:-1] == list(TASKS)
    assert bigger.in_order(["mine", "meld", "unheard"]) == ["meld", "mine", "unheard"]
    assert bigger.benchmark == TASKS.benchmark


@pytest.mark.parametrize("identifier", ["meld", "MELD", "chsims", "Mine", "a b", "", "x" * 41, "ovmerd+"])
def test_an_own_data_set_has_a_name_of_its_own(identifier):
    with pytest.raises(InputError, match="not another data set's name"):
        TASKS.with_own(replace(OWN, id=identifier))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "guess"}, "'guess' is not a kind of task"),
        ({"kind": "basic"}, "needs classes"),
        ({"title": "MELD"}, "is the name of a built-in data set"),
        ({"annotators": "mean"}, "annotators"),
        ({"samples": -1}, "samples"),
        ({"cluster": re.compile("(?P<unit>a)(?=b)")}, "not supported by RE2"),
    ],
)
def test_a_definition_in_python_is_held_to_the_rules_of_a_file(fault, said):
    with pytest.raises(InputError, match=said):
        TASKS.with_own(replace(OWN, **fault))


def test_classes_given_in_python_are_read_as_those_of_a_file():
    assert TASKS.with_own(replace(OWN, kind="basic", classes=("Calm ", "Angry")))["mine"].classes == ("calm", "angry")


def test_two_definitions_of_one_data_set_are_refused_and_one_twice_is_not():
    assert len(TASKS.with_own(OWN, OWN)) == len(TASKS) + 1
    with pytest.raises(InputError, match="is defined twice"):
        TASKS.with_own(OWN, replace(OWN, kind="sentiment"))


@pytest.mark.parametrize("title", ["My clips", "my-clips", "mine"])
def test_two_data_sets_of_one_name_are_refused(title):
    with pytest.raises(InputError, match="have the same name; change a title"):
        TASKS.with_own(OWN, replace(OWN, id="other", title=title))


def test_all_faulty_files_of_a_folder_are_named(tmp_path):
    head = 'schema = "merunibench.task/1"\ntitle = "Clips"\n'
    (tmp_path / "good.task.toml").write_text(f'{head}id = "good"\nkind = "fine-grained"\n')
    for number in range(7):
        (tmp_path / f"bad{number}.task.toml").write_text(f'{head}id = "bad{number}"\nkind = "none"\n')
    with pytest.raises(InputError) as found:
        TASKS.with_own(tmp_path)
    said = str(found.value)
    assert [f"bad{number}.task.toml: kind" in said for number in range(7)] == [True] * 5 + [False] * 2
    assert said.endswith("; and 2 more files")
    assert "\n" not in said


def test_a_mapping_replaces_definitions_and_adds_own_ones():
    small = replace(TASKS["meld"], samples=3)
    found = as_task_set({"meld": small, "mine": OWN})
    assert found["meld"] is small
    assert found["mine"].own
    assert as_task_set(found) is found
    assert as_task_set(()) == BUILTIN


def test_the_signature_hangs_on_the_definition_and_not_on_titles_or_places(tmp_path):
    own = replace(OWN, own=True)
    same = replace(own, title="Other", homepage="https://example.org", home=tmp_path, label_file="x.csv")
    assert own.signed == same.signed
    assert re.fullmatch(r"own\.mine@[0-9a-f]{8}", own.signed)
    others = [replace(own, kind="sentiment"), replace(own, samples=2), replace(own, annotators="union")]
    assert len({own.signed, *(each.signed for each in others)}) == 4


def test_the_built_in_sets_are_files_of_one_format():
    folder = Path(merunibench.__file__).parent / "tasks" / "builtin"
    assert TaskSet(map(read_task, sorted(folder.glob("*.toml")))) == TASKS


def test_no_module_but_a_few_names_the_set_of_all():
    package = Path(merunibench.__file__).parent
    named = [re.findall(r"\bTASKS\b", path.read_text(encoding="utf-8")) for path in package.rglob("*.py")]
    assert sum(map(len, named)) <= 12
