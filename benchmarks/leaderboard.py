"""How long does a board of 200 models take? Invented submissions on invented labels, through files as a stranger's.

    python -m benchmarks.leaderboard [--models 200] [--processes 2]

Nine data sets of the official sizes, 12,799 samples a model; the builtin lexicon and two invented releases in the shape
and size of the official ones. Builds are timed as whole processes, their start included: from scratch, with one
submission changed, with nothing changed. Memory is that of all processes together, shared pages counted by share.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.score_speed import compiled, invented_release
from merunibench.data import predictions_in_memory
from merunibench.leaderboard.packing import pack
from merunibench.leaderboard.submission import describe
from merunibench.tasks import Task, benchmark_tasks

BARS = {"from scratch": (60.0, 4096.0), "one submission changed": (3.0, 4096.0), "nothing changed": (3.0, 4096.0)}


def names_of(task: Task) -> list[str]:
    """Sample names, in the shape that the test split of the data set has."""
    prefix = "Ses05F_" if task.id == "iemocapfour" else ""
    return [f"{prefix}{task.id}_dia{number // 8}_utt{number:05d}" for number in range(task.samples)]


def write_labels(folder: Path, words: npt.NDArray[np.str_]) -> None:
    """Invented labels of every data set."""
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
    """An invented submission: answers of two to six words with the repetition of real outputs."""
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
    """Memory of a process and its children in MiB, shared pages by share, as Linux tells it; 0 elsewhere."""
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


def measure(title: str, folder: Path, processes: int) -> None:
    """Time one build as a process, and print it beside its bar."""
    command = [sys.executable, "-m", "merunibench", "leaderboard", "build"]
    command += ["--submissions", str(folder / "submissions"), "--data-root", str(folder / "labels")]
    command += ["--lexicon", str(folder / "first.json"), "--lexicon", str(folder / "second.json")]
    command += ["--out", str(folder / "out"), "--cache", str(folder / "cache.sqlite"), "--processes", str(processes)]
    peak, start = 0.0, time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, tree_memory(process.pid))
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    limit, memory = BARS[title]
    print(f"  {title:<24} {seconds:6.2f} s (bar {limit:.0f}), {peak:6,.0f} MiB (bar {memory:,.0f})")


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--processes", type=int, default=2)
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
        measure("from scratch", folder, options.processes)
        changed = folder / "submissions" / "model-007"
        subprocess.run(["rm", "-r", str(changed)], check=True)
        write_submission(changed, 7, words, 10_007)
        measure("one submission changed", folder, options.processes)
        measure("nothing changed", folder, options.processes)


if __name__ == "__main__":
    main()
