"""Files of strangers: whatever is wrong with them is one line of InputError, and nothing of them is run."""

import os
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from merunibench.errors import InputError, UnsafeFileError
from merunibench.lexicon import load_lexicon
from merunibench.lexicon.releases.tables import read_csv, read_xlsx

COLUMNS = ("level1", "level2", "level3")


def refusal(folder, kind=InputError, **limits):
    with pytest.raises(kind) as caught:
        load_lexicon(folder, **limits)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def repack(path, change, compression=zipfile.ZIP_DEFLATED):
    """Write an archive anew, each member's content changed by `change(name, content)`."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, change(name, content))


def survive(reader, *arguments):
    """Either the reader reads, or it says in one line why not."""
    message = ""
    try:
        reader(*arguments, max_bytes=10**7)
    except InputError as error:
        message = str(error)
    assert "\n" not in message


def test_an_xlsx_that_is_no_archive(release):
    (release / "wheel2.xlsx").write_text("level1,level2,level3\n")
    assert refusal(release).startswith(f"{release / 'wheel2.xlsx'}: ")


@pytest.mark.parametrize("kept", [0, 1, 200, 3000])
def test_a_truncated_xlsx(release, kept):
    path = release / "synonym.xlsx"
    path.write_bytes(path.read_bytes()[:kept])
    assert str(path) in refusal(release)


@pytest.mark.parametrize("lost", ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_an_xlsx_without_one_of_its_parts(release, lost):
    path = release / "wheel1.xlsx"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != lost}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert str(path) in refusal(release)


def test_an_xlsx_that_unpacks_to_too_much(release):
    path = release / "wheel1.xlsx"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(80_000_000))
    assert path.stat().st_size < 200_000
    assert f"{path}: unpacks to more than" in refusal(release, UnsafeFileError)


def test_an_xlsx_in_a_packing_whose_size_cannot_be_bounded(release):
    repack(release / "wheel1.xlsx", lambda _, content: content, zipfile.ZIP_BZIP2)
    assert "compressed with a method that workbooks do not use" in refusal(release)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
    b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghij"
)


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_xlsx_with_an_entity_bomb(release, part, encoding):
    def plant(name, content):
        if name != part:
            return content
        text = content.decode().replace("offended", "&j;")
        return f'<?xml version="1.0" encoding="{encoding}"?>{BOMB.decode()}{text}'.encode(encoding)

    repack(release / "wheel1.xlsx", plant)
    assert f"{part!r} defines XML entities" in refusal(release, UnsafeFileError)


def test_an_xlsx_that_claims_rows_without_end(release):
    def grow(name, content):
        return content.replace(b'<row r="3"', b'<row r="1048576"') if name.endswith("sheet1.xml") else content

    repack(release / "wheel1.xlsx", grow)
    assert "more than 100,000 rows" in refusal(release)


def test_a_cell_that_is_no_text_is_named(release, write_sheet):
    write_sheet("wheel4.xlsx", [COLUMNS, ("joy", "calm", "grateful"), ("joy", 3.5, "tender")])
    assert refusal(release) == f"{release / 'wheel4.xlsx'}: row 3, column 'level2': 3.5 is not text"


def test_a_blank_cell_with_nothing_above_it_is_named(release, write_sheet):
    write_sheet("wheel4.xlsx", [COLUMNS, (None, "calm", "grateful")])
    message = refusal(release)
    assert message == f"{release / 'wheel4.xlsx'}: row 2, column 'level1': blank, and no value above it"


def test_a_wheel_without_words(release, write_sheet):
    write_sheet("wheel4.xlsx", [COLUMNS])
    assert refusal(release) == f"{release / 'wheel4.xlsx'}: no words below the header"


def test_a_wheel_with_more_sectors_than_a_mask_holds(release, write_sheet):
    write_sheet("wheel4.xlsx", [COLUMNS, *((f"s{i}", f"happy{i}", f"w{i}") for i in range(9))])
    assert refusal(release) == "wheel 4 has 9 sectors at level 1, more than 8"


@pytest.mark.parametrize("content", ["", "word,forms\nhappy,happily\n", "name\nhappy\n"])
def test_a_csv_without_its_columns(release, content):
    (release / "format.csv").write_text(content)
    assert f"{release / 'format.csv'}: row 1: no column 'name'" in refusal(release).replace("'format'", "'name'")


@pytest.mark.parametrize("content", [b"name,format\n\xff\xfe,x\n", b'name,format\nhappy,"never closed\n', b"\x00\x01"])
def test_a_csv_that_is_none(release, content):
    (release / "format.csv").write_bytes(content)
    assert str(release / "format.csv") in refusal(release)


def test_a_csv_row_without_a_base_word(release):
    (release / "format.csv").write_text("name,format\nhappy,happily\n,sadly\n")
    assert refusal(release) == f"{release / 'format.csv'}: row 3, column 'name': blank"


def test_a_csv_beyond_the_limit(release):
    limit = (release / "format.csv").stat().st_size - 1
    with pytest.raises(UnsafeFileError):
        read_csv(release / "format.csv", ("name", "format"), max_bytes=limit)


def test_a_folder_that_lacks_files(release):
    (release / "wheel3.xlsx").unlink()
    assert "wheel3.xlsx and wheel_mapping.npz not found" in refusal(release)


class Planted:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (os.mkdir, (str(self.target),))


def write_mapping(folder, **tables):
    folder.mkdir(exist_ok=True)
    np.savez(folder / "wheel_mapping.npz", **{key: np.array(value, dtype=object) for key, value in tables.items()})
    return folder


def test_an_npz_that_would_run_something(tmp_path):
    target = tmp_path / "ran"
    folder = tmp_path / "mapping"
    write_mapping(folder, format_mapping={"a": Planted(target)}, raw_mapping={}, wheel_map_whole={})
    assert "mkdir" in refusal(folder, UnsafeFileError)
    assert not target.exists()


def whole_wheels(**changes):
    wheels = {f"wheel{n}": {f"level{level}": {"happy": "joy"} for level in (1, 2)} for n in range(1, 6)}
    return {**wheels, **changes}


GOOD = {"format_mapping": {"happy": ["happy"]}, "raw_mapping": {"happy": ["happy"]}, "wheel_map_whole": whole_wheels()}


def test_a_mapping_needs_nothing_but_its_tables(tmp_path):
    lexicon = load_lexicon(write_mapping(tmp_path / "own", **GOOD))
    assert (lexicon.name, lexicon.sectors("Happy", 2)) == ("own", ("joy",) * 5)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format_mapping": ["happy"]}, "format_mapping is not a dictionary with words as keys"),
        ({"format_mapping": {3: ["happy"]}}, "format_mapping is not a dictionary with words as keys"),
        ({"format_mapping": {"happy": "happy"}}, "format_mapping['happy'] is not a list of words"),
        ({"format_mapping": {"\ud800": ["happy"]}}, "format_mapping is not a dictionary with words as keys"),
        ({"raw_mapping": {"happy": [1]}}, "raw_mapping['happy'] is not a list of words"),
        ({"wheel_map_whole": {}}, "wheel_map_whole['wheel1'] is not a dictionary with words as keys"),
        ({"wheel_map_whole": whole_wheels(wheel5={})}, "wheel_map_whole['wheel5']['level1'] is not a dictionary"),
        ({"wheel_map_whole": whole_wheels(wheel2={"level1": {"a": 1}})}, "['level1']['a'] is not a word"),
        ({"wheel_map_whole": whole_wheels(wheel2={"level1": {}})}, "wheel_map_whole['wheel2']['level1'] is empty"),
    ],
)
def test_a_mapping_of_another_shape(tmp_path, change, complaint):
    assert complaint in refusal(write_mapping(tmp_path / "own", **{**GOOD, **change}))


def test_an_npz_without_the_tables(tmp_path):
    np.savez(tmp_path / "wheel_mapping.npz", other=np.arange(3))
    assert "format_mapping" in refusal(tmp_path)
    (tmp_path / "wheel_mapping.npz").write_bytes(pickle.dumps({}))
    assert "wheel_mapping.npz" in refusal(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=40))
def test_any_damage_to_a_workbook_is_survived(release, position, noise):
    content = (release / "wheel3.xlsx").read_bytes()
    position %= len(content)
    path = release / "damaged.xlsx"
    path.write_bytes(content[:position] + noise + content[position + len(noise) :])
    survive(read_xlsx, path, COLUMNS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_as_a_csv_are_survived(tmp_path, content):
    path = tmp_path / "any.csv"
    path.write_bytes(b"name,format\n" + content)
    survive(read_csv, path, ("name", "format"))


ABSURD_XML = {
    "a part without end": b"<a>" + b" " * (9 << 20) + b"</a>",
    "deep": b"<a>" * 1_000_000,
    "attributes without end": b"<a " + b" ".join(b'a%d=""' % number for number in range(200_000)) + b"/>",
}


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "custom/any.xml"])
@pytest.mark.parametrize("kind", ABSURD_XML)
def test_an_xlsx_of_absurd_xml(release, part, kind):
    path = release / "wheel1.xlsx"
    repack(path, lambda _, content: content)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{part}.rels", ABSURD_XML[kind])
    message = refusal(release, UnsafeFileError)
    assert message.startswith(f"{path}: '{part}.rels' ")
