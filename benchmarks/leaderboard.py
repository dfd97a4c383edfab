"""Measure the time to build a board of 200 models, with invented submissions and labels, read from files.

    python -m benchmarks.leaderboard [--models 200] [--processes 2] [--runs 5]

Nine data sets of the official sizes, 12,799 samples per model; the builtin lexicon and two invented releases with the
structure and size of the official ones. Builds are timed as whole processes, including their start: once from scratch,
and several times with one submission changed and with nothing changed (median). Memory is that of all processes
together (proportional set size); it is measured only for the build from scratch, since measuring takes time.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt

from benchmarks.score_speed import compiled, invented_release
from merunibench.data import predictions_in_memory
from merunibench.leaderboard.submissions.submission import describe, pack
from merunibench.tasks import Task, benchmark_tasks


def names_of(task: Task) -> list[str]:
    """Return sample names in the format of the data set's test split."""
    prefix = "Ses05F_" if task.id == "iemocapfour" else ""
    return [f"{prefix}{task.id}_dia{number // 8}_utt{number:05d}" for number in range(task.samples)]


def write_labels(folder: Path, words: npt.NDArray[np.str_]) -> None:
    """Write invented labels of every data set."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for task in benchmark_tasks():
        if task.kind == "sentiment":
            labels = [repr(round(float(value), 1)) for value in rng.normal(0, 1.5, task.samples)]
        elif task.kind == "basic":
            labels = [task.classes[code] for code in rng.integers(len(task.classes), size=task.samples)]
        else:
            labels = [f"[{', '.join(rng.choice(words, 4))}]" for _ in range(task.samples)]
        lines = [json.dumps({"name": n, "label": y}) for n, y in zip(names_of(task), labels, strict=True)]
        (folder / f"{task.id}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_submission(folder: Path, number: int, words: npt.NDArray[np.str_], seed: int) -> None:
    """Write an invented submission: answers of two to six words, with the repetition of real outputs."""
    rng = np.random.default_rng(seed)
    lists = [list(map(str, rng.choice(words, rng.integers(2, 7)))) for _ in range(3000)]
    data: dict[str, object] = {}
    for task in benchmark_tasks():
        if task.kind == "sentiment":
            answers: list[object] = list(rng.choice(["positive", "negative", "neutral"], task.samples).tolist())
        else:
            answers = [lists[index % len(lists)] for index in rng.zipf(1.3, task.samples)]
        data[task.id] = dict(zip(names_of(task), answers, strict=True))
    pack(predictions_in_memory(data), describe(model=f"Invented {number}"), folder)


def tree_memory(process: int) -> float:
    """Return the memory of a process and its children in MiB (proportional set size, Linux only; otherwise 0)."""
    total = 0.0
    waiting = [process]
    while waiting:
        one = waiting.pop()
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
    return total


_UNUSUAL = {"PYTHONDONTWRITEBYTECODE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}
"""Variables that users rarely set: modules are kept compiled, and NumPy decides how many threads it uses."""


def build(folder: Path, processes: int, *, watched: bool) -> tuple[float, float]:
    """Return the seconds of one build as a process, and its peak memory in MiB; 0 if not `watched`."""
    command = [sys.executable, "-m", "merunibench", "leaderboard", "build"]
    command += ["--submissions", str(folder / "submissions"), "--data-root", str(folder / "labels")]
    command += ["--lexicon", str(folder / "first.json"), "--lexicon", str(folder / "second.json")]
    command += ["--out", str(folder / "out"), "--cache", str(folder / "cache.sqlite"), "--processes", str(processes)]
    peak, start = 0.0, time.perf_counter()
    usual = {name: value for name, value in os.environ.items() if name not in _UNUSUAL}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=usual)
    while watched and process.poll() is None:
        peak = max(peak, tree_memory(process.pid))
        time.sleep(0.1)
    process.wait()
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return seconds, peak


def change(folder: Path, words: npt.NDArray[np.str_], seed: int) -> None:
    """Replace the answers of one submission."""
    changed = folder / "submissions" / "model-000"
    shutil.rmtree(changed)
    write_submission(changed, 0, words, seed)


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5, help="number of builds with a change, and without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words: npt.NDArray[np.str_] = np.array([])
        for seed, lexicon in ((1, "first"), (2, "second")):
            release = compiled(invented_release(np.random.default_rng(seed))).renamed(lexicon)
            words = np.array(sorted(release.codes))
            (folder / f"{lexicon}.json").write_text(release.to_text(), encoding="utf-8")
        write_labels(folder / "labels", words)
        for number in range(options.models):
            write_submission(folder / "submissions" / f"model-{number:03d}", number, words, number)
        print(f"{options.models} models x 9 data sets, {options.processes} processes")
        seconds, peak = build(folder, options.processes, watched=True)
        print(f"  from scratch              {seconds:6.2f} s (bar 60), {peak:6,.0f} MiB (bar 4,096)")
        times = []
        for run in range(options.runs):
            change(folder, words, 10_000 + run)
            times.append(build(folder, options.processes, watched=False)[0])
        print(f"  one submission changed    {median(times):6.2f} s (bar 3); {min(times):.2f} to {max(times):.2f}")
        times = [build(folder, options.processes, watched=False)[0] for _ in range(options.runs)]
        print(f"  nothing changed           {median(times):6.2f} s; {min(times):.2f} to {max(times):.2f}")


if __name__ == "__main__":
    main()
