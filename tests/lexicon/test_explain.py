"""The way of a word through a lexicon, and where it ends."""

import json

import pytest

from merunibench.errors import InputError, UnsafeFileError
from merunibench.lexicon import (
    explain_words,
    explainer_for,
    explanations_to_dict,
    install,
    installed,
    load_lexicon,
    read_words,
)
from merunibench.lexicon.critique.explain import explain
from merunibench.lexicon.releases.official import tables_from_text, tables_path, tables_to_text


def one(word, explainer, level=1):
    (explanation,) = explain_words([word], [explainer], level)
    return explanation


@pytest.fixture
def tiny(release):
    return explainer_for(release)


def test_the_way_through_a_release(tiny):
    found = one("Fear", tiny)
    assert (found.word, found.label, found.lexicon) == ("Fear", "fear", tiny.lexicon.label)
    assert [(step.name, step.words) for step in found.steps] == [
        ("base words", ("fearful", "fearless")),
        ("wheel words", ("brave", "fearful")),
    ]
    wheel1, _, _, wheel4, wheel5 = found.wheels
    assert (wheel1.wheel, wheel1.sector, wheel1.decided_by, wheel1.candidates) == (1, "scared", "fearful", ("fearful",))
    assert wheel1.reason == "the only one reached"
    assert (wheel4.sector, wheel4.decided_by, wheel4.own) == ("genius", "brave", ("fear",))
    assert (wheel5.sector, wheel5.decided_by, wheel5.reason) == (
        None,
        None,
        "none of the 2 reached words is on this wheel",
    )
    assert (found.problem, found.suggestions) == ("", ())


def test_the_alphabetically_first_decides(tiny):
    path = one("glad", tiny).wheels[0]
    assert (path.sector, path.decided_by) == ("happy", "happy")
    happy = one("happily", tiny)
    assert happy.wheels[0].reason == "the only one reached"


def test_where_the_way_through_a_release_ends(tiny):
    assert one("table", tiny).problem == "not a form of any base word"
    assert one("no words", tiny).problem == "no wheel word has any of its base words (no words) as a synonym"
    assert one("no words", tiny).wheels[0].reason == "no path"
    typo = one("hapily", tiny)
    assert typo.suggestions[0] == "happily"
    assert [path.sector for path in typo.wheels] == [None] * 5


def test_an_explanation_is_what_is_scored(release):
    explainer = explainer_for(release)
    for word in explainer.lexicon.codes:
        for level in (1, 2):
            found = one(word, explainer, level)
            assert tuple(path.sector for path in found.wheels) == explainer.lexicon.sectors(word, level)
            for path in found.wheels:
                if path.decided_by is not None:
                    placed = explainer.tables.placements[level][path.wheel - 1][path.decided_by]
                    assert placed == path.sector


def test_the_builtin_lexicon():
    builtin = explainer_for("builtin")
    excited = one("excited", builtin)
    assert excited.steps[0].name == "listed on"
    assert excited.wheels[1].reason == "own word of this wheel"
    assert excited.wheels[1].sector == "surprised"
    assert one("joyous", builtin).wheels[0].reason == "a form of it is in this sector"
    assert one("joyous", builtin).wheels[0].decided_by == "joyful"
    gleeful = one("gleeful", builtin)
    assert (gleeful.wheels[0].decided_by, gleeful.wheels[0].reason) == ("joy", "concept")
    denied = one("not happy", builtin)
    assert (denied.steps[0].name, denied.steps[0].words) == ("means", ("unhappy",))
    assert "on purpose" in one("neutral", builtin).problem
    assert "on the stop list" in one("serious", builtin).problem
    assert one("table", builtin).problem.startswith("not on a wheel, not in a concept")
    assert one("frusstrtaed", builtin).suggestions[0] == "frustrated"
    for word in builtin.lexicon.codes:
        assert tuple(p.sector for p in explain(word, builtin).wheels) == builtin.lexicon.sectors(word)


def test_a_compiled_file_knows_no_way(tiny, tmp_path):
    path = tmp_path / "own.json"
    path.write_text(tiny.lexicon.to_text(), encoding="utf-8")
    found = one("happy", explainer_for(path))
    assert found.steps == ()
    assert found.wheels[0].sector == "happy"
    assert found.wheels[0].reason == "compiled mapping; its tables are not available"
    assert one("table", explainer_for(path)).problem == "not in the mapping"


