"""Published figures keep their source, and odd ones are refused by line."""

import csv
from pathlib import Path

import pytest

from merunibench.errors import InputError
from merunibench.leaderboard.board.inputs import Request, boards_of, load_lexicons, merged
from merunibench.leaderboard.board.published import read_published

COMMITTED = Path(__file__).parents[2] / "leaderboard" / "published.csv"
HEADER = "model,modalities,source,grade,training,lexicon,checkpoint_selection,MELD,mean\n"


def published(path, text):
    path.write_text(HEADER + text, encoding="utf-8")
    return read_published(path, [])


def test_every_committed_figure_is_on_the_board():
    models, rows = read_published(COMMITTED, [])
    with COMMITTED.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert len(models) == len(rows) == len(lines)
    for line, model, row in zip(lines, models, rows, strict=True):
        assert (line["model"], line["source"], line["grade"]) == (model.name, model.source, model.grade)
        assert row.shown == (line["grade"] == "paper")
        figures = [line[name] for name in list(line)[7:-1] if line[name]]
        assert sorted(round(100 * score.score, 4) for score in row.scores.values()) == sorted(map(float, figures))
        assert row.mean == (round(float(line["mean"]) / 100, 10) if line["mean"] else None)


@pytest.mark.parametrize("figure", ["high", "101", "-1", "nan", "inf"])
def test_figures_that_are_no_percents(tmp_path, figure):
    with pytest.raises(InputError, match=r"line 2: MELD"):
        published(tmp_path / "p.csv", f"x,A+V,paper,paper,,,,{figure},\n")


def test_a_column_that_is_missing(tmp_path):
    (tmp_path / "p.csv").write_text("model,MELD\nx,1\n")
    with pytest.raises(InputError, match="has no column"):
        read_published(tmp_path / "p.csv", [])


def test_no_lexicon_stated_no_board(tmp_path):
    models, (row,) = published(tmp_path / "p.csv", "<b>x</b>,A+V+T,a talk,abstract,,,,50,\n")
    assert (row.board, row.lexicon, row.shown, row.mean) == (None, None, False, None)
    assert models[0].modalities == ("audio", "video", "text")


def test_boards_of_lexicons_that_are_not_at_hand_are_kept():
    own = boards_of(load_lexicons())
    assert [board.id for board in own][-2:] == ["official-builtin", "strict-builtin"]
    other = own[0].model_copy(update={"id": "official-mer2025", "lexicon": "mer2025"})
    assert [board.id for board in merged(own[-2:], [other, own[-1]])] == [
        "official-mer2025",
        "official-builtin",
        "strict-builtin",
    ]


def test_published_figures_come_with_the_package_unless_there_are_others(tmp_path):
    assert Request(tmp_path / "submissions").with_usual_places().published.samefile(COMMITTED)
    assert Request(tmp_path / "submissions").published is None
    (tmp_path / "published.csv").write_text("")
    assert Request(tmp_path / "submissions").with_usual_places().published == tmp_path / "published.csv"
