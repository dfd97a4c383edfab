"""The table of several models: figures of `score`, marks of `compare`, and formats that say the same."""

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from merunibench import InputError, compare, tabulate
from merunibench.demo import run_demo
from merunibench.demo.miniature import MINIATURE_TASKS
from merunibench.evaluation.table import Published, distinct_names
from merunibench.report.columns import percent
from tests.typeset import HOSTILE, typeset

RESAMPLES = 200
PAPER = Published(
    "Paper <b> − model", "A. Nobody et al., Table 2", {"meld": 0.9999, "mean": 0.5, "basic": 0.4}, "mer2025"
)


@pytest.fixture(scope="module")
def reports():
    found = dict(run_demo().reports)
    found["fourth"] = replace(found["text-lexicon"], model="fourth")
    return found


@pytest.fixture(scope="module")
def table(reports):
    return tabulate(
        list(reports.values()),
        names=list(reports),
        baseline="text-lexicon",
        published=[PAPER],
        resamples=RESAMPLES,
        tasks=MINIATURE_TASKS,
    )


def test_figures_are_those_of_score(table, reports):
    for name, report in reports.items():
        figures = table[name].figures
        for each in report.datasets:
            assert (figures[each.dataset].score, figures[each.dataset].ci) == (each.score, each.ci)
            assert figures[each.dataset].chance == each.chance
        assert (figures["mean"].score, figures["mean"].ci) == (report.mean, report.mean_ci)
    assert [column.name for column in table.columns[-3:]] == ["basic", "sentiment", "mean"]


def test_marks_are_those_of_compare(table, reports):
    marked = set()
    for name in ("majority class", "stuffing", "fourth"):
        tests = compare(reports[name], reports["text-lexicon"], resamples=RESAMPLES, tasks=MINIATURE_TASKS)
        found = {each.dataset: each for each in tests.datasets} | {each.name: each for each in tests.means}
        assert found.keys() == table[name].figures.keys()
        for column, figure in table[name].figures.items():
            test = found[column]
            assert (figure.difference, figure.p_holm) == (test.test.difference, test.p_holm)
            significant = test.p_holm < 0.05
            assert figure.mark == ("" if not significant else "better" if test.test.difference > 0 else "worse")
            marked.add(figure.mark)
    assert marked == {"", "better", "worse"}
    assert {figure.p_holm for figure in table["text-lexicon"].figures.values()} == {None}
    assert {figure.mark for figure in table["fourth"].figures.values()} == {""}


def test_the_best_of_a_column_is_every_row_that_prints_the_largest_figure(table):
    for column in table.columns:
        computed = {row.name: row.figures[column.name] for row in table.rows if not row.published}
        largest = max(computed.values(), key=lambda figure: figure.score)
        for figure in computed.values():
            assert figure.best == (percent(figure.score) == percent(largest.score))


def test_published_figures_are_marked_and_neither_best_nor_tested(table):
    row = table.rows[0]
    assert row.published
    assert row.figures.keys() == {"meld", "mean", "basic"}
    assert not any(figure.best or figure.mark or figure.ci for figure in row.figures.values())
    assert any("A. Nobody et al., Table 2" in note and "mer2025" in note for note in table.notes)
    for text in (table.to_text(), table.to_markdown(), table.to_html()):
        assert "(published)" in text


@pytest.mark.parametrize("form", ["to_text", "to_latex", "to_markdown", "to_html"])
def test_every_format_says_how_the_figures_were_made(table, form):
    text = " ".join(getattr(table, form)().split())
    for said in (
        "official protocol",
        "lexicon builtin@",
        "wheel level 1",
        "Predictions: complete.",
        "MELD 30",
        "p < 0.05",
        "Holm",
    ):
        written = text.replace(r"\textless{}", "<").replace("&lt;", "<").replace(r"\<", "<")
        assert said in written, said
    assert table.signature.replace("_", "") in text.replace("_", "").replace("\\", "")


