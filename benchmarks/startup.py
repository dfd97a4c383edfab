"""Measure start-up times, as ratios to importing only Typer and Rich.

    python -m benchmarks.startup

Each command alternates with the yardstick, so that a slower machine affects both.
"""

import statistics
import subprocess
import sys
import time

RUNS = 15
YARDSTICK = [sys.executable, "-c", "import typer, rich"]
MORE = (
    "import sys; from merunibench.cli import _lazy, main; sys.argv = ['merunibench', '--help']; "
    "_lazy.COMMANDS['merunibench']['Run'] |= {f'more-{n}': 'Do something that takes a line.' for n in range(12)}; "
    "main()"
)
COMMANDS = {
    "import merunibench": [sys.executable, "-c", "import merunibench"],
    "merunibench --help": [sys.executable, "-m", "merunibench", "--help"],
    "merunibench --help, 12 commands more": [sys.executable, "-c", MORE],
    "merunibench lexicon --help": [sys.executable, "-m", "merunibench", "lexicon", "--help"],
    "merunibench score --help": [sys.executable, "-m", "merunibench", "score", "--help"],
    "merunibench lexicon show builtin": [sys.executable, "-m", "merunibench", "lexicon", "show", "builtin"],
}


def seconds(command: list[str]) -> float:
    """Return the wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print median ratios."""
    print(f'{"":36}  median s  ratio to python -c "import typer, rich"')
    for name, command in COMMANDS.items():
        seconds(command)
        pairs = [(seconds(command), seconds(YARDSTICK)) for _ in range(RUNS)]
        median = statistics.median(each for each, _ in pairs)
        ratio = statistics.median(each / yardstick for each, yardstick in pairs)
        print(f"{name:36}  {median:8.2f}  {ratio:5.2f}")


if __name__ == "__main__":
    main()
