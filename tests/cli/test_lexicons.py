"""`merunibench explain`, `lexicon audit`, `lexicon diff`: results on standard output, exit codes, what is refused."""

import json

import pytest

from merunibench.lexicon import compile_lexicon, load_lexicon
from tests.small import write_rows


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "model" / "meld.jsonl"
    write_rows(path, [{"name": "a", "labels": ["excited", "sad"]}, {"name": "b", "labels": ["excited", "frabjous"]}])
    return path


@pytest.fixture
def wrong(tmp_path):
    """The builtin lexicon, but for one own word on wheel 2."""
    builtin = load_lexicon("builtin")
    placements = {level: [{} for _ in range(5)] for level in (1, 2)}
    for word in builtin.codes:
        for level in (1, 2):
            for wheel, sector in enumerate(builtin.sectors(word, level)):
                if sector is not None:
                    placements[level][wheel][word] = sector
    placements[1][1]["excited"] = "happy"
    path = tmp_path / "wrong.json"
    path.write_text(compile_lexicon("wrong", placements, builtin.sectors_of_wheels, {}).to_text(), encoding="utf-8")
    return path


class TestExplain:
    def test_table(self, run):
        result = run("explain", "Excited", "[frusstrtaed]")
        assert result.code == 0
        assert result.err == ""
        assert "Excited\n" in result.out
        assert "surprised  ← excited (own word of this wheel)" in result.out
        assert "no sector: not on a wheel, not in a concept, and not a form" in result.out
        assert "similar spelling: frustrated" in result.out

    def test_several_lexicons_side_by_side(self, run, wrong):
        result = run("explain", "excited", "--lexicon", "builtin", "--lexicon", wrong)
        (header,) = [line for line in result.out.splitlines() if line.startswith("Wheel")]
        assert "builtin@" in header
        assert "wrong@" in header

    def test_json_and_level_and_file(self, run, tmp_path):
        path = tmp_path / "words.txt"
        path.write_text("joyous\n", encoding="utf-8")
        found = json.loads(run("explain", "--file", path, "--level", 2, "--format", "json").out)
        assert found["explanations"][0]["wheels"][0]["sector"] == "joyful"
        assert json.loads(run("explain", path, "--level", 2, "--format", "json").out) == found

    def test_svg(self, run, tmp_path):
        path = tmp_path / "wheel.svg"
        result = run("explain", "excited", "--svg", path, "--wheel", 3)
        assert result.err == f"wrote {path}: wheel 3 of 5\n"
        five = tmp_path / "wheels.svg"
        assert run("explain", "excited", "--svg", five).err == f"wrote {five}: all 5 wheels\n"
        assert all(f">Wheel {number}: " in five.read_text(encoding="utf-8") for number in range(1, 6))
        assert path.read_text(encoding="utf-8").startswith("<svg ")
        assert "Wheel 3" in path.read_text(encoding="utf-8")

    def test_refused(self, refused, tmp_path):
        assert "no words to explain" in refused("explain")
        assert "no lexicon, folder or file has this name" in refused("explain", "x", "--lexicon", "nowhere")
        assert "cannot be read" in refused("explain", "--file", tmp_path / "none.txt")

    def test_control_characters_and_markup_are_shown_not_obeyed(self, run):
        out = run("explain", "a\x1b[31mb", "[[bold]x").out
        assert "\x1b" not in out
        assert "\\x1b" in out
        assert "[bold]x" in out


