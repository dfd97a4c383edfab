"""Write the names of all test samples of MER-UniBench as truncated hashes, which data sets are checked against.

python -m tools.benchmark_names ../shared/official/nine/dataset ovmerd=../shared/official/ovmerd/ovlabel.csv

Names of licensed data sets must not be published, but their hashes may. Only test splits are included.
"""

import sys
from pathlib import Path

from merunibench.data import find_truth, load_truth
from merunibench.files import write_text
from merunibench.tasks import get_task, task_order
from merunibench.tasks.names import sample_hash

FILE = Path(__file__).parents[1] / "merunibench" / "tasks" / "benchmark_names.txt"
_HEAD = "# Names of test samples as truncated SHA-256 hashes, by data set; made by tools/benchmark_names.py.\n"


def names_text(root: Path, *others: str) -> str:
    """Return the file's text, from the official folders below `root` and `<data set>=<label file>`."""
    truths = find_truth(root) | {name: Path(path) for name, path in (each.split("=", 1) for each in others)}
    lines = [_HEAD]
    for dataset in task_order(truths):
        names = load_truth(get_task(dataset), truths[dataset]).names.to_pylist()
        lines.append(f"[{dataset}]\n")
        lines.extend(f"{digest}\n" for digest in sorted({sample_hash(name) for name in names}))
    return "".join(lines)


if __name__ == "__main__":
    write_text(FILE, names_text(Path(sys.argv[1]), *sys.argv[2:]))
