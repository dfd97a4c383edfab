"""What is published: wheel and source archive pass an index's checks; the container copies all that the wheel needs."""

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tools.doc_examples import ROOT

BIN = Path(sys.executable).parent


def build(source, out, *arguments):
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), *arguments, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_wheel_and_source_archive_pass_the_checks_of_an_index(tmp_path):
    build(ROOT, tmp_path)
    files = sorted(map(str, tmp_path.iterdir()))
    assert [name.rpartition(".")[2] for name in files] == ["whl", "gz"]
    for command in (["twine", "check", "--strict", *files], ["check-wheel-contents", "--ignore", "W002", files[0]]):
        done = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(files[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"mkdocs.yml", "docs/index.md", "tests/docs/test_examples.py", "examples/paper_table.py"} <= names


@pytest.mark.slow
def test_the_container_copies_all_that_the_wheel_is_built_from(tmp_path):
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            assert f"!{source}" in allowed
            place = tmp_path / "source" / (source if target == "./" else target)
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, place)
    build(tmp_path / "source", tmp_path / "dist", "--wheel")
    assert len(list((tmp_path / "dist").glob("*.whl"))) == 1


def test_the_release_workflow_tries_every_python_that_is_claimed():
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    tried = set(re.findall(r'"(3\.\d+)"', workflow))
    claimed = set(re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    assert claimed <= tried
    assert not re.search(r"uses: [^@\n]+@(?![0-9a-f]{40})", workflow)


def test_the_citation_names_the_version_of_the_package():
    from merunibench import __version__

    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {__version__}\n" in citation
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
