"""What is said of the released outputs and labels is what was said when the digests were taken; skipped without."""

import pytest

from tests.golden.corpus import LICENSED
from tests.golden.running import digests_of_case, read_digests


@pytest.fixture(scope="session")
def licensed(shared, tmp_path_factory):
    root = tmp_path_factory.mktemp("licensed").resolve()
    (root / "given").symlink_to((shared / "official").resolve(), target_is_directory=True)
    return root


@pytest.mark.parametrize("case", LICENSED, ids=lambda case: case.name)
def test_a_command_says_what_it_said(case, licensed):
    assert digests_of_case(case, licensed) == read_digests()[case.name]


def test_each_case_has_digests():
    assert list(read_digests()) == [case.name for case in LICENSED]
