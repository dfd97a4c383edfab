"""Further types through the Auto classes: what is recorded of each is what holds; those that fail fail as recorded."""

import json

import pytest

from merunibench.errors import InputError
from merunibench.models.registry import entries
from tests.models.further import BUILDERS, FAIL, FAST, UNTRIED
from tests.models.further.__main__ import PAGE, RECORD, untried, with_table
from tests.models.further.trials import tried

RECORDED = json.loads(RECORD.read_text("utf-8"))
TRIED = [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in BUILDERS if name not in FAIL]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # transformers' own, of numpy and torch
@pytest.mark.parametrize("name", TRIED)
def test_what_is_recorded_of_a_type_holds(tmp_path, clips, name):
    if name == "gemma3n":
        pytest.importorskip("timm")
    trial = tried(BUILDERS[name](tmp_path / name), clips)
    assert {"takes": list(trial.takes), "batches": trial.batches} == RECORDED["types"][name]


@pytest.mark.slow
@pytest.mark.parametrize("name", FAIL)
def test_what_is_recorded_to_fail_fails(tmp_path, clips, name):
    with pytest.raises(InputError):
        tried(BUILDERS[name](tmp_path / name), clips)


def test_the_record_has_every_type_once_and_the_page_has_the_record():
    types = RECORDED["types"]
    assert list(types) == sorted(BUILDERS)
    failed = {name: (facts["cause"], facts["owner"]) for name, facts in types.items() if "cause" in facts}
    assert failed == FAIL
    page = PAGE.read_text("utf-8")
    assert with_table(page, RECORDED) == page
    assert RECORDED["untried"] == untried()
    assert set(UNTRIED) <= set(RECORDED["untried"])
    listed = {entry.name: entry for entry in entries()}
    for name, facts in types.items():
        assert listed[name].modalities == tuple(facts.get("takes", ()))
        assert facts.get("cause", "") in listed[name].note
