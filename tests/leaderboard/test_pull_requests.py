"""Pull requests on a board, simulated: the scripts of the workflows themselves, with bash and git, offline."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import merunibench
from merunibench.leaderboard.review.review import review
from merunibench.leaderboard.schema.results import read_results
from merunibench.leaderboard.writing import write
from tests.leaderboard.conftest import Small, read, rewrite, submit

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
HOSTILE = "@somebody @org/team https://evil.example www.evil.example a/repo#1 $x$ [a](b) <img> `c"


def git(folder, *arguments):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *identity, "-C", folder, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder):
    git(folder, "add", "--all", "--force")
    return commit_as_added(folder)


def commit_as_added(folder):
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "x")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Folder with `base`, a repository that holds a board of two models, one of them withheld; labels; submissions."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "small").mkdir()
    small = Small(folder / "small")
    kept = small.add("kept", lambda _, lines: lines[: max(1, len(lines) - 2)], name="Kept model")
    small.add("one")
    board = folder / "base" / "leaderboard"
    write(*small.build(), small.submissions.parent)
    shutil.rmtree(kept / "predictions")
    with (kept / "submission.toml").open("a") as file:
        file.write('withheld = "they belong to others"\n')
    write(*small.build(committed=small.submissions.parent / "results.json"), small.submissions.parent)
    shutil.copytree(small.submissions.parent, board)
    (folder / "base" / "README.md").write_text("code\n")
    git(folder / "base", "init", "--quiet")
    commit(folder / "base")
    shutil.copytree(small.truth, folder / "labels")
    submit(small.predictions, folder / "good", "Good model")
    submit(small.predictions, folder / "hostile", HOSTILE, authors=("@somebody",))
    return folder


class PullRequest:
    """A clone of the base beside it, as the workflows have them; `run` runs a workflow's own script."""

    def __init__(self, world, folder, base="base", workflows=WORKFLOWS, board="leaderboard"):
        self.world, self.folder, self.workflows = world, folder, workflows
        shutil.copytree(world / base, folder / "base")
        git(folder, "clone", "--quiet", "base", "head")
        self.board = folder / "head" / board
        self.submissions = self.board / "submissions"
        shim = folder / "bin" / "merunibench"
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m merunibench "$@"\n')
        shim.chmod(0o755)

    def add(self, name, source="good"):
        shutil.copytree(self.world / source, self.submissions / name)

    def run(self, workflow, step, *, job=None, **env):
        """(exit code, what was printed) of the script of one step."""
        jobs = yaml.safe_load((self.workflows / workflow).read_text())["jobs"]
        (script,) = (
            each["run"]
            for key, body in jobs.items()
            for each in body["steps"]
            if each.get("name") == step and job in (None, key)
        )
        known = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "PYTHONPATH": str(ROOT),
            "BASE": git(self.folder / "base", "rev-parse", "HEAD"),
            "HEAD": commit(self.folder / "head"),
            "UPDATE": "false",
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env=known | env,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def review(self, **env):
        return self.run("submission.yml", "Review", **env)

    def comment(self, step="Review", job="review"):
        code, said = self.run("submission-comment.yml", step, job=job)
        assert code == 0, said
        return (self.folder / "comment.md").read_text()


@pytest.fixture
def request_(world, tmp_path):
    return PullRequest(world, tmp_path)


def tamper(board):
    """A score of 0.99 in the committed results, with the interval that it had."""
    path = board / "results.json"
    content = json.loads(path.read_text())
    content["rows"][0]["scores"]["meld"]["score"] = 0.05
    path.write_text(json.dumps(content))


def test_one_new_folder_is_acceptable_and_is_scored(request_, world):
    request_.add("good")
    code, said = request_.review()
    assert code == 0, said
    assert said.startswith("acceptable\n")
    comment = request_.comment()
    assert comment.startswith("**acceptable**")
    assert "are those of one" in comment  # which were packed from the same rows
    assert "Scores are computed by the maintainers" in comment
    shutil.copytree(world / "labels", request_.folder / "labels")
    comment = request_.comment("Score", "score")
    assert "Good model would be 1st" in comment
    assert "Next below: one" in comment


def test_a_base_that_has_moved_on_is_not_the_pull_requests_doing(request_):
    request_.add("good")
    commit(request_.folder / "head")
    (request_.folder / "base" / "README.md").write_text("newer code\n")
    commit(request_.folder / "base")
    git(request_.folder / "head", "fetch", "--quiet", "origin")
    assert request_.review()[0] == 0


