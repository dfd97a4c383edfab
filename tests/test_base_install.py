"""A plain install holds all that scoring and the rules need: everything else is kept from being imported."""

import json
import os
import subprocess
import sys
from importlib import metadata

import pytest

from tests.small import rows, write_files
from tools import sizes

TEXT = "He looks annoyed at first, but his laughter shows relief; he is not angry."
BLOCK = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Runs Python code where no package beside those of a plain install can be imported."""
    base = sizes.closure(sizes.required("merunibench", frozenset())) | {"merunibench"}
    owners = metadata.packages_distributions()
    blocked = {top for top, names in owners.items() if not base & set(map(sizes.canonical, names))}
    assert {"pandas", "matplotlib", "torch"} <= blocked
    folder = tmp_path_factory.mktemp("plain")
    (folder / "plain.py").write_text(f"BLOCKED = {blocked - {'tests', 'tools', 'benchmarks'}!r}\n{BLOCK}", "utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(sizes.ROOT)])}

    def run(code):
        command = [sys.executable, "-c", f"import plain\n{code}"]
        return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("small"))


COMMANDS = {
    "demo": ["demo"],
    "verify": ["verify"],
    "doctor": ["doctor"],
    "score": ["score", "PREDICTIONS", "--data-root", "TRUTH", "--per-sample", "OUT.parquet"],
    "score of text": ["score", "TEXTS", "--data-root", "TRUTH"],
    "extract": ["extract", "TEXTS", "OUT", "--polarity"],
    "explain": ["explain", "glad"],
    "errors": ["errors", "PREDICTIONS", "--data-root", "TRUTH", "--output", "OUT.html"],
    "compare": ["compare", "PREDICTIONS", "PREDICTIONS", "--data-root", "TRUTH"],
    "table": ["table", "PREDICTIONS", "--data-root", "TRUTH"],
    "lexicon": ["lexicon", "show", "builtin"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs_from_a_plain_install(python, files, tmp_path, command):
    (tmp_path / "texts").mkdir()
    texts = [{"name": row["name"], "text": TEXT} for row in rows()["meld"]]
    (tmp_path / "texts" / "meld.jsonl").write_text("\n".join(map(json.dumps, texts)), "utf-8")
    places = {"PREDICTIONS": files[0], "TRUTH": files[1], "TEXTS": tmp_path / "texts", "OUT": tmp_path / "out"}
    given = [str(places.get(word, word)).replace("OUT.", f"{tmp_path}/out.") for word in COMMANDS[command]]
    done = python(f"import sys\nsys.argv = {['merunibench', *given]!r}\nfrom merunibench.cli import main\nmain()")
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]


def test_what_official_releases_are_installed_with_is_there(python):
    names = "pooch, requests, openpyxl, defusedxml.sax, jinja2, tomli_w"
    assert python(f"import {names}").returncode == 0


@pytest.mark.parametrize("asked", ["to_frame()", "samples('meld')"])
def test_data_frames_name_the_extra_that_they_need(python, asked):
    done = python(
        "import merunibench\n"
        "report = merunibench.evaluate({'meld': {'a': ['joy']}}, {'meld': {'a': 'joy'}}, bootstrap=0)\n"
        f"try: report.{asked}\n"
        "except merunibench.InputError as error: print(error)"
    )
    assert (done.returncode, done.stdout) == (0, "data frames need pandas: pip install 'merunibench[frames]'\n")