def test_csv_has_a_line_per_row_and_column_in_full_precision(table, reports):
    lines = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert len(lines) == 4 * 12 + 3
    found = {(line["model"], line["dataset"]): line for line in lines}
    assert float(found["stuffing", "meld"]["score"]) == reports["stuffing"]["meld"].score
    assert found["stuffing", "meld"]["mark"] == table["stuffing"].figures["meld"].mark
    assert found["Paper <b> − model", "meld"]["published"] == "true"


def test_json_is_strict_and_equal_tables_have_equal_bytes(table, reports):
    json.loads(json.dumps(table.to_dict()), parse_constant=pytest.fail)
    again = tabulate(
        list(reports.values()),
        names=list(reports),
        baseline="text-lexicon",
        published=[PAPER],
        resamples=RESAMPLES,
        tasks=MINIATURE_TASKS,
    )
    for form in ("to_text", "to_latex", "to_markdown", "to_html", "to_csv"):
        assert getattr(again, form)() == getattr(table, form)()


@pytest.fixture(scope="module")
def hostile(reports):
    names = [HOSTILE, "* [x] <script>alert(1)</script>", "_a_ − b", "d\u202eb\x1b[31m"]
    return names, tabulate(
        list(reports.values()), names=names, baseline=HOSTILE, resamples=50, tasks=MINIATURE_TASKS, published=[PAPER]
    )


def test_latex_of_hostile_names_compiles(hostile, tmp_path):
    log = typeset(hostile[1].to_latex(), tmp_path)
    assert "Missing character" not in log


def test_html_of_hostile_names_has_no_element_of_theirs(hostile):
    tags = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the parser's own
            tags.add(tag)

    Reader().feed(hostile[1].to_html())
    assert tags <= {
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "strong",
        "br",
        "small",
        "ul",
        "li",
        "p",
        "code",
    }
    for text in (hostile[1].to_html(), hostile[1].to_markdown(), hostile[1].to_text()):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_narrow_terminal_gets_data_sets_as_rows_and_every_figure(table):
    wide, narrow = table.to_text(), table.to_text(width=100)
    assert wide != narrow
    for row in table.rows:
        for figure in row.figures.values():
            assert percent(figure.score) in narrow


def test_what_does_not_belong_into_one_table_is_refused(reports):
    first = reports["stuffing"]
    meld = first["meld"]
    other = replace(meld, signature=replace(meld.signature, lexicon="mine@00000000"))
    changed = replace(reports["fourth"], datasets=(other,))
    with pytest.raises(InputError, match=r"meld: fourth and stuffing cannot be in one table.*lexicon"):
        tabulate([first, changed], names=["stuffing", "fourth"], resamples=10)
    with pytest.raises(InputError, match="two models are called a; give them different names"):
        tabulate([first, changed], names=["a", "a"])
    with pytest.raises(InputError, match="1 names for 2 models"):
        tabulate([first, changed], names=["a"])
    with pytest.raises(InputError, match="no model has the name of the baseline, 'x'; there are a, b"):
        tabulate([first, first], names=["a", "b"], baseline="x")
    with pytest.raises(InputError, match="needs resamples"):
        tabulate([first, first], names=["a", "b"], baseline="a", resamples=0)
    with pytest.raises(InputError, match="at least one model"):
        tabulate([])


def test_per_sample_files_give_the_same_table(reports, table, tmp_path):
    for name, report in reports.items():
        report.write_per_sample(tmp_path / f"{name}.parquet")
    found = tabulate(
        [tmp_path / f"{name}.parquet" for name in reports],
        names=list(reports),
        baseline="text-lexicon",
        published=[PAPER],
        tasks=MINIATURE_TASKS,
        resamples=RESAMPLES,
    )
    for row in found.rows:
        for column, figure in row.figures.items():
            expected = table[row.name].figures[column]
            assert replace(figure, ci=None) == replace(expected, ci=None)


def test_names_are_told_apart_by_their_paths(tmp_path):
    assert distinct_names(["x", "y", "x"], [tmp_path / "a" / "x", tmp_path / "y", tmp_path / "b" / "x"]) == [
        "a/x",
        "y",
        "b/x",
    ]