class TestInstalled:
    def test_tables_are_kept_and_are_no_lexicon(self, published):
        install("mer2026", published)
        assert tables_path("mer2026").is_file()
        assert installed() == ["mer2026"]
        assert [step.name for step in one("fear", explainer_for("mer2026")).steps] == ["base words", "wheel words"]

    def test_tables_change_no_hash_and_scoring_does_not_read_them(self, published):
        before = load_lexicon(published).sha256
        install("mer2026", published)
        tables_path("mer2026").write_text("broken", encoding="utf-8")
        assert load_lexicon("mer2026").sha256 == before

    @pytest.mark.parametrize("text", ["broken", "[]", "{}", '{"schema": "other"}'])
    def test_damaged_tables_are_named(self, published, text):
        install("mer2026", published)
        tables_path("mer2026").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"mer2026.json: not the tables of a lexicon"):
            explainer_for("mer2026")

    def test_the_tables_of_another_lexicon_are_not_believed(self, published):
        install("mer2026", published)
        path = tables_path("mer2026")
        path.write_text(path.read_text(encoding="utf-8").replace("happily", "sadly"), encoding="utf-8")
        with pytest.raises(InputError, match=r"not the tables of mer2026@"):
            explainer_for("mer2026")

    def test_an_installation_from_a_compiled_file_has_none(self, published, tmp_path):
        install("mer2026", published)
        compiled = tmp_path / "compiled.json"
        compiled.write_text(load_lexicon("mer2026").to_text(), encoding="utf-8")
        install("mer2026", compiled)
        assert not tables_path("mer2026").exists()
        assert one("happy", explainer_for("mer2026")).steps == ()

    def test_tables_survive_the_file(self, tiny):
        text = tables_to_text(tiny.tables)
        again = tables_from_text(text, "here")
        assert tables_to_text(again) == text
        assert again.bases == dict(tiny.tables.bases)


def test_words_and_lists_and_files(tmp_path):
    builtin = explainer_for("builtin")
    found = explain_words(["[Happy, 'sad']", "sad"], [builtin, builtin])
    assert [one.word for one in found] == ["Happy", "Happy", "sad", "sad"]
    with pytest.raises(InputError, match="no words to explain"):
        explain_words(["[]"], [builtin])
    path = tmp_path / "words.txt"
    path.write_text("happy\n[sad, 'let down']\n\n", encoding="utf-8")
    assert read_words(path) == ["happy", "sad", "let down"]
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="contains no words"):
        read_words(path)
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="cannot be read"):
        read_words(path)
    with pytest.raises(UnsafeFileError):
        read_words(path, max_bytes=0)


def test_as_json():
    table = explanations_to_dict(explain_words(["happy"], [explainer_for("builtin")]))
    assert table["schema"] == "merunibench.explain/1"
    assert json.loads(json.dumps(table))["explanations"][0]["wheels"][4]["sector"] == "joyful"


@pytest.mark.parametrize("name", ["mer2025", "mer2026"])
def test_every_word_of_a_real_release_is_explained_as_it_is_scored(shared, name):
    explainer = explainer_for(shared / "official" / "emotion_wheel" / name)
    for word in list(explainer.lexicon.codes)[::7]:
        sectors = explainer.lexicon.sectors(word)
        for wheel, sector in enumerate(sectors):
            decided, _, _ = explainer.path(word, 1, wheel, sector)
            assert (decided and explainer.tables.placements[1][wheel][decided]) == sector


@pytest.mark.parametrize("level", [1, 2])
def test_every_word_of_a_toy_release_is_explained_as_it_is_scored(toy, level):
    explainer = explainer_for(toy)
    for word in [*explainer.lexicon.codes, "odd", "blank"]:
        for wheel, sector in enumerate(explainer.lexicon.sectors(word, level)):
            decided, _, _ = explainer.path(word, level, wheel, sector)
            assert (decided and explainer.tables.placements[level][wheel][decided]) == sector
    found = one("mixed", explainer)
    assert [wheel.decided_by for wheel in found.wheels] == ["angry", "angry", "angry", None, "angry"]


def test_the_way_of_fear_in_mer2025(shared):
    found = one("fear", explainer_for(shared / "official" / "emotion_wheel" / "mer2025"))
    assert found.steps[0].words == ("fear", "fearful", "fearless")
    assert (found.wheels[1].decided_by, found.wheels[1].sector) == ("courageous", "happy")
