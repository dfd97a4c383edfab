"""The workflows that strangers' pull requests reach: pinned, with little power, and no stranger's text in a script."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from merunibench.leaderboard.repository import BESIDE_CODE, create, filled_in

GITHUB = Path(__file__).parents[2] / ".github"
OURS = ("submission.yml", "submission-comment.yml", "pages.yml", "ci.yml")
CHECK = ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")


def workflow(name):
    return yaml.safe_load((GITHUB / "workflows" / name).read_text(encoding="utf-8"))


def steps(name):
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("name", OURS)
def test_actions_are_pinned_and_scripts_take_no_stranger_text(name):
    for step in steps(name):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_what_runs_for_strangers_can_only_read():
    text = (GITHUB / "workflows" / "submission.yml").read_text(encoding="utf-8")
    assert workflow("submission.yml")["permissions"] == {}
    assert [job["permissions"] for job in workflow("submission.yml")["jobs"].values()] == [{"contents": "read"}]
    assert "secrets." not in text
    assert "pull_request_target" not in text


def test_who_sees_the_labels_cannot_write_and_who_writes_sees_no_submission():
    jobs = workflow("submission-comment.yml")["jobs"]
    assert workflow("submission-comment.yml")["permissions"] == {}
    for name in ("review", "score"):
        assert jobs[name]["permissions"] == {"contents": "read"}
    for name in ("comment", "comment-score"):
        assert jobs[name]["permissions"] == {"pull-requests": "write"}
        assert not any("checkout" in step.get("uses", "") for step in jobs[name]["steps"])
        assert "secrets." not in str(jobs[name])


@pytest.mark.parametrize("name", ["submission.yml", "submission-comment.yml"])
def test_only_the_base_branch_is_installed_or_run(name):
    for step in steps(name):
        run = step.get("run", "")
        assert not re.search(r"install[^\n]*head|(^|\s)\.?/?head/\S*\.(sh|py)", run), run


def test_labels_are_used_only_behind_the_environment_and_after_approval():
    jobs = workflow("submission-comment.yml")["jobs"]
    (with_secrets,) = (key for key, job in jobs.items() if "secrets." in str(job))
    assert with_secrets == "score"
    assert jobs["score"]["environment"] == "labels"
    condition = " ".join(jobs["review"]["if"].split())
    conclusion = "github.event.workflow_run.conclusion"
    assert f"({conclusion} == 'success' || {conclusion} == 'failure')" in condition
    assert "action_required" not in condition
    for job in jobs.values():  # every other job waits for that one
        assert "if" in job or set(jobs[job["needs"]]) & {"if", "needs"}


def test_comments_are_edited_in_place():
    jobs = workflow("submission-comment.yml")["jobs"]
    for name in ("comment", "comment-score"):
        (script,) = (step["run"] for step in jobs[name]["steps"] if "run" in step)
        assert "--edit-last --create-if-none" in script


@pytest.mark.parametrize("name", ["submission.yml", "submission-comment.yml", "pages.yml"])
def test_the_workflows_are_those_of_every_board(name):
    assert (GITHUB / "workflows" / name).read_text(encoding="utf-8") == filled_in(f"workflows/{name}", BESIDE_CODE)


@pytest.mark.parametrize("tool", [("zizmor", "--offline", "--quiet", "--no-progress"), CHECK], ids=["zizmor", "schema"])
@pytest.mark.parametrize("alone", [False, True])
def test_linters_find_nothing(tool, alone, tmp_path):
    program = shutil.which(tool[0], path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip(f"{tool[0]} is not installed")
    folder = GITHUB / "workflows"
    if alone:
        create(tmp_path / "board")
        folder = tmp_path / "board" / ".github" / "workflows"
    command = [program, *tool[1:], *sorted(folder.glob("*.yml"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
