"""Every command that reads a file, on every hostile file there is: read, or refused in one line, within bounds.

One test an input; what is written there stands in tests/hostile/roles.py and contents.py.
"""

import shlex

import pytest

from tests.hostile.contents import lay
from tests.hostile.roles import roles
from tests.hostile.running import Runner
from tests.hostile.world import copy_of, make_world

ROLES = roles()
INPUTS = [(role, kind) for role, each in ROLES.items() for kind in each.inputs]
MEBIBYTES = 1024
SECONDS = 30


@pytest.fixture(scope="session")
def light(tmp_path_factory):
    runner = Runner(tmp_path_factory.mktemp("light"))
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def world(light, tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    return make_world(folder, lambda arguments: light.run(arguments, folder / "user"))


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def problems(done, role, name, left):
    """What is not as it should be."""
    refused = [line for line in done.err.splitlines() if line.startswith("error:")]
    if done.code not in {0, 2, *role.codes}:
        yield f"exit code {done.code}"
    if "Traceback" in done.err:
        yield "a traceback"
    if done.code == 2 and len(refused) != 1:
        yield f"{len(refused)} lines that begin with error:"
    if done.code == 2 and left:
        yield f"left {left}"
    if done.code == 2 and not all((name if role.said is None else role.said) in line for line in refused):
        yield "does not name the file"
    if done.mebibytes >= MEBIBYTES:
        yield f"{done.mebibytes:.0f} MiB"
    if done.seconds >= SECONDS:
        yield f"{done.seconds:.0f} s"


@pytest.mark.parametrize(("role", "kind"), INPUTS, ids=[f"{role}: {kind}" for role, kind in INPUTS])
def test_it_is_read_or_refused(world, light, tmp_path, role, kind):
    chosen = ROLES[role]
    folder = copy_of(world, chosen.parts, tmp_path / "w")
    path = folder / chosen.place
    path.parent.mkdir(parents=True, exist_ok=True)
    lay(path, chosen.inputs[kind])
    before = files_below(folder)
    wrong = []
    for number, line in enumerate(chosen.commands):
        out = tmp_path / f"out-{number}"
        places = {"w": folder, "f": path, "x": folder / (chosen.names or chosen.place), "out": out, "toy": world / "toy"}
        done = light.run([part.format(**places) for part in shlex.split(line)], tmp_path / "user", SECONDS)
        left = files_below(out) if out.is_dir() else []
        found = list(problems(done, chosen, path.name, left))
        if files_below(folder) != before:
            found.append(f"files beside it: {sorted(set(files_below(folder)) - set(before))}")
        if found:
            wrong.append(f"{line}\n  {'; '.join(found)}\n  {done.err[-1500:]}")
    assert not wrong, "\n".join(wrong)