CHANGES = {
    "changed": (
        lambda pull: rewrite(path := pull.submissions / "one" / "predictions" / "meld.jsonl.gz", read(path)[1:]),
        "changes the submission one (model one)",
    ),
    "deleted": (
        lambda pull: shutil.rmtree(pull.submissions / "one"),
        "deletes the submission one (model one)",
    ),
    "deleted, withheld": (
        lambda pull: shutil.rmtree(pull.submissions / "kept"),
        "deletes the submission kept (model Kept model, withheld: its committed scores are kept)",
    ),
    "renamed, withheld": (
        lambda pull: (pull.submissions / "kept").rename(pull.submissions / "mine"),
        "deletes the submission kept (model Kept model, withheld: its committed scores are kept) and adds it as mine",
    ),
    "edited results": (
        lambda pull: tamper(pull.board),
        "edits computed files, which must not be edited by hand: leaderboard/results.json",
    ),
    "a table": (
        lambda pull: (pull.board / "tables" / "strict-builtin.md").write_text("1st"),
        "edits computed files, which must not be edited by hand: leaderboard/tables/strict-builtin.md",
    ),
    "a sentence": (
        lambda pull: (pull.board / "pairs.json").write_text("{}"),
        "edits computed files, which must not be edited by hand: leaderboard/pairs.json",
    ),
    "a twin": (
        lambda pull: pull.add("Kept"),
        "Kept: the folder's name differs from 'kept' only in case",
    ),
    "code": (
        lambda pull: (pull.folder / "head" / "README.md").write_text("other"),
        "touches files outside the submissions: README.md",
    ),
    "published figures": (
        lambda pull: (pull.board / "published.csv").write_text("model"),
        "touches files outside the submissions: leaderboard/published.csv",
    ),
    "two": (lambda pull: [pull.add("good"), pull.add("better")], "adds 2 submissions; only one is accepted at a time"),
    "a link as a folder": (
        lambda pull: (pull.submissions / "linked").symlink_to("/etc"),
        "touches files outside the submissions: leaderboard/submissions/linked",
    ),
    "a new one withheld": (
        lambda pull: (
            (pull.submissions / "mine").mkdir(),
            (pull.submissions / "mine" / "submission.toml").write_text('model = "Mine"\nwithheld = "secret"\n'),
        ),
        "mine: a new submission must contain predictions",
    ),
    "a pickle": (
        lambda pull: [pull.add("good"), (pull.submissions / "good" / "x.pkl").write_bytes(b"x")],
        "good: x.pkl: is a pickle",
    ),
    "nothing": (lambda _: None, "changes nothing"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_else_fails_and_is_said(request_, name):
    change, said = CHANGES[name]
    change(request_)
    code, log = request_.review()
    assert code == 1
    assert f"problem: {said}" in log, log
    comment = request_.comment()
    assert comment.startswith("**not acceptable: ")


def test_a_tampered_score_fails_even_with_the_label(request_):
    tamper(request_.board)
    code, log = request_.review(UPDATE="true")
    assert code == 1
    assert "score 0.05 is outside its interval" in log
    assert "results.lock: results.json has SHA-256" in log
    shutil.rmtree(request_.folder / "base" / "leaderboard")
    shutil.copytree(request_.board, request_.folder / "base" / "leaderboard")
    code, log = request_.run("pages.yml", "Verify")
    assert code == 1
    assert "score 0.05 is outside its interval" in log


@pytest.mark.parametrize("name", ["pairs.json", "published.csv"])
def test_what_the_board_rests_on_agrees_with_it_even_with_the_label(request_, name):
    path = request_.board / name
    path.write_text(path.read_text().replace("single", "double") if name == "pairs.json" else "model,source\n")
    code, log = request_.review(UPDATE="true")
    assert code == 1
    assert name in log.split("with the label")[0]


def test_an_honest_board_is_published(request_):
    assert request_.run("pages.yml", "Verify")[0] == 0
    code, log = request_.run("pages.yml", "Build")
    assert code == 0, log
    assert (request_.folder / "site" / "index.html").is_file()
    assert request_.run("pages.yml", "Verify")[0] == 0


def test_with_the_label_a_submission_may_be_corrected_and_is_still_told(request_):
    path = request_.submissions / "one" / "predictions" / "meld.jsonl.gz"
    rewrite(path, read(path)[1:])
    code, log = request_.review(UPDATE="true")
    assert code == 0, log
    assert "with the label update: changes the submission one" in log


def test_a_link_in_the_place_of_a_submission_fails_even_with_the_label(request_):
    (request_.submissions / "linked").symlink_to("one")
    code, log = request_.review(UPDATE="true")
    assert code == 1
    assert "problem: replaces a submission folder by a link" in log
    assert "leaderboard/submissions/linked" in log


def test_a_link_in_the_place_of_all_submissions_fails_even_with_the_label(request_):
    request_.submissions.rename(request_.board / "elsewhere")
    request_.submissions.symlink_to("elsewhere")
    code, log = request_.review(UPDATE="true")
    assert code == 1
    assert "problem: replaces a submission folder by a link" in log


def test_nothing_in_a_comment_is_alive(request_, world):
    request_.add("hostile", "hostile")
    (request_.submissions / "hostile" / "@somebody https:--evil.example.pkl").write_bytes(b"x")
    (request_.submissions / "hostile" / "README.md").write_text("@somebody")
    for step, job in (("Review", "review"), ("Score", "score")):
        comment = request_.comment(step, job)
        assert "somebody" in comment
        for alive in ("@somebody", "@org", "://", "www.evil", "repo#1", "[a](b)", "<img>"):
            assert alive not in comment
    (request_.submissions / "hostile" / "@somebody https:--evil.example.pkl").unlink()
    shutil.copytree(world / "labels", request_.folder / "labels")
    comment = request_.comment("Score", "score")
    assert "would be" in comment
    for alive in ("@somebody", "@org", "://", "www.evil", "repo#1", "[a](b)", "<img>", "$x$"):
        assert alive not in comment


def test_names_of_folders_are_data(request_):
    marker = request_.folder / "executed"
    for name in (f"$(touch {marker.name})", "-rf", "a b", "new\nline", "*", "--update"):
        request_.add(name)
    code, log = request_.review()
    assert code == 1
    assert "adds 6 submissions" in log
    assert not marker.exists()


def test_a_board_of_its_own_runs_the_same_scripts(world, tmp_path, run, refused):
    home = tmp_path / "boards" / "own"
    created = run("leaderboard", "init", home)
    assert created.code == 0
    files = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert {str(Path(line).relative_to(home)) for line in created.out.splitlines()} == files
    assert not [name for name in files if name.endswith(".py")]
    assert f"merunibench=={merunibench.__version__}" in (home / "requirements.txt").read_text()
    shutil.copytree(world / "small" / "board" / "submissions" / "one", home / "submissions" / "one")
    where = ("--submissions", home / "submissions", "--data-root", world / "labels", "--processes", 1, "--no-cache")
    assert run("leaderboard", "build", *where, "--out", home, "--by", "A", "--date", "2026-01-31").code == 0
    git(home, "init", "--quiet")
    git(home, "add", "--all")  # what .gitignore names stays out
    commit_as_added(home)
    assert "index.html" not in git(home, "ls-files")
    (tmp_path / "pull").mkdir()
    pull = PullRequest(home.parent, tmp_path / "pull", "own", home / ".github" / "workflows", ".")
    shutil.copytree(world / "good", pull.submissions / "good")
    code, said = pull.review()
    assert code == 0, said
    shutil.copytree(world / "labels", pull.folder / "labels")
    assert "Good model would be 1st" in pull.comment("Score", "score")
    assert pull.run("pages.yml", "Verify")[0] == 0
    assert pull.run("pages.yml", "Build")[0] == 0
    tamper(pull.board)
    assert "edits computed files" in pull.review()[1]
    assert "not empty" in refused("leaderboard", "init", home)


def test_a_comment_there_is_whatever_fails(request_, world):
    request_.add("good")
    (request_.folder / "labels").mkdir()
    assert "Scores are computed by the maintainers" in request_.comment("Score", "score")
    for path in (world / "labels").rglob("*.csv"):
        place = request_.folder / "labels" / path.relative_to(world / "labels")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("broken\n")
    assert "The labels cannot be used" in request_.comment("Score", "score")
    shutil.rmtree(request_.folder / "labels")
    shutil.copytree(world / "labels", request_.folder / "labels")
    (request_.folder / "base" / "leaderboard" / "results.json").write_text("{}")
    assert "Could not be scored" in request_.comment("Score", "score")
    (request_.folder / "bin" / "merunibench").write_text("#!/bin/sh\nexit 3\n")
    (request_.folder / "comment.md").unlink()
    assert "Scoring failed" in request_.comment("Score", "score")
    (request_.folder / "comment.md").unlink()
    assert "The review failed" in request_.comment()


def test_a_long_comment_ends_at_a_line(request_, world, monkeypatch):
    request_.add("good")
    commits = git(request_.folder / "base", "rev-parse", "HEAD"), commit(request_.folder / "head")
    monkeypatch.setattr("merunibench.leaderboard.review.review._MOST", 120)
    found = review(request_.folder / "head", *commits, Path("leaderboard"))
    assert found.to_markdown().endswith("\n\nThe rest is in the log.\n")
    assert len(found.to_markdown()) < 160
    assert found.to_dict()["new"] == ["good"]
    assert read_results(request_.board / "results.json").models[0].id == "kept"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such", "HEAD"), "git rev-parse"),
        (("HEAD", "HEAD~0^{tree}"), "git rev-parse"),
        (("--", "--output=x", "HEAD"), "git rev-parse"),
    ],
)
def test_commits_that_are_none(request_, refused, arguments, said):
    where = ("--repository", request_.folder / "head")
    assert said in refused("leaderboard", "review", *where, *arguments)


def test_another_commit_than_the_one_checked_out(request_, refused):
    request_.add("good")
    head = commit(request_.folder / "head")
    git(request_.folder / "head", "checkout", "--quiet", "HEAD^")
    where = ("--repository", request_.folder / "head")
    assert "check out" in refused("leaderboard", "review", *where, "HEAD", head)
