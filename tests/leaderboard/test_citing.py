"""Entries that BibTeX reads, badges that are SVG, and results that the Hub's own reader takes."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from merunibench.leaderboard.board.citing import (
    BENCHMARK,
    author,
    badge,
    badge_text,
    badges,
    bibtex,
    board_bibtex,
    model_index,
)
from merunibench.leaderboard.board.standing import main_boards
from merunibench.leaderboard.schema.results import Model, Rank
from merunibench.leaderboard.writing import write
from tests.leaderboard.sample import HOSTILE, sample
from tests.leaderboard.test_describing import HOSTILE as BRACES

AUTHORS = {
    "Zheng Lian": ("Lian", "Zheng"),
    "Lian, Zheng": ("Lian", "Zheng"),
    "A. B. Author": ("Author", "A. B."),
    "Jean-Luc O’Neil": ("O’Neil", "Jean-Luc"),
    "Jan van der Berg": ("van der Berg", "Jan"),
    "Ünal Çelik": ("Çelik", "Ünal"),
    "The Qwen Team": ("The Qwen Team", ""),
    "Alibaba Group": ("Alibaba Group", ""),
    "OpenAI": ("OpenAI", ""),
    "连政": ("连政", ""),
    "Black and Decker": ("Black and Decker", ""),
    "model builders": ("model builders", ""),
}


def entry(model):
    """The entry, read by another library."""
    pybtex = pytest.importorskip("pybtex.database")
    (found,) = pybtex.parse_string(bibtex(model), "bibtex").entries.values()
    return found


def test_family_names_are_the_last_words():
    found = entry(Model(id="one", name="One", origin="computed", authors=tuple(AUTHORS), date="2026-01-31"))
    assert found.fields["year"] == "2026"
    for person, (family, given) in zip(found.persons["author"], AUTHORS.values(), strict=True):
        last = " ".join([*person.prelast_names, *person.last_names])
        assert last.strip("{}") == family
        assert " ".join([*person.first_names, *person.middle_names]) == given


def test_the_entries_of_benchmark_and_board_are_those_of_the_citation_file():
    pybtex = pytest.importorskip("pybtex.database")
    results, _ = sample(2)
    found = pybtex.parse_string(BENCHMARK + board_bibtex(results), "bibtex").entries
    cited = yaml.safe_load((Path(__file__).parents[2] / "CITATION.cff").read_text(encoding="utf-8"))
    paper, board = found["lian2025affectgpt"], found["merunibench"]
    named = [" ".join([*person.last_names, *person.first_names]) for person in paper.persons["author"]]
    reference = cited["references"][0]
    assert named == [f"{each['family-names']} {each['given-names']}" for each in reference["authors"]]
    title = " ".join(paper.fields["title"].replace("{", "").replace("}", "").split())
    assert (title, paper.fields["year"]) == (reference["title"], str(reference["year"]))
    assert board.fields["title"].replace("{", "").replace("}", "") == cited["title"]
    assert all(each.lexicon in board.fields["note"] for each in results.boards)


def test_a_badge_has_no_rank_where_there_is_no_other_row():
    results, _ = sample(4)
    row = next(each for each in results.rows if each.mean_rank and each.mean_rank.of > 1)
    assert "rank" in badge_text(row)
    assert "rank" not in badge_text(row.model_copy(update={"mean_rank": Rank(rank=1, of=1, low=1, high=1)}))


@pytest.mark.parametrize("text", [*BRACES, HOSTILE, "@somebody", "a, b, c", ", ,", "and", "A and B, C"])
def test_whatever_authors_write_is_one_entry(text):
    found = entry(Model(id="one", name=text, origin="computed", authors=(text, "Zheng Lian"), link="https://x.org/"))
    assert len(found.persons["author"]) == 2
    assert found.persons["author"][1].last_names == ["Lian"]
    assert set(found.fields) == {"title", "howpublished"}


def test_an_author_is_one_word_or_a_person():
    assert author("Lian") == "{Lian}"
    assert author("Lian, Zheng, Jr") == "{Lian, Zheng, Jr}"
    assert author("Dr. who") == "{Dr. who}"


def row_of(results, model, protocol="strict"):
    return next(row for row in results.rows if row.model_id == model and row.protocol == protocol and row.ranked)


def test_a_badge_says_the_figure_its_interval_and_the_rank_interval():
    row = row_of(sample(4)[0], "model-0")
    update = {"mean": 0.48721, "mean_ci": (0.4781, 0.4961), "mean_rank": Rank(rank=1, of=24, low=1, high=2)}
    assert badge_text(row.model_copy(update=update)) == "48.7 [47.8, 49.6], rank 1–2 of 24"
    alone = update | {"mean_rank": Rank(rank=3, of=24), "mean_ci": None}
    assert badge_text(row.model_copy(update=alone)) == "48.7, rank 3 of 24"
    assert badge_text(row.model_copy(update={"mean": None})) == "9 of 9 data sets"
    assert badge_text(row.model_copy(update={"mean": None, "scores": {}})) == "0 of 9 data sets"


def test_every_submitted_model_has_a_badge_that_is_svg():
    results = sample(12)[0]
    found = dict(badges(results))
    assert set(found) == {f"badge/{model.id}.svg" for model in results.models if model.origin == "computed"}
    for text in found.values():
        root = ET.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert {each.tag.rpartition("}")[2] for each in root.iter()} == {"svg", "title", "rect", "g", "text"}
    hostile = ET.fromstring(found["badge/model-1.svg"])
    assert hostile[0].text.startswith(HOSTILE)
    board = main_boards(results)[-1]
    row = row_of(results, "model-0")
    assert found["badge/model-0.svg"] == badge(row, board)
    assert badge_text(row) in found["badge/model-0.svg"]


def test_results_for_a_model_card_are_what_the_hub_reads():
    results = sample(4)[0]
    boards = main_boards(results)
    model = next(model for model in results.models if model.id == "model-1").model_copy(update={"name": 'a: "b" - #c'})
    rows = [(board, row_of(results, "model-1", board.protocol)) for board in boards]
    content = yaml.safe_load(model_index(model, rows))
    (only,) = content["model-index"]
    assert only["name"] == 'a: "b" - #c'
    values = {
        (result["dataset"]["type"], metric["type"]): metric["value"]
        for result in only["results"]
        for metric in result["metrics"]
    }
    for board, row in rows:
        assert values["mer-unibench", board.id] == pytest.approx(100 * row.mean, abs=0.005)
        for name, score in row.scores.items():
            assert values[name, board.id] == pytest.approx(100 * score.score, abs=0.005)
    assert len(values) == 2 * 10
    cards = pytest.importorskip("huggingface_hub.repocard_data")
    name, evaluated = cards.model_index_to_eval_results(content["model-index"])
    assert name == 'a: "b" - #c'
    assert len(evaluated) == len(values)
    assert all(re.fullmatch(r"(official|strict)-[a-z0-9]+", each.metric_type) for each in evaluated)


def test_badges_lie_beside_the_site_and_those_of_models_that_are_gone_are_removed(tmp_path):
    results, details = sample(3)
    (tmp_path / "badge").mkdir()
    (tmp_path / "badge" / "gone.svg").write_text("<svg/>")
    write(results, details, tmp_path)
    found = dict(badges(results))
    assert {f"badge/{path.name}" for path in (tmp_path / "badge").iterdir()} == set(found)
    assert all((tmp_path / name).read_text(encoding="utf-8") == text for name, text in found.items())
    assert dict(badges(results.model_copy(update={"boards": ()}))) == {}
