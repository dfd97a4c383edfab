"""The workflows that strangers' pull requests reach: pinned, with little power, and no stranger's text in a script."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

GITHUB = Path(__file__).parents[2] / ".github"
OURS = ("submission.yml", "submission-comment.yml", "pages.yml")
SCRIPT = GITHUB / "scripts" / "changed-submissions.sh"


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
    assert workflow("submission.yml")["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    assert "pull_request_target" not in text


def test_who_sees_the_labels_cannot_write_and_who_writes_sees_no_submission():
    jobs = workflow("submission-comment.yml")["jobs"]
    assert workflow("submission-comment.yml")["permissions"] == {}
    assert jobs["score"]["permissions"] == {"contents": "read"}
    assert jobs["comment"]["permissions"] == {"pull-requests": "write"}
    assert not any("checkout" in step.get("uses", "") for step in jobs["comment"]["steps"])
    assert "secrets." not in str(jobs["comment"])


@pytest.mark.parametrize("name", ["submission.yml", "submission-comment.yml"])
def test_only_the_base_branch_is_installed_or_run(name):
    for step in steps(name):
        run = step.get("run", "")
        assert not re.search(r"install[^\n]*head|(^|\s)\.?/?head/\S*\.(sh|py)", run), run


def test_changed_submissions_are_copied_as_data(tmp_path):
    def put(side, name, text):
        folder = tmp_path / side / "leaderboard" / "submissions" / name
        folder.mkdir(parents=True)
        (folder / "submission.toml").write_text(text)
        return folder

    for name in ("same", "changed"):
        put("base", name, "old")
    put("head", "same", "old")
    put("head", "changed", "new")
    marker = tmp_path / "executed"
    for name in (f"$(touch {marker.name})", "-rf", "a b", "new\nline", "*"):
        put("head", name, "evil")
    (put("head", "linked", "x") / "passwd").symlink_to("/etc/passwd")
    subprocess.run(["bash", SCRIPT, "base", "head", "out"], cwd=tmp_path, check=True)
    found = {path.name for path in (tmp_path / "out").iterdir()}
    assert found == {"changed", f"$(touch {marker.name})", "-rf", "a b", "new\nline", "*", "linked"}
    assert (tmp_path / "out" / "linked" / "passwd").is_symlink()
    assert not marker.exists()
