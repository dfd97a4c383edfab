"""Runs commands in forks of a process that has everything imported: what came of each, and what it took.

A process of its own, since a fork begins with the memory of its parent, and a test session's is large.
"""

import gc
import json
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from typing import NamedTuple

from merunibench.lexicon import load_lexicon

LIGHT = (
    "merunibench.cli",
    "merunibench.data",
    "merunibench.evaluation",
    "merunibench.leaderboard",
    "merunibench.report",
)
# What those import only when it is needed.
LATER = (
    "datasets", "openpyxl", "pandas", "pyarrow.compute", "pyarrow.dataset", "pyarrow.feather", "pyarrow.parquet",
    "spacy", "merunibench.extraction.rules", "merunibench.inference.session", "merunibench.lexicon.critique.audit",
    "openai", "soundfile", "merunibench.media.sound", "merunibench.models.endpoint",
)  # fmt: skip
HEAVY = ("torch", "merunibench.models.affectgpt", "merunibench.models.affectgpt.selfcheck")
ADDRESS_SPACE = 6 << 30  # bytes: what goes wrong must not take the machine with it


class Done(NamedTuple):
    code: int  # negative: the signal that ended it
    out: str
    err: str
    mebibytes: float
    seconds: float


class Runner:
    """A warm process, and what it is asked to run.

    Args:
        folder: Where output is kept.
        heavy: Whether PyTorch is wanted.
    """

    def __init__(self, folder, *, heavy=False):
        self.files = [folder / "stdout", folder / "stderr"]
        command = [sys.executable, "-m", __name__, *(["heavy"] if heavy else [])]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, arguments, place, seconds=30):
        """`merunibench arguments…`, in a folder and with the user's files below it."""
        asked = {"arguments": list(map(str, arguments)), "place": str(place), "seconds": seconds}
        self.process.stdin.write(json.dumps(asked | {"files": list(map(str, self.files))}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        out, err = (path.read_text("utf-8", "backslashreplace") for path in self.files)
        return Done(answer["code"], out, err, answer["mebibytes"], answer["seconds"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def _serve(*, heavy):
    for package in LIGHT:
        found = import_module(package)
        for module in pkgutil.iter_modules(found.__path__, f"{package}."):
            if module.name != "merunibench.cli.affectgpt":
                import_module(module.name)
    for name in (*LATER, *(HEAVY if heavy else ())):
        import_module(name)
    load_lexicon("builtin")
    gc.freeze()  # so that the collector of a fork leaves these pages shared
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_forked(json.loads(line))) + "\n")
        sys.stdout.flush()


def _forked(asked):
    child = os.fork()
    if not child:
        _become(asked)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it has started and left; until it is waited for, the number is its own
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "mebibytes": used.ru_maxrss / 1024, "seconds": used.ru_utime + used.ru_stime}


def _become(asked):
    """The command, to its end."""
    from merunibench import cli

    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    signal.alarm(asked["seconds"])
    for number, name in enumerate([os.devnull, *asked["files"]]):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
    os.environ.update(MERUNIBENCH_HOME=f"{asked['place']}/user", COLUMNS="100", NO_COLOR="1", HF_HUB_OFFLINE="1")
    os.chdir(asked["place"])
    sys.argv = ["merunibench", *asked["arguments"]]
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = stop.code or 0
    except BaseException:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
        code = 1
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    _serve(heavy="heavy" in sys.argv)
