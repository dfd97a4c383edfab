"""Measure the speed of scoring: a million fine-grained samples from Parquet to report, compared with a plain loop.

    python -m benchmarks.score_speed [--rows 1000000]

The CPU times of all threads are compared, since other load affects their ratio little. The toolkit is measured as a
whole process, including its start, with and without bootstrap intervals; its bytecode is compiled beforehand, as by
pip. The plain loop is tests/oracle: it looks up every label of every sample on every wheel in the three tables of a
release, as defined in docs/metric.md. It runs in this process on a part of the rows, is scaled up, and computes no
interval. Loop and toolkit alternate; medians and best runs are compared. The lexicon is invented, with the structure
and size of an official release: 7,500 forms of 1,250 words with 1 to 12 synonyms.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from merunibench.labels import LabelLists
from merunibench.lexicon import LEVELS, Lexicon, ReleaseTables, compile_release, load_wheels
from merunibench.protocols import SetF1
from tests.oracle import metrics as oracle
from tests.oracle.lexicon import OfficialLexicon

ORACLE_ROWS = 20_000
DISTINCT_LISTS = 3_000  # distinct label lists among the 26,000 of a released model's seven checkpoints on one data set
RUNS = 5


def invented_release(rng: np.random.Generator) -> OfficialLexicon:
    """Return three tables with the structure and size of an official release: forms, synonyms, wheels."""
    placements = [{level: wheel.placement(level) for level in LEVELS} for wheel in load_wheels()]
    wheel_words = sorted({word for wheel in placements for word in wheel[1]})
    bases = [*wheel_words, *(f"base{number}" for number in range(1250 - len(wheel_words)))]
    synonyms = {base: list(rng.choice(wheel_words, rng.integers(1, 13))) for base in bases}
    forms = {f"{base}{ending}": [base] for base in bases for ending in ("", "s", "ly", "ness", "ing", "ed")}
    return OfficialLexicon(forms, synonyms, placements)


def compiled(release: OfficialLexicon) -> Lexicon:
    """Return the release, compiled like an installed one."""
    placements = {level: tuple(wheel[level] for wheel in release.wheels) for level in LEVELS}
    return compile_release(ReleaseTables(release.forms, release.synonyms, placements, {}), "invented")


def label_texts(rng: np.random.Generator, words: npt.NDArray[np.str_], rows: int, *, distinct: bool) -> list[str]:
    """Return texts of label lists of two to six words; all distinct, or with the repetition of real outputs."""
    number = rows if distinct else DISTINCT_LISTS
    texts: dict[str, None] = {}
    while len(texts) < number:
        lengths = rng.integers(2, 7, number)
        drawn = np.split(words[rng.integers(len(words), size=lengths.sum())], np.cumsum(lengths)[:-1])
        texts.update(dict.fromkeys("[" + ", ".join(labels) + "]" for labels in drawn))
    pool = list(texts)[:number]
    return pool if distinct else [pool[index] for index in rng.zipf(1.3, rows) % number]


def with_new_words(texts: list[str], stem: str) -> list[str]:
    """Add to each text of a label list one unique word that is not in the lexicon."""
    return [f"{text[:-1]}, {stem}{row:07d}]" for row, text in enumerate(texts)]


def write_case(
    folder: Path, words: npt.NDArray[np.str_], rows: int, *, distinct: bool, new_words: bool
) -> tuple[list[str], list[str]]:
    """Write ground truth and predictions as Parquet."""
    rng = np.random.default_rng(0)
    names = [f"sample_{row:08d}" for row in range(rows)]
    truth, predicted = (label_texts(rng, words, rows, distinct=distinct) for _ in range(2))
    if new_words:
        truth, predicted = with_new_words(truth, "true"), with_new_words(predicted, "said")
    (folder / "truth").mkdir(parents=True)
    (folder / "preds").mkdir()
    pq.write_table(pa.table({"name": names, "label": truth}), folder / "truth" / "ovmerdplus.parquet")
    pq.write_table(pa.table({"name": names, "labels": predicted}), folder / "preds" / "ovmerdplus.parquet")
    return truth, predicted


def time_toolkit(folder: Path, bootstrap: int) -> tuple[float, float]:
    """Return CPU time in seconds and peak memory in MiB of one run of `merunibench score` as a process."""
    command = [sys.executable, "-m", "merunibench", "score", str(folder / "preds"), "--format", "json"]
    command += ["--data-root", str(folder / "truth"), "--bootstrap", str(bootstrap)]
    command += ["--lexicon", str(folder / "invented.json")]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    peak, start = 0.0, cpu_of_children()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    while process.poll() is None:
        peak = max(peak, resident_peak(process.pid))
        time.sleep(0.005)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return cpu_of_children() - start, peak


def cpu_of_children() -> float:
    """Return the CPU time in seconds of the child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def resident_peak(process: int) -> float:
    """Return the peak resident memory of a running process in MiB (Linux only; otherwise 0)."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def time_loop(truth: list[str], predicted: list[str], release: OfficialLexicon) -> tuple[float, float]:
    """Return the CPU seconds per row of the plain loop, and its score on the given rows."""
    start = time.process_time()
    parsed = [[oracle.parse(text) for text in texts] for texts in (truth, predicted)]
    figures = oracle.fine_grained(parsed[0], parsed[1], release.sector)
    return (time.process_time() - start) / len(truth), figures["f"]


def check_agreement(truth: list[str], predicted: list[str], lexicon: Lexicon, expected: float) -> None:
    """Check that both compute the same score on the rows of the loop."""
    metric = SetF1()
    sets = [lexicon.sector_sets(LabelLists.from_fields(texts)) for texts in (truth, predicted)]
    score = float(metric.score(metric.statistics(*sets).sum(axis=1)))
    if abs(score - expected) > 1e-12:
        raise SystemExit(f"the toolkit computes {score}, the plain loop {expected}")


def measure(folder: Path, truth: list[str], predicted: list[str], release: OfficialLexicon, bar: int) -> None:
    """Print the ratios of one case; loop and toolkit alternate, so that a slower machine affects both."""
    part = min(len(truth), ORACLE_ROWS)
    loops: list[float] = []
    runs: dict[int, list[tuple[float, float]]] = {0: [], 1000: []}
    time_toolkit(folder, 0)  # compiles the bytecode
    for _ in range(RUNS):
        for bootstrap, measured in runs.items():
            per_row, score = time_loop(truth[:part], predicted[:part], release)
            loops.append(per_row)
            measured.append(time_toolkit(folder, bootstrap))
    check_agreement(truth[:part], predicted[:part], compiled(release), score)
    loop, best_loop = (figure(loops) * len(truth) for figure in (statistics.median, min))
    print(f"  plain loop        {loop:6.2f} s, best {best_loop:6.2f} s (scaled up from {part:,} rows)")
    for bootstrap, measured in runs.items():
        seconds, best = (figure([each for each, _ in measured]) for figure in (statistics.median, min))
        peak = max(each for _, each in measured)
        ratios = f"{loop / seconds:.0f} times faster, best to best {best_loop / best:.0f} (bar {bar})"
        print(f"  --bootstrap {bootstrap:<5} {seconds:6.2f} s, best {best:6.2f} s: {ratios}; peak {peak:,.0f} MiB")


def main() -> None:
    """Print the ratios of all cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    release = invented_release(np.random.default_rng(1))
    words = np.array(sorted(release.forms))
    cases = (
        ("all label strings differ", True, False, 20),
        ("a new unknown word in each row", True, True, 20),
        ("repetition of real outputs", False, False, 60),
    )
    for title, distinct, new_words, bar in cases:
        with tempfile.TemporaryDirectory() as folder:
            truth, predicted = write_case(Path(folder), words, rows, distinct=distinct, new_words=new_words)
            (Path(folder) / "invented.json").write_text(compiled(release).to_text(), encoding="utf-8")
            print(f"{title} ({rows:,} rows)")
            measure(Path(folder), truth, predicted, release, bar)


if __name__ == "__main__":
    main()
