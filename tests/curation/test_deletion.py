"""Clips that are deleted vanish from every file, whatever happens on the way."""

import json
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from merunibench.cli import main
from merunibench.curation.deletion import choose, delete
from merunibench.curation.folder import Folder
from merunibench.curation.rewriting import Unwanted
from merunibench.errors import InputError
from tests.curation.small import data_set, names, read, rows, write


def run(capsys, *arguments):
    """(exit code, standard output, standard error) of `merunibench curate`."""
    with patch("sys.argv", ["merunibench", "curate", *map(str, arguments)]):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
    out = capsys.readouterr()
    return code, out.out, out.err


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


class Killed(BaseException):
    """What no handler takes for an error."""


def killed_after(steps):
    """Files take their places, or are removed, so many times; then comes the end."""
    left = iter(range(steps))

    def until(do):
        def step(*arguments, **options):
            if next(left, None) is None:
                raise Killed
            return do(*arguments, **options)

        return step

    return patch.multiple(Path, replace=until(Path.replace), unlink=until(Path.unlink))


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
        chosen = choose(Folder(place), person="p3")
        with killed_after(steps), suppress(Killed):
            delete(Folder(place), chosen)
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
    with pytest.raises(InputError, match="no clip is chosen"):
        choose(Folder(folder), person="nobody")
