"""Rewrite what the golden corpus expects, with the code at hand.

python -m tests.golden.record             # all cases, and the list of public names
python -m tests.golden.record CASE…       # these cases alone
"""

import os
import sys
import tempfile
from pathlib import Path

from tests.golden.corpus import CASES, LICENSED
from tests.golden.running import DIGESTS, EXPECTED, digests_of_case, read_digests, run_case, write_digests
from tests.golden.test_names import NAMES, public_names
from tests.golden.world import write_world


def record(wanted):
    """The cases that are wanted; all, where none is named."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write_world(root)
        for case in CASES:
            if not wanted or case.name in wanted:
                (EXPECTED / f"{case.name}.txt").write_text(run_case(case, root), encoding="utf-8")
    if not wanted:
        NAMES.write_text(public_names(), encoding="utf-8")
        for path in set(EXPECTED.glob("*.txt")) - {EXPECTED / f"{case.name}.txt" for case in CASES}:
            path.unlink()


def record_licensed(shared, wanted):
    """Digests of what is said of the licensed files below the folder `shared`."""
    known = read_digests() if DIGESTS.is_file() else {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "given").symlink_to(shared / "official", target_is_directory=True)
        found = {case.name: digests_of_case(case, root) for case in LICENSED if not wanted or case.name in wanted}
    write_digests({case.name: found.get(case.name, known.get(case.name, [])) for case in LICENSED})


if __name__ == "__main__":
    names = set(sys.argv[1:])
    unknown = names - {case.name for case in (*CASES, *LICENSED)}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    record(names)
    licensed = Path(os.environ.get("MERUNIBENCH_SHARED") or Path(__file__).parents[3] / "shared")
    if licensed.is_dir():
        record_licensed(licensed.resolve(), names)
    else:
        sys.exit(f"{licensed} is not there: the digests of what is said of the licensed files stay as they were")
