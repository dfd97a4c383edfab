"""What the leaderboard's page of 200 models weighs, and how long it takes to write, to open, to sort and to filter.

    python -m benchmarks.leaderboard_page [MODELS]

Needs Chromium. Sorting and filtering are timed in the browser, from the click until the next frame is ready.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from merunibench.leaderboard.page import render_site
from tests.leaderboard import chromium
from tests.leaderboard.sample import sample

_CLICKS = """async () => {
  const head = (key) => document.querySelector(`section.board:not([hidden]) th[data-col=${key}] button`);
  const search = document.querySelector("input[name=q]");
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const timed = async (act) => {
    await frame();
    const start = performance.now();
    act();
    await frame();
    return performance.now() - start;
  };
  const typed = (text) => { search.value = text; search.dispatchEvent(new Event("input", { bubbles: true })); };
  const rest = () => new Promise((done) => setTimeout(done, 400));
  const times = { sort: [], again: [], filter: [], table: [] };
  for (const key of ["meld", "sims", "mean", "model", "cmumosi", "mer2023"]) {
    times.sort.push(await timed(() => head(key).click())); await rest();
    times.again.push(await timed(() => head(key).click())); await rest();
    times.filter.push(await timed(() => typed("model 1"))); await rest();
    times.filter.push(await timed(() => typed(""))); await rest();
  }
  for (const radio of document.querySelectorAll("input[name=table]")) {
    times.table.push(await timed(() => radio.click())); await rest();
  }
  return times;
}"""


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
    print(f"main page with all it can load: {page / 1e6:.2f} MB (table {size('index.html') / 1e6:.2f} MB)")
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
        titles = {
            "sort": "sort by a column",
            "again": "turn its order round",
            "filter": "search",
            "table": "other table",
        }
        for key, times in page.evaluate(_CLICKS).items():
            print(f"{titles[key]:22} median {statistics.median(times):5.1f} ms, most {max(times):5.1f} ms")
        browser.close()


if __name__ == "__main__":
    main()
