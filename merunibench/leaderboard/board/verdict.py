"""Say whether A or B is better, as `merunibench compare` does; for rows without a pair, by the tests of the board."""

from collections.abc import Iterator, Mapping, Sequence

from merunibench.leaderboard.board.judging import by_bootstrap_alone
from merunibench.leaderboard.schema.results import MEAN, Comparisons, Pair, Results, Row
from merunibench.report import Outcome, outcome, who_is_better
from merunibench.report.columns import percent
from merunibench.tasks import BUILTIN

_P = {"1": "p < 0.05", "2": "p < 0.01", "3": "p < 0.001"}

_BY_BOARD = "By the tests of the board, adjusted for all its pairs."
_RUN = "Run merunibench compare on their predictions to test them."


def sentence(results: Results, a: Row, b: Row) -> str:
    """Describe the outcome on all data sets that two rows of one board share; better means significantly better (Holm).

    For ranked rows, wording and figures are those of `merunibench compare`, without random swaps where it says so. For
    others, the tests of the board are used. They are adjusted for all pairs of a column, so fewer differences are
    significant. The page's script (comparing.js) generates the same sentence, word for word.
    """
    pair = next((each for each in results.pairs if {each.a, each.b} == {a.id, b.id}), None)
    if pair is not None:
        return pair.sentence if pair.a == a.id else sentence_of(pair, reverse=True)
    packed = next((each.of(a.id, b.id) for each in results.packed_pairs if each.board == a.board), {})
    if any(name in BUILTIN for name in packed):
        return _by_figures(packed, a, b)
    return _by_board_tests(results, a, b)


def _by_figures(figures: Mapping[str, tuple[float, float, float]], a: Row, b: Row) -> str:
    """The sentence for packed figures; differences are those of the scores."""
    outcomes = [
        Outcome(name, (a.value(name) or 0.0) - (b.value(name) or 0.0), (low, high), p)
        for name, (low, high, p) in figures.items()
    ]
    return by_bootstrap_alone(_said(outcomes))


def sentence_of(pair: Pair, *, reverse: bool = False) -> str:
    """The sentence that follows from a pair's figures; in reverse, its first row is B."""
    outcomes = [
        Outcome(column, difference, None if low is None or high is None else (low, high), p)
        for column, (difference, low, high, p) in pair.columns.items()
    ]
    if reverse:
        outcomes = [
            each._replace(difference=0.0 - each.difference, ci=each.ci and (0.0 - each.ci[1], 0.0 - each.ci[0]))
            for each in outcomes
        ]
    return _said(outcomes) if pair.swapped else by_bootstrap_alone(_said(outcomes))


def _said(outcomes: Sequence[Outcome]) -> str:
    """The outcomes by column, in the words of `merunibench compare`."""
    datasets = [each._replace(title=BUILTIN[each.title].title) for each in outcomes if each.title in BUILTIN]
    return outcome(datasets, [each for each in outcomes if each.title not in BUILTIN])


def _by_board_tests(results: Results, a: Row, b: Row) -> str:
    tests = {each.dataset: each for each in results.comparisons if each.board == a.board}
    shared = [name for name in a.scores if name in b.scores]
    better: dict[str, list[str]] = {"A": [], "B": []}
    tested = 0
    for name in shared:
        level = _level(tests.get(name), a, b)
        tested += level is not None
        if level in _P:
            difference = a.scores[name].score - b.scores[name].score
            said = f"{BUILTIN[name].title} by {percent(abs(difference))}, {_P[level]}"
            better["A" if difference > 0 else "B"].append(said)
    return "".join(_parts(results, a, b, better, (tested, len(shared))))


def _parts(results: Results, a: Row, b: Row, better: dict[str, list[str]], counts: tuple[int, int]) -> Iterator[str]:
    tested, shared = counts
    yield who_is_better(better, tested, "; ") if tested else "Nothing was tested"
    if tested < shared:
        yield f", {shared - tested} more were not tested"
    if a.mean is not None and b.mean is not None:
        test = next((each for each in results.comparisons if (each.board, each.dataset) == (a.board, MEAN)), None)
        level = _level(test, a, b)
        verdict = "not tested" if level is None else _P.get(level, "not significant")
        yield f"; in the mean of nine A - B is {100 * (a.mean - b.mean):+.2f} points ({verdict})"
    yield f". {_BY_BOARD if tested else _RUN}"


def _level(tests: Comparisons | None, a: Row, b: Row) -> str | None:
    """The level of a difference, as in `Comparisons`; None if it was not tested."""
    if tests is None or a.id not in tests.rows or b.id not in tests.rows:
        return None
    low, high = sorted((tests.rows.index(a.id), tests.rows.index(b.id)))
    return tests.levels[high][low] if low != high else None
