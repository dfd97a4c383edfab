"""Tables say what the results say, a board each, and show strangers' text as text."""

import csv
import io
import re

import pytest

from merunibench.leaderboard.schema.results import MEAN
from merunibench.leaderboard.tables import ordered, to_csv, to_latex, to_markdown
from tests.leaderboard.sample import sample
from tests.typeset import HOSTILE, typeset


@pytest.fixture(scope="module")
def results():
    return sample(6)[0]


def test_a_table_is_of_one_board(results):
    for board in results.boards:
        for render in (to_markdown, to_latex):
            text = render(results, board)
            others = [each for each in results.boards if each.title != board.title]
            assert board.title in text
            assert not any(each.title in text for each in others)


def test_reported_rows_are_in_no_table(results):
    assert any(row.origin == "reported" for row in results.rows)
    assert "Paper model" not in "".join(to_markdown(results, board) for board in results.boards)


def test_the_highest_mean_comes_first(results):
    rows = [row for row in ordered(results, results.boards[0]) if row.mean is not None and row.origin == "computed"]
    assert [row.mean for row in rows] == sorted((row.mean for row in rows), reverse=True)


def test_csv_holds_every_score(results):
    records = list(csv.DictReader(io.StringIO(to_csv(results))))
    scores = {(each["model_id"], each["selection"], each["board"], each["dataset"]): each["score"] for each in records}
    for row in results.rows:
        for dataset, score in row.scores.items():
            assert float(scores[row.model_id, row.selection, row.board or "", dataset]) == score.score
        assert ((row.model_id, row.selection, row.board or "", MEAN) in scores) == (row.mean is not None)


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1"])
def test_no_name_is_a_formula(results, start):
    rows = [row.model_copy(update={"model": start}) for row in results.rows]
    text = to_csv(results.model_copy(update={"rows": tuple(rows)}))
    assert {record["model"] for record in csv.DictReader(io.StringIO(text))} == {"'" + start}


def test_markup_in_names_is_shown_as_it_is(results):
    board = results.boards[0]
    markdown = to_markdown(results, board)
    assert "<script>" not in markdown
    assert "\\<script\\>" in markdown
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in markdown.splitlines() if line.startswith("|")}
    assert len(widths) == 1
    rows = tuple(row.model_copy(update={"model": r"\input{x} & % $"}) for row in results.rows)
    latex = to_latex(results.model_copy(update={"rows": rows}), board)
    assert r"\input{" not in latex
    assert r"\& \% \$" in latex


def test_a_score_on_a_part_of_the_official_set_is_marked(results):
    board = results.boards[0]
    row = ordered(results, board)[0]
    partial = row.scores["meld"].model_copy(update={"complete": False, "score": 0.123456})
    changed = row.model_copy(update={"scores": {**row.scores, "meld": partial}})
    rows = tuple(changed if each.id == row.id else each for each in results.rows)
    assert " 12.35\\* |" in to_markdown(results.model_copy(update={"rows": rows}), board)
    assert re.search(r"[ {]12\.35\*}? &", to_latex(results.model_copy(update={"rows": rows}), board))
    assert "12.35" not in to_markdown(results, board)


def test_ranks_are_places_and_no_letters(results):
    for board in results.boards:
        for row in ordered(results, board):
            rank = row.mean_rank
            if rank is None:
                continue
            said = f"{rank.rank} ({rank.low} to {rank.high})"
            assert rank.of > 1
            assert said.replace("(", "\\(").replace(")", "\\)") in to_markdown(results, board)
            assert f"{said} & " in to_latex(results, board)
    record = next(csv.DictReader(io.StringIO(to_csv(results))))
    assert "mark" not in record
    assert {"rank", "rank_low", "rank_high"} <= record.keys()


def test_a_table_says_which_rows_have_no_rank_and_why(results):
    board = results.boards[0]
    rows = ordered(results, board)
    text = to_latex(results, board)
    caption = text[text.index(r"\caption{") : text.index(r"\label{")]
    reasons = {row.unranked_because or ("incomplete" if row.mean is None else None) for row in rows}
    assert {"baseline", "incomplete"} <= reasons
    baselines = [row.model for row in rows if row.origin == "baseline"]
    assert f"a shallow baseline ({'; '.join(baselines)})" in caption
    incomplete = next(row for row in rows if row.mean is None and row.unranked_because is None)
    part = caption[caption.index("not all nine data sets complete (") :].partition(")")[0]
    assert incomplete.model in part
    assert "its checkpoint is chosen on the test labels (" in caption


def test_the_only_ranked_row_has_no_rank_and_is_told_so(results):
    board = results.boards[0]
    first = next(row for row in ordered(results, board) if row.mean_rank is not None)
    alone = first.model_copy(update={"mean_rank": first.mean_rank.model_copy(update={"rank": 1, "of": 1, "low": 1})})
    text = to_markdown(results.model_copy(update={"rows": (alone,)}), board)
    assert "no other row to rank it with" in text
    assert "|  | " in text


def test_latex_groups_the_heads_and_has_caption_and_label(results):
    board = results.boards[0]
    text = to_latex(results, board)
    assert text.count(r"\begin{table*}") == text.count(r"\end{table*}") == text.count(r"\caption{") == 1
    assert rf"\label{{tab:mer-unibench-{board.id}}}" in text
    assert board.title in text[text.index(r"\caption") : text.index(r"\label")]
    line, rules = text[text.index(r"\toprule") :].splitlines()[1:3]
    spans = [int(width) for width in re.findall(r"multicolumn\{(\d+)\}", line)]
    ends = [(int(low), int(high)) for low, high in re.findall(r"\\cmidrule\(lr\)\{(\d+)-(\d+)\}", rules)]
    assert [high - low + 1 for low, high in ends] == spans
    assert sum(spans) == 9
    assert ends[0][0] == 4
    cells = text[text.index(r"\midrule") :].splitlines()[1].replace(r"\&", "").count("&") + 1
    assert line.count("&") + 1 + sum(spans) - len(spans) == cells


def test_latex_has_the_highest_score_of_the_ranked_rows_in_bold(results):
    board = results.boards[0]
    rows = [row for row in ordered(results, board) if row.ranked]
    body = to_latex(results, board).partition(r"\midrule")[2]
    lines = [line.removesuffix(r" \\").split(" & ") for line in body.splitlines() if line.endswith(r" \\")]
    for place, each in enumerate(each for each in results.datasets if each.benchmark):
        bold = [line[3 + place] for line in lines if "textbf" in line[3 + place]]
        highest = max(row.value(each.id) for row in rows if row.value(each.id) is not None)
        assert bold == [rf"\textbf{{{100 * highest:.2f}}}"]


def test_latex_is_typeset_whatever_models_are_called(results, tmp_path):
    rows = tuple(row.model_copy(update={"model": HOSTILE}) if row.origin == "computed" else row for row in results.rows)
    text = to_latex(results.model_copy(update={"rows": rows}), results.boards[-1])
    assert text.count("textbackslash") > 1
    typeset(text, tmp_path)
