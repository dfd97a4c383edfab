"""Every command of the corpus says what it said when the corpus was recorded."""

import pytest

from tests.golden.corpus import CASES
from tests.golden.running import EXPECTED, run_case
from tests.golden.world import write_world


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp("golden").resolve()
    write_world(root)
    return root


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_command_says_what_it_said(case, world):
    expected = (EXPECTED / f"{case.name}.txt").read_text(encoding="utf-8")
    assert run_case(case, world).splitlines() == expected.splitlines()


def test_nothing_is_expected_that_nobody_says():
    assert {path.stem for path in EXPECTED.glob("*.txt")} == {case.name for case in CASES}
