"""Rewrite what the golden corpus expects, with the code at hand.

python -m tests.golden.record             # all cases, and the list of public names
python -m tests.golden.record CASE…       # these cases alone
"""

import sys
import tempfile
from pathlib import Path

from tests.golden.corpus import CASES
from tests.golden.running import EXPECTED, run_case
from tests.golden.world import write_world


def record(names):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write_world(root)
        for case in CASES:
            if not names or case.name in names:
                (EXPECTED / f"{case.name}.txt").write_text(run_case(case, root), encoding="utf-8")
    if not names:
        for path in set(EXPECTED.glob("*.txt")) - {EXPECTED / f"{case.name}.txt" for case in CASES}:
            path.unlink()


if __name__ == "__main__":
    record(set(sys.argv[1:]))
