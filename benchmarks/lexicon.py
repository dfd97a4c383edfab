"""Measure the speed of the builtin lexicon: loading, known words, and labels that only the fallback rules resolve.

    python -m benchmarks.lexicon

Loading is measured in milliseconds with the file in the system's cache. Look-ups are measured in labels per second on
one core, and compared with a plain dictionary access.
"""

import time
from collections.abc import Callable, Sequence

from merunibench.lexicon import load_lexicon
from merunibench.lexicon.runtime import builtin

RUNS = 20


def best(run: Callable[[], object]) -> float:
    """Return the shortest wall time of several runs, which is least affected by other load."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def load() -> None:
    """Read the compiled table from its file."""
    builtin.load_builtin.cache_clear()
    load_lexicon("builtin")


def unknown_labels() -> Sequence[str]:
    """Return 9,000 labels outside the table: misspellings, phrases, nonsense."""
    stems = [f"{start}{middle}" for start in "bcdfgk" for middle in ("appily", "orld", "ad mood")]
    return [f"{stem}{end} {number}" for number in range(100) for stem in stems for end in "abcde"]


def main() -> None:
    """Print the three figures."""
    lexicon = load_lexicon("builtin")
    fallback = lexicon.fallback
    if fallback is None:
        raise SystemExit("the builtin lexicon has no rules for labels outside its table")
    known, unknown = list(lexicon.codes), unknown_labels()
    table = dict.fromkeys(known, 0)
    plain = best(lambda: [table[word] for word in known])
    looked_up = best(lambda: [lexicon.codes[word] for word in known])
    resolved = best(lambda: [fallback.resolve(label, lexicon.codes) for label in unknown])
    print(f"loading            {best(load) * 1000:10.1f} ms (bar 10)")
    print(f"known words        {len(known) / looked_up:10,.0f} per second, {looked_up / plain:.1f} dictionary accesses")
    print(f"labels by the rules {len(unknown) / resolved:9,.0f} per second (bar 20,000)")


if __name__ == "__main__":
    main()
