"""The names of all samples of MER-UniBench's test sets as truncated hashes, against which data sets are checked.

python -m tools.benchmark_names ../shared/official/nine/dataset      # after a data set was added

Names of licensed data sets are not handed on; hashes of them are. Only test splits count.
"""

import sys
from pathlib import Path

from merunibench.data import find_truth, load_truth
from merunibench.data.benchmark_names import sample_hash
from merunibench.files import write_text
from merunibench.tasks import TASKS, task_order

FILE = Path(__file__).parents[1] / "merunibench" / "data" / "benchmark_names.txt"
_HEAD = "# Names of test samples as truncated SHA-256 hashes, by data set; made by tools/benchmark_names.py.\n"


def names_text(root: Path) -> str:
    """The file's text, from the official folders below `root`: the same labels give the same bytes."""
    truths = find_truth(root)
    lines = [_HEAD]
    for dataset in task_order(truths):
        names = load_truth(TASKS[dataset], truths[dataset]).names.to_pylist()
        lines.append(f"[{dataset}]\n")
        lines.extend(f"{digest}\n" for digest in sorted({sample_hash(name) for name in names}))
    return "".join(lines)


if __name__ == "__main__":
    write_text(FILE, names_text(Path(sys.argv[1])))
