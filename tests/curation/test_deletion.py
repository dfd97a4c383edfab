"""Clips that are deleted vanish from every file, whatever happens on the way."""

import gzip
import json
import os
import signal
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from merunibench.curation.deletion import choose, delete
from merunibench.curation.folder import Folder
from merunibench.curation.rewriting import Unwanted
from merunibench.errors import InputError
from tests.curation.small import data_set, names, read, rows, run, write


@pytest.fixture
def folder(tmp_path, capsys):
    place = data_set(tmp_path / "d", lines=rows())
    assert run(capsys, "filter", place)[0] == 0
    return place


KEPT = names()[4:]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_persons_clips_vanish_from_every_file(folder, capsys):
    for form in ("affectgpt", "jsonl", "datasets", "sharegpt"):
        run(capsys, "export", folder, "--as", form, "--licence", "cc-by-4.0")
    gone = [row["name"] for row in rows() if row["person"] == "p3"]
    texts = [row["text"].encode() for row in rows() if row["person"] == "p3"]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert run(capsys, "delete", folder, "--person", "p3", "--dry-run")[0] == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    code, out, _ = run(capsys, "delete", folder, "--person", "p3")
    assert (code, f"{len(gone)} of {len(gone)} clips deleted" in out) == (0, True)
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [name for name in gone if name.encode() in content], path
            assert not [text for text in texts if text in content], path
    from datasets import load_from_disk

    assert len(load_from_disk(str(folder / "export/datasets"))) == len(set(KEPT) - set(gone))
    code, out, _ = run(capsys, "filter", folder, "--format", "json")
    assert (code, json.loads(out)["rows"]) == (0, 40 - len(gone))
    write(folder.parent / "again.jsonl", rows())
    run(capsys, "filter", folder, "--descriptions", folder.parent / "again.jsonl", "--set", "train")
    assert len(read(folder / "descriptions/train.jsonl")) == 40 - len(gone)


def test_what_cannot_be_rewritten_deletes_nothing(folder, capsys):
    (folder / "votes/packed.jsonl.gz").write_bytes(b"\x1f\x8b")
    before = {path: path.read_bytes() for path in folder.rglob("*.jsonl")}
    code, _, err = run(capsys, "delete", folder, "--name", "clip001")
    assert (code, "nothing is deleted" in err) == (2, True)
    assert {path: path.read_bytes() for path in folder.rglob("*.jsonl")} == before
    assert run(capsys, "delete", folder)[0] == 2


def test_everything_beside_the_tables_goes_too(tmp_path, capsys):
    lines = rows()
    lines[5]["name"] = "=cmd|calc"
    place = data_set(tmp_path / "d", lines=lines)
    assert run(capsys, "filter", place)[0] == 0
    assert run(capsys, "review", place, "--sample", "40")[0] == 0
    assert "'=cmd|calc" in (place / "review/sheet.csv").read_text(encoding="utf-8")
    for path in (
        "features/enc/clip001.npy",
        "features/enc/more/clip001.npy",
        "features/enc/clip002.npy",
        "clip001.npz",
    ):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        np.save(place / path, np.zeros(1)) if path.endswith(".npy") else np.savez(place / path, np.zeros(1))
    (place / ".clips/rows").mkdir(parents=True)
    (place / ".clips/rows/0001.mp4").write_bytes(b"a face")
    assert run(capsys, "delete", place, "--name", "=cmd|calc", "--name", "clip001")[0] == 0
    left = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert {"features/enc/clip002.npy", "features/enc/more/clip001.npy"} == {each for each in left if ".np" in each}
    assert not [path for path in left if path.startswith(".clips") or path.endswith((".html", "report.json"))]
    for path, content in contents(place).items():
        assert b"=cmd" not in content, path
        assert b"clip001" not in content, path


def killed_after(steps):
    """Files take their places, or are removed, so many times; then comes SIGKILL."""
    left = iter(range(steps))

    def until(do):
        def step(*arguments, **options):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return do(*arguments, **options)

        return step

    return patch.multiple(Path, replace=until(Path.replace), unlink=until(Path.unlink))


def delete_in_fork(folder, chosen, steps):
    """Whether it is killed after so many steps, before its end."""
    child = os.fork()
    if not child:
        with killed_after(steps):
            delete(Folder(folder), chosen)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def test_a_deletion_that_is_killed_is_finished_by_the_next(tmp_path, capsys):
    whole = data_set(tmp_path / "whole" / "d", 10, lines=rows(10))
    run(capsys, "filter", whole)
    run(capsys, "review", whole, "--sample", "10")
    (whole / ".clips/rows").mkdir(parents=True)
    (whole / ".clips/rows/0001.mp4").write_bytes(b"a face")
    write(whole / "votes/other/train.jsonl", [{"name": "clip003", "label": "sad"}])  # of which nothing is left
    before = contents(whole)
    assert run(capsys, "delete", whole, "--person", "p3")[0] == 0
    wanted, killed = contents(whole), 0
    for steps in range(30):
        place = tmp_path / str(steps) / "d"
        for path, content in before.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
        if not delete_in_fork(place, choose(Folder(place), person="p3"), steps):
            assert contents(place) == wanted
            break
        killed += 1
        # The same command, as one would type it: the descriptions may know the person no more.
        assert run(capsys, "delete", place, "--person", "p3")[0] == 0
        assert contents(place) == wanted, steps
    assert killed >= 8


