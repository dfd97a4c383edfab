"""Measure the size of the leaderboard's page for 200 models, and the time to write, open, sort and filter it.

    python -m benchmarks.leaderboard_page [MODELS]

Needs Chromium. Sorting and filtering are timed in the browser, from the click until the next frame is ready.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from merunibench.leaderboard.page import render_site
from tests.leaderboard import chromium
from tests.leaderboard.sample import sample

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

_TIMED = """async ([act, what]) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const acts = {
    sort: () => document.querySelector(`#board th[data-col=${what}]:not([hidden]) button`).click(),
    search: () => {
      const field = document.querySelector("input[name=q]");
      field.value = what;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    },
    lexicon: () => {
      const choice = document.querySelector("select[name=lexicon]");
      choice.value = what;
      choice.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };
  await frame();
  const start = performance.now();
  acts[act]();
  await frame();
  return performance.now() - start;
}"""
_ACTS = {
    "sort": ("official", "basic", "basic", "strict", "model", "lift", "sentiment", "sentiment"),
    "search": ("model 1", "", "b. author", "", "17", ""),
    "lexicon": ("mer2026", "builtin", "mer2025", "mer2026", "mer2025"),
}


def main() -> None:
    """Print sizes and times."""
    models = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    results, details = sample(models)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        render_site(results, details, folder)
        print(f"site of {models} models written in {time.perf_counter() - start:.2f} s")
        _print_weights(folder)
        _print_times(folder)


def _print_weights(folder: Path) -> None:
    def size(pattern: str) -> int:
        return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())

    page = size("index.html") + size("static/**/*") + size("pairs/*")
    print(f"main page with everything it can load: {page / 1e6:.2f} MB (table {size('index.html') / 1e6:.2f} MB)")
    print(f"a model's page: {size('models/*') / max(1, len(list(folder.glob('models/*')))) / 1e3:.0f} kB")


def _print_times(folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    path = chromium.find()
    if path is None:
        print(chromium.ADVICE)
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=chromium.FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start = time.perf_counter()
        page.goto((folder / "index.html").as_uri())
        print(f"opened in {1000 * (time.perf_counter() - start):.0f} ms")
        page.wait_for_timeout(1000)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        for act, values in _ACTS.items():
            waited, busy = [], []
            for value in values:
                before = _busy(session)
                waited.append(page.evaluate(_TIMED, [act, value]))
                busy.append(_busy(session) - before)
                page.wait_for_timeout(400)  # until the figures are drawn
            print(
                f"{act:7} next frame after: median {statistics.median(waited):5.1f} ms, most {max(waited):5.1f} ms; "
                f"the page's thread busy: median {statistics.median(busy):5.1f} ms"
            )
        browser.close()


def _busy(session: "CDPSession") -> float:
    """Return the CPU time of the page's thread in milliseconds, which does not depend on other load of the machine."""
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * float(metrics["TaskDuration"])


if __name__ == "__main__":
    main()
