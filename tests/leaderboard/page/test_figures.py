"""The figures below the table: they are those of the results, of the rows that the page first ranks."""

from xml.etree import ElementTree as ET

from merunibench.leaderboard.page.boards import table_view
from merunibench.leaderboard.page.figures import MOST_COMPARED, MOST_LINES, figures
from tests.leaderboard.sample import sample

BOARD = "strict-builtin"


def drawn(results):
    return figures(table_view(results, {}), results)


def without_means(results):
    """The same board, where too little was scored for any mean."""
    rows = [row.model_copy(update={"mean": None, "mean_ci": None, "mean_rank": None}) for row in results.rows]
    return results.model_copy(update={"rows": tuple(rows)})


def by_id(results):
    return {f"{row.model_id}/{row.selection}": row for row in results.rows if row.board == BOARD}


def check_matrix(results, found, column):
    """Every cell is the paired test of its two rows, the higher score being the better one."""
    rows = by_id(results)
    tests = next(each for each in results.comparisons if (each.board, each.dataset) == (BOARD, column))
    groups = ET.fromstring(found.matrix).findall("g")
    for group in groups:
        row = rows[group.get("data-id")]
        assert [text.text for text in group.findall("text")][1] == str(row.rank(column).rank)
        cells = group.findall("path")
        assert len(cells) == len(groups) - 1
        for cell in cells:
            other = rows[cell.get("data-id")]
            p, q = tests.rows.index(row.id), tests.rows.index(other.id)
            level = tests.levels[max(p, q)][min(p, q)]
            better = row.value(column) > other.value(column)
            assert cell.get("class") == ("same" if level == "0" else f"better level{level}" if better else "worse")
    return [group.get("data-id") for group in groups]


def test_the_matrix_is_that_of_the_results():
    results, _ = sample(12)
    found = drawn(results)
    ranked = [row for row in by_id(results).values() if row.ranked and row.mean is not None]
    expected = [f"{row.model_id}/{row.selection}" for row in sorted(ranked, key=lambda row: -row.mean)]
    assert check_matrix(results, found, "mean") == expected
    assert found.column == "strict mean of nine"


def test_only_the_first_of_many_are_held_against_each_other():
    results, _ = sample(60)
    found = drawn(results)
    assert len(check_matrix(results, found, "mean")) == MOST_COMPARED < found.compared


def test_without_means_the_data_set_that_most_rows_have_takes_their_place():
    results = without_means(sample(12)[0])
    found = drawn(results)
    assert found.column == "strict score on MER2023"
    assert len(check_matrix(results, found, "mer2023")) == found.compared
    assert found.scatter is not None


def test_panels_have_the_highest_ranked_rows_of_each_data_set():
    results, _ = sample(30)
    found = drawn(results)
    rows = by_id(results)
    for panel, dataset in zip(found.panels, results.datasets, strict=True):
        there = sorted(
            (key for key, row in rows.items() if row.ranked and dataset.id in row.scores),
            key=lambda key: -rows[key].scores[dataset.id].score,
        )
        groups = [each.get("data-id") for each in ET.fromstring(panel.picture).findall("g")]
        assert (panel.title, panel.of, groups) == (dataset.title, len(there), there[:MOST_LINES])


def test_points_are_the_ranked_rows_and_the_rules():
    results, _ = sample(12)
    drawn_rows = {key: row for key, row in by_id(results).items() if row.ranked or row.origin == "baseline"}
    expected = {key for key, row in drawn_rows.items() if row.mean is not None}
    circles = ET.fromstring(drawn(results).scatter).findall("circle")
    assert {circle.get("data-id") for circle in circles} == expected
    hollow = {circle.get("data-id").split("-")[0] for circle in circles if circle.get("class") == "hollow"}
    assert hollow == {"baseline"}


def test_an_empty_board_has_no_figures():
    results, _ = sample(2)
    found = drawn(results.model_copy(update={"rows": (), "comparisons": (), "pairs": ()}))
    assert (found.scatter, found.matrix, found.panels) == (None, None, ())
