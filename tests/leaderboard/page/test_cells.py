"""Cells that no template draws: escaped as a template would, and the same marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from merunibench.leaderboard.page.boards import Cell
from merunibench.leaderboard.page.cells import score_cell, score_row
from merunibench.leaderboard.page.columns import Column
from tests.leaderboard.sample import sample


@given(st.text(), st.text(), st.text(), st.text(), st.text(), st.text())
def test_any_text_in_a_cell_is_escaped(text, ci, chance, place, part, narrow):
    found = str(score_cell(Cell(text, ci, chance, place, part), Column("meld", "MELD", narrow=narrow), "mean"))
    data = "".join(
        f' {name}="{escape(each)}"'
        for name, each in (("data-ci", ci), ("data-chance", chance), ("data-r", place))
        if each
    )
    of_part = f'<abbr title="{escape(part)}">†</abbr>' if part else ""
    assert found == f'<td class="n {escape(narrow)}"{data}>{escape(text)}{of_part}</td>'


@pytest.mark.parametrize(
    ("best", "shown", "focus", "start"),
    [
        (True, True, "meld", '<td class="n w focus best">'),
        (False, False, "meld", '<td class="n w focus" hidden>'),
        (True, False, "mean", '<td class="n w best" hidden>'),
    ],
)
def test_marks_of_a_cell(best, shown, focus, start):
    column = Column("meld", "MELD", shown=shown, narrow="w")
    assert str(score_cell(Cell("55.65", best=best), column, focus)) == f"{start}55.65</td>"


def test_a_row_of_a_model_has_as_many_cells_as_its_table_has_heads():
    results, _ = sample(3)
    attack = results.datasets[0].model_copy(update={"title": "<b>MELD</b>"})
    row = next(row for row in results.rows if attack.id in row.scores)
    for ranked in (True, False):
        for corrected in (True, False):
            html = str(score_row(attack, row, ranked, corrected))
            assert html.startswith('<tr><th scope="row">&lt;b&gt;MELD&lt;/b&gt;</th>')
            assert html.count("<td") == 4 + ranked + (not corrected)
    partial = row.scores[attack.id].model_copy(update={"complete": False, "samples": 7, "chance": None})
    html = str(score_row(attack, row.model_copy(update={"scores": {attack.id: partial}}), ranked=True, corrected=False))
    assert '<abbr title="7 samples, not the whole data set">†</abbr>' in html
    assert '<td class="n">–</td>' in html
