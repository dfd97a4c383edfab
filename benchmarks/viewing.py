"""Measure how fast `merunibench view` opens and filters 10,000 samples of two models, and the size of its index.

    python -m benchmarks.viewing [SAMPLES]

Needs Chromium. Times are measured in the browser: from the request of the page until its first rows are drawn, and from
a change of a filter until the next frame.
"""

import json
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from merunibench.tasks import BUILTIN
from merunibench.viewing.index import make_index
from merunibench.viewing.results import Collection, load_results
from merunibench.viewing.serving import serving
from tests.leaderboard import chromium

_WORDS = [
    "happy",
    "sad",
    "angry",
    "worried",
    "surprised",
    "disgusted",
    "calm",
    "proud",
    "lonely",
    "anxious",
    "relieved",
]
_WORDS += ["bored", "curious", "tense"]
_TIMED = """async ([name, value]) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const field = document.querySelector(`#filters [name=${name}]`);
  await frame();
  const start = performance.now();
  if (field.type === "checkbox") field.checked = value === "1"; else field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await frame();
  return performance.now() - start;
}"""
_FILTERS = (("q", "clip 77"), ("q", ""), ("score", "zero"), ("score", ""), ("differ", "1"), ("differ", ""))
_MORE = (("sort", "differ"), ("sort", "cost"), ("unknown", "1"), ("unknown", ""))


def write_world(folder: Path, samples: int) -> None:
    """Write labels, and answers of two models."""
    draw = random.Random(0)
    truth = ["name,label", *(f'clip {row:05d},"[{", ".join(draw.sample(_WORDS, 3))}]"' for row in range(samples))]
    (folder / "truth").mkdir()
    (folder / "truth" / "mer2025ov.csv").write_text("\n".join(truth) + "\n", encoding="utf-8")
    for model in ("first", "second"):
        lines = []
        for row in range(samples):
            said = draw.sample([*_WORDS, f"word{row % 500}"], 4)
            text = f"<think>The person in the clip moves slowly.</think><answer>{', '.join(said)}</answer>"
            lines.append(json.dumps({"name": f"clip {row:05d}", "text": text, "labels": said}))
        (folder / model).mkdir()
        (folder / model / "mer2025ov.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Print sizes and times."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(folder, samples)
        begun = time.perf_counter()
        models = [folder / "first", folder / "second"]
        collection = load_results(models, folder / "truth", datasets=["mer2025ov"], tasks=BUILTIN, missing="zero")
        size = len(json.dumps(make_index(collection), separators=(",", ":")))
        print(f"{samples} samples of 2 models loaded in {time.perf_counter() - begun:.1f} s; index {size / 1e6:.2f} MB")
        _print_times(collection)


def _print_times(collection: Collection) -> None:
    from playwright.sync_api import sync_playwright

    path = chromium.find()
    if path is None:
        print(chromium.ADVICE)
        return
    with serving(collection) as server, sync_playwright() as driver:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = driver.chromium.launch(executable_path=path, args=chromium.FLAGS)
        paints, drawn = [], []
        for _ in range(5):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            begun = time.perf_counter()
            page.goto(f"{server.address}#tab=samples")
            page.wait_for_selector("#rows > div")
            drawn.append(1000 * (time.perf_counter() - begun))
            paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
            paints.append(page.evaluate(paint))
        print(f"first paint: median {statistics.median(paints):.0f} ms; first rows: {statistics.median(drawn):.0f} ms")
        waited = [page.evaluate(_TIMED, list(each)) for _ in range(3) for each in (*_FILTERS, *_MORE)]
        print(f"a filter: median {statistics.median(waited):.1f} ms to the next frame, most {max(waited):.1f} ms")
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
