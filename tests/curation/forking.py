"""Commands in forks of a process that has imported what they need: a start costs milliseconds, kills hit no import.

`python -m tests.curation.forking` reads a line of JSON per command, `{"arguments": […], "seconds": 0.7}`, kills it with
SIGKILL after so many seconds (never, if null), and answers with its exit code, or null if it was killed.
"""

import json
import os
import pkgutil
import signal
import subprocess
import sys
import time
from importlib import import_module


class Forking:
    """That process, and commands in it."""

    def __init__(self, environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.curation.forking"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments, seconds=None):
        """The exit code of a command; None if it was killed before its end."""
        self.process.stdin.write(json.dumps({"arguments": list(map(str, arguments)), "seconds": seconds}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def main():
    _import_all()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_forked(**json.loads(line))) + "\n")
        sys.stdout.flush()


def _import_all():
    """What a run imports, networks of speakers apart."""
    for package in ("merunibench.cli.curate", "merunibench.curation", "merunibench.curation.report"):
        for module in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    for name in ("datasets", "openai", "spacy"):
        import_module(name)


def _forked(arguments, seconds):
    child = os.fork()
    if not child:
        _become(arguments)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return None if code == -signal.SIGKILL else code


def _become(arguments):
    """The command, to its end."""
    from merunibench import cli

    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    sys.argv = ["merunibench", *arguments]
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = stop.code or 0
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()
