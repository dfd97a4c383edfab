"""Run the example notebook again in a fresh kernel: `python -m tools.notebook examples/notebook.ipynb [OUT]`.

It is committed with its outputs, so that it can be read without being run; a test runs it and compares the outputs
with these.
"""

import sys
from pathlib import Path
from typing import Any

SECONDS = 60
"""Maximum time per cell."""


def run(source: Path, target: Path) -> None:
    """Run all cells of a notebook and write it, without anything that depends on time or machine.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed.
        nbclient.exceptions.CellTimeoutError: A cell took too long.
    """
    import nbformat
    from nbclient import NotebookClient

    made: Any = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(made, timeout=SECONDS, kernel_name="python3", record_timing=False).execute()
    made.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(made)
    nbformat.write(made, target)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[-1]))
