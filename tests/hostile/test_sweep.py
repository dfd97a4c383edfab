"""Every command that reads a file, on every hostile file there is: read, or refused in one line, within bounds.

A test for each input, which runs all commands that read it; `make test` takes a part. The inputs stand in
roles.py, inputs.py and contents.py.
"""

import shlex
import zlib

import pytest

from tests.fake_openai import fake_server
from tests.hostile.contents import lay
from tests.hostile.roles import roles
from tests.hostile.running import Runner
from tests.hostile.world import copy_of, make_checkpoints, make_world

ROLES = roles()
LARGE = {"many members", "a bomb", "long texts", "answers of reasoning", "distinct words", "columns", "a long list"}
"""Kinds that take seconds."""
SHARE = 8
MEBIBYTES = 1024
SECONDS = 30
CHECKS = ("leaderboard verify", "leaderboard diff", "affectgpt inspect", "affectgpt selfcheck", "--dry-run")
"""What exits with 1 where a check has failed."""
NAMES = ("x" * 5000, "no\n\x1b[31m such", "half \udcff")


def _marks(name, kind):
    chosen = kind not in LARGE and zlib.crc32(f"{name}: {kind}".encode()) % SHARE == 0
    return () if chosen else pytest.mark.slow


INPUTS = [
    pytest.param(name, kind, id=f"{name}: {kind}", marks=_marks(name, kind))
    for name, role in ROLES.items()
    for kind in role.inputs
]


@pytest.fixture(scope="session")
def light(tmp_path_factory):
    with Runner(tmp_path_factory.mktemp("light")) as runner:
        yield runner


@pytest.fixture(scope="session")
def heavy(tmp_path_factory):
    pytest.importorskip("torch")
    with Runner(tmp_path_factory.mktemp("heavy"), heavy=True) as runner:
        yield runner


@pytest.fixture(scope="session")
def light_world(light, tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    return make_world(folder, lambda arguments: light.run(arguments, folder))


@pytest.fixture(scope="session")
def heavy_world(heavy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints")
    make_checkpoints(folder)
    return folder


@pytest.fixture(scope="session")
def endpoint():
    with fake_server(lambda *_: "happy") as server:
        yield server.url


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def problems(line, done, said, left):
    """What is not as it should be: what was said must hold `said`."""
    refusals = [text for text in done.err.splitlines() if text.startswith("error:")]
    if line.startswith("leaderboard validate") and done.code == 2 and not refusals:
        refusals = [done.out]  # it is asked for what is wrong
    if done.code not in {0, 2} and not (done.code == 1 and any(check in line for check in CHECKS)):
        yield f"exit code {done.code}"
    if "Traceback" in done.err or not all(text.isprintable() for text in done.err.splitlines()):
        yield "a traceback, or a command to the terminal"
    if done.code == 2 and len(refusals) != 1:
        yield f"{len(refusals)} lines that begin with error:"
    if done.code == 2 and left:
        yield f"left {left}"
    if done.code == 2 and not all(said in text for text in refusals):
        yield "does not name the file"
    if done.mebibytes >= MEBIBYTES:
        yield f"{done.mebibytes:.0f} MiB"
    if done.seconds >= SECONDS:
        yield f"{done.seconds:.0f} s"


def _where(request, role):
    weight = "heavy" if role.heavy else "light"
    return request.getfixturevalue(weight), request.getfixturevalue(f"{weight}_world")


@pytest.mark.parametrize(("name", "kind"), INPUTS)
def test_it_is_read_or_refused(request, tmp_path, name, kind):
    role = ROLES[name]
    runner, world = _where(request, role)
    folder = copy_of(world, role.parts, tmp_path / "w")
    path = folder / role.place
    path.parent.mkdir(parents=True, exist_ok=True)
    lay(path, role.inputs[kind])
    places = {"w": folder, "f": path, "x": folder / (role.named or role.place), "toy": world / "toy"}
    if any("{url}" in line for line in role.commands):
        places["url"] = request.getfixturevalue("endpoint")
    before, wrong = files_below(folder), []
    for number, line in enumerate(role.commands):
        out = tmp_path / f"out-{number}"
        done = runner.run([part.format(**places, out=out) for part in shlex.split(line)], tmp_path, SECONDS)
        found = list(problems(line, done, path.name if role.said is None else role.said, files_below(out)))
        if done.code == 2 and files_below(folder) != before:
            found.append(f"files beside it: {sorted(set(files_below(folder)) - set(before))}")
        if found:
            wrong.append(f"{line}\n  {'; '.join(found)}\n  {done.err[-1500:]}")
    assert not wrong, "\n".join(wrong)


BY_NAME = {
    line: name
    for name, role in ROLES.items()
    for line in role.commands
    if ("{f}" in line or "{x}" in line) and not line.endswith(("--out {x}", "--cache {f}"))  # which may be new
}


@pytest.mark.parametrize("line", BY_NAME)
def test_a_name_of_nothing_is_refused(request, tmp_path, line):
    role = ROLES[BY_NAME[line]]
    runner, world = _where(request, role)
    folder, wrong = copy_of(world, role.parts, tmp_path / "w"), []
    for given in NAMES:
        places = {"w": folder, "f": given, "x": given, "toy": world / "toy", "out": tmp_path / "out"}
        done = runner.run([part.format(**places) for part in shlex.split(line)], tmp_path, SECONDS)
        found = list(problems(line, done, "", files_below(tmp_path / "out")))
        if found or (done.code == 0 and not line.startswith("explain")):
            wrong.append(f"{line} {given[:20]!a}\n  {'; '.join(found) or 'exit code 0'}\n  {done.err[-1500:]}")
    assert not wrong, "\n".join(wrong)