class TestAudit:
    def test_a_mistake_gives_exit_code_1(self, run, wrong, vocabulary):
        result = run("lexicon", "audit", wrong, "--vocabulary", vocabulary)
        assert result.code == 1
        assert result.err == ""
        assert "Audit of wrong@" in result.out
        (row,) = [line.split() for line in result.out.splitlines() if line.split()[:2] == ["own-word", "excited"]]
        assert row[:6] == ["own-word", "excited", "2", "happy", "surprised", "50.00"]
        assert "4 label tokens" in result.out

    def test_the_rules_that_fail_can_be_chosen(self, run, wrong):
        assert run("lexicon", "audit", wrong, "--fail-on", "own-word").code == 1
        assert run("lexicon", "audit", wrong, "--fail-on", "valence", "--fail-on", "empty-sector").code == 0

    def test_the_builtin_lexicon_passes(self, run):
        assert run("lexicon", "audit").code == 0

    def test_limit_bounds_the_table_and_not_the_json(self, run, wrong):
        table = run("lexicon", "audit", wrong, "--limit", 1).out
        everything = json.loads(run("lexicon", "audit", wrong, "--format", "json").out)
        assert everything["lexicon"].startswith("wrong@")
        assert f"{len(everything['findings']) - 1:,} more findings: increase --top, or use --format json." in table
        assert everything["findings"][0]["usage"] is None

    def test_level_2_asks_where_the_words_stand_there(self, run, wrong):
        at = {level: run("lexicon", "audit", wrong, "--level", level, "--format", "json") for level in (1, 2)}
        mistakes = {
            level: [(each["word"], each["found"]) for each in json.loads(result.out)["findings"]]
            for level, result in at.items()
        }
        assert ("excited", "happy") in mistakes[1]
        assert "excited" not in {word for word, _ in mistakes[2]}
        assert ("serenity", "content") in mistakes[2]  # a form of serene, which wheel 3 has in loving
        assert "serenity" not in {word for word, _ in mistakes[1]}
        assert "Audit of wrong@" in (table := run("lexicon", "audit", wrong, "--level", 2).out)
        assert ", level 2\n" in table

    def test_only_the_labels_of_the_chosen_data_set_count(self, run, vocabulary):
        write_rows(vocabulary.with_name("mer2023.jsonl"), [{"name": "c", "labels": ["pity"]}])
        audit = ("lexicon", "audit", "builtin", "--vocabulary", vocabulary.parent)
        assert "\n5 label tokens;" in run(*audit).out
        assert "\n4 label tokens;" in run(*audit, "--dataset", "meld").out
        assert "\n1 label tokens;" in run(*audit, "--dataset", "mer2023").out

    def test_it_fits_a_narrow_terminal(self, run, wrong, monkeypatch):
        monkeypatch.setattr("merunibench.cli.lexicon.terminal_width", lambda: 80)
        assert max(map(len, run("lexicon", "audit", wrong).out.splitlines())) <= 80

    def test_refused(self, refused, tmp_path):
        assert "no lexicon" in refused("lexicon", "audit", "nowhere")
        assert f"{tmp_path / 'none'}: cannot be read" in refused("lexicon", "audit", "--vocabulary", tmp_path / "none")


class TestDiff:
    def test_table(self, run, wrong, vocabulary):
        result = run("lexicon", "diff", "builtin", wrong, "--vocabulary", vocabulary)
        assert result.code == 0
        (row,) = [line.split() for line in result.out.splitlines() if line.startswith("excited")]
        assert row == ["excited", "2", "surprised", "happy", "50.00"]
        (row,) = [line.split() for line in result.out.splitlines() if line.split()[:1] == ["2"]]
        assert row == ["2", "50.00", "33.33", "75.00", "75.00", "75.00"]

    def test_json_without_a_vocabulary(self, run, wrong):
        found = json.loads(run("lexicon", "diff", "builtin", wrong, "--format", "json").out)
        assert found["different"] == [
            {"word": "excited", "wheel": 2, "first": "surprised", "second": "happy", "usage": None}
        ]
        assert found["agreement"]["tokens"] is None

    def test_words_of_one_only(self, run, tmp_path):
        sectors = load_lexicon("builtin").sectors_of_wheels
        small = {level: [{}, {}, {}, {}, {"frabjous": sectors[level][4][0]}] for level in (1, 2)}
        path = tmp_path / "small.json"
        path.write_text(compile_lexicon("small", small, sectors, {}).to_text(), encoding="utf-8")
        out = run("lexicon", "diff", path, "builtin", "--limit", 1).out
        assert "Only in small@" in out
        assert "Only in builtin@" in out
        assert "more words: increase --top" in out
