"""`merunibench lexicon`: results on standard output, messages on standard error, errors left to the main program."""

import pytest
from typer.testing import CliRunner

from merunibench._resources import resource
from merunibench.cli import app
from merunibench.errors import InputError
from merunibench.lexicon import KNOWN_RELEASES, load_lexicon
from merunibench.lexicon.runtime import builtin
from merunibench.lexicon.workshop import sources as source_files
from tools import builtin_lexicon


def run(*arguments):
    return CliRunner().invoke(app, ["lexicon", *map(str, arguments)])


def test_install(published, user):
    result = run("install", "mer2026", "--from", published)
    assert result.exit_code == 0
    assert result.stdout == f"{user / 'lexicons' / 'mer2026.json'}\n"
    assert result.stderr.startswith(f"installed mer2026@{KNOWN_RELEASES['mer2026'][:8]}, 10 words\n")
    assert "non-commercial use only" in result.stderr
    assert run("install", "mer2026").stderr.startswith("already installed: mer2026@")


def test_install_of_something_else_is_an_input_error(release):
    result = run("install", "mer2025", "--from", release)
    assert isinstance(result.exception, InputError)
    assert isinstance(run("install", "mine", "--from", release, "--max-bytes", 1000).exception, InputError)


def test_list(published):
    run("install", "mer2026", "--from", published)
    lines = [line.split() for line in run("list").stdout.splitlines()]
    assert ["mer2026", "10", KNOWN_RELEASES["mer2026"][:8], "ready"] in lines
    assert ["mer2025", "–", "–", "not", "installed;"] in [line[:5] for line in lines]
    assert lines[2][0] == "builtin"


def test_show():
    lexicon = load_lexicon("builtin")
    shown = run("show", "builtin").stdout
    assert lexicon.sha256 in shown
    assert all(sha256 in shown for sha256 in lexicon.sources.values())
    rows = [line.split() for line in shown.splitlines()]
    members = lexicon.words_of_sectors()
    for number in range(1, 6):
        for sector, words in members[number - 1].items():
            assert [str(number), sector, f"{len(words):,}"] in rows


def test_show_the_words_of_one_wheel(release):
    rows = [line.split() for line in run("show", release, "--wheel", "1", "--words").stdout.splitlines()]
    assert ["1", "happy", "5", "glad,", "gladly,", "happily,", "happiness,", "happy"] in rows
    assert ["2"] not in [row[:1] for row in rows]
    assert " accepted " in run("show", release, "--wheel", "1", "--level", "2").stdout


def test_names_are_not_read_as_markup(release):
    folder = release.rename(release.parent / "[red]x:smile:")
    assert " [red]x:smile: " in run("show", folder).stdout


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A copy of emotion_wheels/ that may be written to."""
    folder = tmp_path / "emotion_wheels"
    for path in (*resource("emotion_wheels").glob("*.toml"), *resource("emotion_wheels", "builtin").iterdir()):
        copy = folder / path.relative_to(resource("emotion_wheels"))
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    for module in (builtin, builtin_lexicon):
        monkeypatch.setattr(module, "resource", tmp_path.joinpath)
    monkeypatch.setattr(source_files, "resource", tmp_path.joinpath)
    yield folder / "builtin"
    builtin.load_builtin.cache_clear()


def test_build(sources):
    assert run("build", "--verify").exit_code == 0
    with (sources / "concepts.txt").open("a", encoding="utf-8") as file:
        file.write("    frabjous\n")
    checked = run("build", "--verify")
    assert (checked.exit_code, checked.stdout) == (1, "")
    assert "differs from its sources; run: merunibench lexicon build" in checked.stderr
    assert run("build").stdout == f"{builtin_lexicon.build().label}\n"
    assert "frabjous" in load_lexicon("builtin")
    assert run("build", "--verify").exit_code == 0


def test_build_from_a_broken_table(sources):
    (sources / "concepts.txt").write_text("joy happy\n")
    assert "line 1" in str(run("build").exception)


def test_build_refuses_where_the_folder_at_hand_would_not_be_read(tmp_path, monkeypatch):
    folder = tmp_path / "emotion_wheels" / "builtin"
    folder.mkdir(parents=True)
    (folder / "concepts.txt").write_text("edited", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for options in ([], ["--verify"]):
        refused = run("build", *options).exception
        assert isinstance(refused, InputError)
        assert (
            f"{tmp_path / 'emotion_wheels'} would be ignored, since the running merunibench reads"
            f" {resource('emotion_wheels')}" in str(refused)
        )


def test_extend_says_what_it_changes_and_what_the_audit_finds(tmp_path):
    (tmp_path / "words.csv").write_text("word,concept\nfrabjous,joy\nsalty,sadness\n", encoding="utf-8")
    out = tmp_path / "mine.json"
    result = run("extend", "builtin", "--words", tmp_path / "words.csv", "-o", out)
    assert (result.exit_code, result.stdout) == (0, f"{out}\n")
    changed, wrote, audited = result.stderr.splitlines()
    assert changed.startswith("1 word otherwise than in builtin, first row 3: 'salty' on wheel 1: mad/salty -> sad")
    assert wrote == f"wrote {load_lexicon(out).label}: {len(load_lexicon('builtin')) + 1:,} words, 5 wheels"
    assert audited.startswith(
        "audit: 1 possible mistakes, the first salty on wheel 1 (sad): stands on this wheel in mad;"
    )
    assert run("audit", out).exit_code == 1


def test_a_lexicon_is_written_to_a_json_file_of_its_name(tmp_path):
    (tmp_path / "words.csv").write_text("word,concept\nfrabjous,joy\n", encoding="utf-8")
    asked = ("extend", "builtin", "--words", tmp_path / "words.csv", "-o")
    assert "name it words.json" in str(run(*asked, tmp_path / "words.csv").exception)
    assert "give yours another" in str(run(*asked, tmp_path / "builtin.json").exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["words.csv"]
    assert run(*asked, tmp_path / "builtin.json", "--name", "yours").exit_code == 0
    assert load_lexicon(tmp_path / "builtin.json").name == "yours"
