"""The Chromium that the page is tested in: find it, or install Debian's where that may be done.

python -m tests.leaderboard.chromium    # what `make test` runs first; fails only where CI=true and there is none
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ADVICE = (
    "no Chromium found: browser tests are skipped; install it (Debian: apt-get install chromium), "
    "or set MERUNIBENCH_CHROMIUM to its path"
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find():
    """Path of a Chromium, or None."""
    named = os.environ.get("MERUNIBENCH_CHROMIUM")
    if named:
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or next((path for path in APPLICATIONS if Path(path).is_file()), None)


def required():
    """Whether a missing browser is a failure: in continuous integration a skipped test is a silent one."""
    return os.environ.get("CI") == "true"


def install():
    """Debian's Chromium, where this is Debian and the user is root; whether that worked out, `find` says."""
    if os.environ.get("MERUNIBENCH_CHROMIUM") or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", *command], env=environment, stdout=sys.stderr, check=False)
        if done.returncode:
            return


def main():
    """Exit code 1 if there must be a browser and is none."""
    if not find():
        install()
    if find():
        return 0
    sys.stderr.write(ADVICE + "\n")
    return 1 if required() else 0


if __name__ == "__main__":
    raise SystemExit(main())
