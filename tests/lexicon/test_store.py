"""Lexicons by name and by path, installed ones among them; messages say what there is and what to do."""

import shutil
from pathlib import Path

import pytest

from merunibench.errors import InputError
from merunibench.lexicon import catalogue, data_dir, install, installed, load_lexicon
from merunibench.lexicon.releases.published import LICENCE_NOTE


def refusal(*arguments, **options):
    with pytest.raises(InputError) as caught:
        install(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def unknown(name):
    with pytest.raises(InputError) as caught:
        load_lexicon(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_users_folder(user, monkeypatch):
    assert data_dir() == user
    monkeypatch.delenv("MERUNIBENCH_HOME")
    assert data_dir().name == "merunibench"


@pytest.mark.parametrize("name", ["builtin", "Builtin", " BUILTIN "])
def test_the_builtin_lexicon_is_always_there(name):
    assert load_lexicon(name).name == "builtin"


def test_install_from_a_folder_and_load(published, user):
    done = install("MER2026", published)
    assert (done.fresh, done.note, done.path) == (True, LICENCE_NOTE, user / "lexicons" / "mer2026.json")
    files = sorted(path.relative_to(user).as_posix() for path in user.rglob("*") if path.is_file())
    assert files == ["lexicons/mer2026.json", "lexicons/tables/mer2026.json"]
    assert load_lexicon("mer2026") == load_lexicon(" Mer2026 ") == done.lexicon
    assert installed() == ["mer2026"]
    assert set(done.lexicon.sources) >= {"format.csv", "synonym.xlsx", "wheel5.xlsx"}
    content = done.path.read_bytes()
    assert install("mer2026", published).path.read_bytes() == content
    assert not install("mer2026").fresh


def test_the_real_releases(shared):
    for name in ("mer2025", "mer2026"):
        assert install(name, shared / "official" / "emotion_wheel" / name).lexicon.name == name
    assert refusal("mer2025", shared / "official" / "emotion_wheel" / "mer2026") == (
        "this is mer2026, not mer2025; nothing was installed; run: merunibench lexicon install mer2026 --from DIR"
    )
    assert load_lexicon("mer2025").sectors("fear")[1] == "happy"


def test_a_release_is_not_installed_under_the_name_of_another(published):
    assert "this is mer2026, not mer2025" in refusal("mer2025", published)
    assert "this is mer2026, not mine" in refusal("mine", published)
    assert installed() == []


def test_another_mapping_is_not_installed_as_a_release(release):
    assert "this is not mer2025: the mapping" in refusal("mer2025", release)
    assert installed() == []


def test_ones_own_lexicon(release, tmp_path):
    done = install("mine", release)
    assert (done.lexicon.name, done.note) == ("mine", "")
    assert install("copy", done.path).lexicon.sha256 == load_lexicon("mine").sha256
    assert installed() == ["copy", "mine"]
    shutil.copy(done.path, tmp_path / "elsewhere.json")
    assert load_lexicon(tmp_path / "elsewhere.json").label == done.lexicon.label
    assert load_lexicon(str(tmp_path / "elsewhere.json")).name == "mine"


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", ".hidden", "a b", "x" * 65, "ä"])
def test_names_that_are_none(release, name):
    assert "cannot name a lexicon" in refusal(name, release)


def test_builtin_is_not_installed(release):
    assert "comes with merunibench" in refusal("builtin", release)


def test_what_is_no_release_needs_a_source():
    assert refusal("mer2030") == "mer2030: not an official release (mer2025, mer2026); install your own with --from DIR"


def test_a_release_that_is_not_installed(release):
    install("mine", release)
    assert unknown("MER2025") == (
        "lexicon MER2025 is not installed (available: builtin, mine); run: merunibench lexicon install mer2025"
    )


@pytest.mark.parametrize("name", ["mer2030", "/no/such/folder", "~nobody-of-this-name/x", "a\0b", "x" * 5000, ""])
def test_what_does_not_exist(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    unknown(name)


def test_a_name_goes_before_a_folder_of_the_same_name(published, monkeypatch):
    monkeypatch.chdir(published.parent)
    published.rename("mine")
    assert load_lexicon("mine").name == "mer2026"
    shutil.copytree("mine", "other")
    with Path("other/format.csv").open("a", encoding="utf-8") as file:
        file.write("glad,gladdest\n")
    install("mine", Path("other"))
    assert load_lexicon("mine").name == "mine"


def test_a_pretender_is_called_modified(release, tmp_path):
    shutil.copytree(release, tmp_path / "mer2025")
    assert load_lexicon(tmp_path / "mer2025").name == "mer2025-modified"
    text = load_lexicon(release).renamed("builtin").to_text()
    (tmp_path / "x.json").write_text(text)
    assert load_lexicon(tmp_path / "x.json").name == "builtin-modified"
    (tmp_path / "y.json").write_text(load_lexicon("builtin").renamed("mer2026").to_text())
    assert load_lexicon(tmp_path / "y.json").name == "mer2026-modified"


def test_an_installed_file_that_was_exchanged(published, release, user):
    install("mer2026", published)
    other = load_lexicon("builtin").renamed("mer2026").to_text()
    (user / "lexicons" / "mer2026.json").write_text(other)
    assert "the mapping is not that of mer2026; run: merunibench lexicon install mer2026 --from DIR" in unknown(
        "mer2026"
    )
    install("mer2026", published)
    assert load_lexicon("mer2026").name == "mer2026"


def test_a_user_folder_that_cannot_be_written(release, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MERUNIBENCH_HOME", str(tmp_path / "file"))
    assert "cannot be written" in refusal("mine", release)


def test_the_catalogue(published, release, user):
    install("mer2026", published)
    (user / "lexicons" / "mine.json").write_text("{}")
    entries = {entry.name: entry for entry in catalogue()}
    assert list(entries) == ["builtin", "mer2025", "mer2026", "mine"]
    assert entries["mer2026"].lexicon == load_lexicon("mer2026")
    assert entries["mer2025"].problem == "not installed; run: merunibench lexicon install mer2025"
    assert entries["mine"].lexicon is None
    assert "not a compiled lexicon" in entries["mine"].problem
