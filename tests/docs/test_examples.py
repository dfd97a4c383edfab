"""Every command and Python example of README.md and docs/ runs as it stands there; outputs shown are real."""

import re
import shutil

import pytest

from tests.docs import running, stages
from tools import doc_examples

EXAMPLES = doc_examples.examples()
RUN = [each for each in EXAMPLES if not each.reason and not each.elsewhere]
PAGES = sorted({each.page for each in RUN})


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return running.world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def scratch(world, tmp_path, monkeypatch):
    folder = tmp_path / "scratch"
    shutil.copytree(world, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", running.WIDTH)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run_one_after_the_other(page, scratch):
    names = {}
    with stages.staged(page, scratch) as replaced:
        for example in (each for each in RUN if each.page == page):
            try:
                for shown, printed in running.run(example, stages.replace(example.code, replaced), names):
                    assert running.agrees(shown, printed), f"{shown}\n--- is now ---\n{printed}"
            except Exception as error:
                error.add_note(f"{page}:{example.line}")
                raise


def test_a_saved_file_is_named_by_other_examples_of_its_page():
    for example in (each for each in EXAMPLES if each.file):
        module = example.file.removesuffix(".py")
        others = [each.code for each in doc_examples.blocks(example.page) if each != example]
        assert any(module in code for code in others), f"{example.page}:{example.line}"


def test_an_example_that_fails_is_not_passed(scratch):
    with pytest.raises(AssertionError, match="nowhere"):
        running.run_shell("merunibench score nowhere --data-root dataset\n")
    with pytest.raises(AssertionError, match="is 'positive'"):
        running.run_python('import merunibench\nmerunibench.polarity(["happy"])  # "negative"\n', {})
    [(shown, printed)] = running.run_console("$ merunibench datasets --format json\nnothing\n")
    assert not running.agrees(shown, printed)
    assert running.agrees("a\n…\nd", "a\nb\nc\nd\n")
    assert not running.agrees("a\n…\nd", "a\nb\n")
    assert running.agrees("by 1.2e-06\n", "by 3.4e-05\n")
    assert not running.agrees("by 1.2e-06\n", "by 0.1\n")


def test_each_mark_is_a_reason_of_the_list_or_names_a_test_that_runs_the_page():
    reasons = {each.reason for each in EXAMPLES if each.reason}
    known = {
        "needs a GPU",
        "needs a browser",
        "needs a cluster",
        "needs licensed data",
        "needs the Hub",
        "needs the network",
    }
    assert reasons == known
    for each in EXAMPLES:
        if each.elsewhere:
            test = (doc_examples.ROOT / each.elsewhere).read_text(encoding="utf-8")
            assert each.page.rpartition("/")[2] in test


def test_commands_stand_in_blocks_that_are_run():
    """A command in a block of plain text or an indented one would not be found by the runner."""
    for page in doc_examples.pages():
        if page == "docs/cli.md":
            continue
        for block in doc_examples.blocks(page):
            if block.language == "":
                lines = block.code.splitlines()
                assert not any(re.match(r"\s*(\$ )?merunibench \w", line) for line in lines), f"{page}:{block.line}"
        text = (doc_examples.ROOT / page).read_text(encoding="utf-8")
        assert not re.search(r"\n\n    merunibench \w", text), page


def test_the_last_page_counts_them():
    page = doc_examples.page()
    run = sum(not each.reason for each in EXAMPLES)
    assert f"contain {len(EXAMPLES)} examples" in page
    assert f"Tests run {run} of them" in page
    assert len(RUN) + sum(bool(each.elsewhere) for each in EXAMPLES) == run
    assert len(RUN) > 80
    assert len(EXAMPLES) - run < 25