def test_a_line_that_was_never_finished_goes_too(folder, capsys):
    with (folder / "measures/train.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"name": "clip001", "text": "s3cret wo')
    (folder / "cues/audio").mkdir(parents=True)
    (folder / "cues/audio/train.jsonl.part").write_text('{"name": "clip001", "text": "s3c', encoding="utf-8")
    assert run(capsys, "delete", folder, "--name", "clip001")[0] == 0
    assert not [path for path, content in contents(folder).items() if b"clip001" in content or b"s3c" in content]


def test_rows_that_repeat_a_deleted_one_name_it_no_more(tmp_path, capsys):
    lines = rows(8)
    lines[5]["text"] = lines[1]["text"]
    place = data_set(tmp_path / "d", 8, lines=lines)
    assert run(capsys, "filter", place, "--unique")[0] == 0
    assert "clip001" in json.dumps(read(place / "decisions/train.jsonl")[5])
    assert run(capsys, "delete", place, "--name", "clip001")[0] == 0
    assert not [path for path, content in contents(place).items() if b"clip001" in content]
    assert run(capsys, "filter", place, "--unique")[0] == 0
    assert next(row for row in read(place / "decisions/train.jsonl") if row["name"] == "clip005")["kept"]


def test_names_in_cells_that_are_marked_as_text():
    now, before = Unwanted(["=a", "b"]), Unwanted([], Unwanted(["-c"]).names)
    assert [now.in_cell(cell) for cell in ("'=a", "=a", "b", "'b", "a")] == ["=a", "=a", "b", "b", None]
    assert before.in_cell("'-c") is None  # hashes are of names, not names
    assert "a" not in now


def test_nothing_is_chosen(folder):
    with pytest.raises(InputError, match="no clips are chosen"):
        choose(Folder(folder), person="nobody")


def test_votes_of_other_forms_are_rewritten_in_theirs(folder, capsys):
    labels = dict.fromkeys(names(), "sad")
    semicolons = "sep=;\nname ;label\n" + "".join(f"{name};{label}\n" for name, label in labels.items())
    (folder / "votes/semicolons.csv").write_text(semicolons, encoding="utf-8")
    pq.write_table(pa.table({"name": list(labels), "label": list(labels.values())}), folder / "votes/packed.csv")
    (folder / "votes/lines.json").write_bytes((folder / "votes/crowd/train.jsonl").read_bytes())
    assert run(capsys, "delete", folder, "--name", "clip001")[0] == 0
    left = [name for name in names() if name != "clip001"]
    expected = "sep=;\nname ;label\n" + "".join(f"{name};sad\n" for name in left)
    assert (folder / "votes/semicolons.csv").read_text(encoding="utf-8") == expected
    assert pq.read_table(folder / "votes/packed.csv")["name"].to_pylist() == left
    assert [row["name"] for row in read(folder / "votes/lines.json")] == left


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("other.json", json.dumps([{"name": "clip001", "label": "sad"}]).encode()),
        ("other.json", json.dumps({"name": ["clip001"], "label": ["sad"]}).encode()),
        ("other.jsonl", json.dumps([{"name": "clip001"}], indent=1).encode()),
        ("other.jsonl", json.dumps({"names": ["clip001"]}, indent=1).encode()),
        ("other.jsonl", gzip.compress(b'{"name": "clip001"}', mtime=0)),
        ("other.csv.gz", b"name,label\nclip001,sad\n"),
        ("other.csv", b"name,label\nclip001,\xff\n"),
        ("other.parquet", b"PAR1"),
    ],
)
def test_a_table_that_cannot_be_rewritten_deletes_nothing(folder, capsys, file, content):
    (folder / "votes" / file).write_bytes(content)
    before = contents(folder)
    code, _, err = run(capsys, "delete", folder, "--name", "clip001")
    assert (code, file in err, len(err.splitlines())) == (2, True, 1)
    assert contents(folder) == before


def test_what_may_tell_of_a_clip_and_has_no_rows_is_told(folder, capsys):
    (folder / "notes.txt").write_text("clip001 shows Ann, as clip0012 does", encoding="utf-8")
    (folder / "other.txt").write_text("clip0012 and myclip001 show Ann", encoding="utf-8")
    (folder / "votes/unnamed.csv").write_text("clip,label\nclip001,sad\n", encoding="utf-8")
    (folder / "video").mkdir()
    (folder / "video/clip001.mp4").write_bytes(b"\0\0\0\x20ftyp")
    (folder / "video/clip002.mp4").write_bytes(b"\0\0\0\x20ftyp")
    (folder / "labels.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "linked.jsonl").symlink_to(folder.parent / "elsewhere.jsonl")
    code, _, err = run(capsys, "delete", folder, "--name", "clip001")
    told = dict(line.split(": ")[1:] for line in err.splitlines() if line.startswith("not changed"))
    assert code == 0
    assert told == {
        "labels.xlsx": "is in a format whose content cannot be searched",
        "linked.jsonl": "is a link; its target is not changed",
        "notes.txt": "mentions a deleted clip",
        "video/clip001.mp4": "has the name of a deleted clip",
        "votes/unnamed.csv": "mentions a deleted clip",
    }


def test_remarks_of_an_exported_card_that_give_the_clip_as_an_example_go_too(folder, capsys):
    with patch(
        "merunibench.curation.report.build._near", lambda _: iter(("1 name, such as 'clip001'", "about 'clip0'"))
    ):
        assert run(capsys, "export", folder, "--as", "jsonl", "--licence", "cc0-1.0")[0] == 0
    card = folder / "export/jsonl/README.md"
    before = card.read_text(encoding="utf-8")
    assert "- 1 name, such as 'clip001'\n" in before
    assert run(capsys, "delete", folder, "--name", "clip001")[0] == 0
    assert card.read_text(encoding="utf-8") == before.replace("- 1 name, such as 'clip001'\n", "")
