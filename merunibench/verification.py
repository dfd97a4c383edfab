"""Check that this installation computes correct scores: golden cases, table hashes and invariants, for CI and users.

The golden scores (golden.json) were computed by an independent, slow implementation of the metric's definition on the
embedded miniature. Their lexicon contains only the wheels, so that they change only if the metric does.
"""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from merunibench._resources import resource
from merunibench.demo.miniature import BASELINES, baseline_rows, miniature
from merunibench.errors import InputError
from merunibench.kinds import POLARITIES
from merunibench.labels import LabelLists
from merunibench.lexicon import KNOWN_RELEASES, LEVELS, Lexicon, compile_lexicon, installed, load_lexicon, load_wheels
from merunibench.protocols import METRIC_VERSION, PROTOCOLS, Summary
from merunibench.tasks import Task, benchmark_tasks

_TOLERANCE = 1e-12
_RANDOM_SAMPLES = 500


class Check(NamedTuple):
    """The result of one check: its name, whether it passed, and details."""

    name: str
    passed: bool
    detail: str


def run_checks() -> Iterator[Check]:
    """Run every check, one after the other."""
    golden = json.loads(resource("golden.json").read_text(encoding="utf-8"))
    version, wheels = golden["metric_version"], wheels_lexicon().sha256
    yield Check("metric version", version == METRIC_VERSION, f"{METRIC_VERSION}, golden cases have version {version}")
    yield Check("wheels", wheels == golden["wheels"], f"sha256 {wheels[:8]}")
    yield _check_golden(golden)
    for name in ("builtin", *installed()):
        try:
            lexicon = load_lexicon(name)
        except InputError as error:
            yield Check(f"lexicon {name}", passed=False, detail=str(error))
            continue
        yield _check_lexicon(lexicon, golden)
        if all("-" in code[: lexicon.n_wheels] for code in lexicon.codes.values()):
            yield Check(f"invariants ({lexicon.name})", passed=True, detail="not checked: no word is on all wheels")
            continue
        for check in (_check_range, _check_order_and_case, _check_swap, _check_perfect):
            yield check(lexicon)


def wheels_lexicon() -> Lexicon:
    """Return a lexicon of only the wheels' own words."""
    wheels = load_wheels()
    placements = {level: [wheel.placement(level) for wheel in wheels] for level in LEVELS}
    return compile_lexicon("wheels", placements, {n: [wheel.sector_names(n) for wheel in wheels] for n in LEVELS}, {})


def golden_summary(baseline: str, task: Task, lexicon: Lexicon) -> Summary:
    """Return the scores of a baseline on one data set of the miniature, directly from the metric."""
    metric = PROTOCOLS["official"][task.kind]
    truth, rows = [row["label"] for row in miniature(task.id)], baseline_rows(baseline, task)
    if task.of_kind.answer == "polarity":
        polarity = np.array([POLARITIES[str(row["polarity"])] for row in rows], np.int8)
        return metric.summary(metric.statistics(np.array(truth, float), polarity).sum(axis=1))
    return _summary(lexicon, task.kind, truth, [row["labels"] for row in rows])


def _check_lexicon(lexicon: Lexicon, golden: dict[str, str]) -> Check:
    """Check that a released lexicon is unchanged; loading already checked other lexicons against their own hash."""
    expected = {"builtin": golden["builtin"], **KNOWN_RELEASES}.get(lexicon.name, lexicon.sha256)
    passed = lexicon.sha256 == expected
    detail = f"sha256 {lexicon.sha256[:8]}, {len(lexicon)} words"
    if not passed:
        detail += (
            f"; edited: it is not the {lexicon.name} ({expected[:8]}) that others use, so its scores are not "
            "comparable with published ones; put your own words into your own lexicon (merunibench lexicon extend)"
        )
    return Check(f"lexicon {lexicon.name}", passed, detail)


def _check_golden(golden: dict[str, dict[str, dict[str, dict[str, float]]]]) -> Check:
    """Check every score of every baseline on every data set of the miniature."""
    lexicon, worst, compared = wheels_lexicon(), 0.0, 0
    for baseline in BASELINES:
        for task in benchmark_tasks():
            found = golden_summary(baseline, task, lexicon).metrics
            for key, value in golden["figures"][baseline][task.id].items():
                worst = max(worst, abs(found[key] - value))
                compared += 1
    return Check("golden cases", worst < _TOLERANCE, f"{compared} figures, largest difference {worst:.1e}")


def _check_range(lexicon: Lexicon) -> Check:
    truth, guess = _random_lists(lexicon)
    kinds = {"basic": [labels[:1] for labels in truth], "fine-grained": truth}
    figures = [value for kind, true in kinds.items() for value in _summary(lexicon, kind, true, guess).metrics.values()]
    passed = all(0 <= value <= 1 for value in figures)
    return Check(f"figures in 0..1 ({lexicon.name})", passed, f"{min(figures):.3f} to {max(figures):.3f}")


def _check_order_and_case(lexicon: Lexicon) -> Check:
    truth, guess = _random_lists(lexicon)
    shouted = [[word.upper() for word in reversed(labels)] for labels in reversed(guess)]
    before = _summary(lexicon, "fine-grained", truth, guess).metrics
    after = _summary(lexicon, "fine-grained", truth[::-1], shouted).metrics
    difference = max(abs(before[key] - after[key]) for key in before)
    return Check(
        f"order and case do not matter ({lexicon.name})", difference < _TOLERANCE, f"difference {difference:.1e}"
    )


def _check_swap(lexicon: Lexicon) -> Check:
    """Check that swapping truth and prediction swaps precision and recall, and keeps F1."""
    truth, guess = _random_lists(lexicon)
    forth, back = _summary(lexicon, "fine-grained", truth, guess), _summary(lexicon, "fine-grained", guess, truth)
    difference = max(
        abs(forth.metrics["precision"] - back.metrics["recall"]), abs(forth.metrics["f"] - back.metrics["f"])
    )
    return Check(f"precision and recall swap ({lexicon.name})", difference < _TOLERANCE, f"difference {difference:.1e}")


def _check_perfect(lexicon: Lexicon) -> Check:
    truth, _ = _random_lists(lexicon)
    perfect = _summary(lexicon, "fine-grained", truth, truth).metrics
    hits = _summary(lexicon, "basic", [labels[:1] for labels in truth], truth).metrics
    passed = set(perfect.values()) == {1.0} and hits["hit_rate"] == 1.0
    return Check(
        f"perfect predictions score 1 ({lexicon.name})", passed, f"F {perfect['f']}, hit rate {hits['hit_rate']}"
    )


def _random_lists(lexicon: Lexicon) -> tuple[list[list[str]], list[list[str]]]:
    """Return random truths and predictions of words that are on every wheel, with at least one label per sample."""
    rng = np.random.default_rng(0)
    # Words that are on every wheel, and whose case can be changed and restored (unlike `straße`).
    known = (word for word, code in sorted(lexicon.codes.items()) if "-" not in code[: lexicon.n_wheels])
    words = [word for word in known if word.upper().lower() == word]
    return tuple([list(rng.choice(words, rng.integers(1, 5))) for _ in range(_RANDOM_SAMPLES)] for _ in range(2))  # type: ignore[return-value]


def _summary(lexicon: Lexicon, kind: str, truth: Sequence[object], guess: Sequence[object]) -> Summary:
    true, predicted = (lexicon.sector_sets(LabelLists.from_fields(lists)) for lists in (truth, guess))
    metric = PROTOCOLS["official"][kind]
    return metric.summary(metric.statistics(true, predicted).sum(axis=1))
