"""Hostile and careless submissions: each is refused with its reason, or taken and shown inert."""

import gzip
import io
import json
import os
import pickle
import shutil
import tarfile
import zipfile
from dataclasses import replace

import pytest

from merunibench.errors import InputError
from merunibench.leaderboard.board.inputs import load_truths
from merunibench.leaderboard.schema.details import ModelDetails
from merunibench.leaderboard.submissions import checking, prediction_rows
from merunibench.leaderboard.submissions.checking import check
from merunibench.leaderboard.submissions.submission import ASKED_FOR, FILE, describe, write_submission
from merunibench.tasks import get_task
from tests.hostile import Command, npy, pickled_array, write_npz
from tests.leaderboard.conftest import read, rewrite

SCRIPT = "<script>alert(1)</script>"
MEANINGFUL = [
    SCRIPT,
    "**bold** [x](javascript:alert(1)) ![i](http://x/y) `c` | a",
    "=HYPERLINK(1)",
    "\\input{/etc/passwd}",
    "Ünïcode 模型 🙂",
]


@pytest.fixture
def good(small):
    return small.add("good")


@pytest.fixture
def truths(small):
    return load_truths(small.truth)


def problems(folder, truths=None):
    checked = check(folder, truths)
    assert not checked.valid
    for line in (*checked.problems, *checked.warnings):
        assert len(line) < 1000
    assert checked.to_text().isprintable() or checked.to_text().replace("\n", "").isprintable()
    json.dumps(checked.to_dict())
    return " | ".join(checked.problems)


def meld(folder):
    return folder / "predictions" / "meld.jsonl.gz"


def test_a_good_submission_is_valid_though_incomplete(good, truths):
    checked = check(good, truths)
    assert checked.valid
    assert set(checked.hashes) == {"meld", "cmumosi", "ovmerdplus"}
    text = " | ".join(checked.warnings)
    assert all(name in text for name in ASKED_FOR)
    assert "no mean and no overall rank" in text


def test_everything_that_is_wrong_is_said_at_once(good):
    (good / FILE).write_text('model = ""\nscore = 99\nparameters = -1\n')
    (good / "run.sh").write_text("x")
    (good / "predictions" / "weights.zip").write_bytes(b"x")
    rewrite(meld(good), [{"name": "a", "labels": ["sad"], "hit_rate": 1.0}])
    rewrite(good / "predictions" / "cmumosi.jsonl.gz", "{broken\n")
    found = problems(good)
    for part in (
        "model:",
        "score: is not a field",
        "parameters:",
        "run.sh",
        "weights.zip",
        "'hit_rate'",
        "cmumosi.jsonl.gz, line 1",
    ):
        assert part in found, part


class TestFields:
    @pytest.mark.parametrize("text", MEANINGFUL)
    @pytest.mark.parametrize(
        "field", ["model", "base_model", "training_data", "prompt", "decoding", "extractor", "licence", "contact"]
    )
    def test_text_of_any_meaning_is_taken_as_text(self, good, field, text):
        lines = {"model": "x", field: text}
        texts = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in lines.items())
        (good / FILE).write_text("".join(texts), encoding="utf-8")
        checked = check(good)
        assert checked.valid, checked.problems
        assert getattr(checked.submission, field) == text

    @pytest.mark.parametrize("field", ["link", "paper"])
    @pytest.mark.parametrize(
        "address",
        [
            "javascript:alert(1)",
            "data:text/html,x",
            f"https://x.org/{chr(10)}x",
            "file:///etc/passwd",
            SCRIPT,
            "https://x.org/a b",
            "//x.org",
        ],
    )
    def test_only_web_addresses_are_links(self, good, field, address):
        (good / FILE).write_text(f"model = 'x'\n{field} = {json.dumps(address)}\n")
        assert f"{field}:" in problems(good)

    @pytest.mark.parametrize(
        "name", ["a\nb", "a\tb", "a\x00b", "a\x1b[31mb", "\u202eevil", "a\u2066b", "a" * 101, "", "   ", "\ue000"]
    )
    def test_names_that_cannot_be_shown(self, good, name):
        (good / FILE).write_text(f"model = {json.dumps(name)}\n")
        assert "model" in problems(good)

    def test_a_name_of_ten_megabytes(self, good):
        (good / FILE).write_text(f"model = '{'a' * 10_000_000}'\n")
        assert FILE in problems(good)

    @pytest.mark.parametrize(
        "content",
        [
            b"\xff\xfe",
            b"model = ",
            b"[" * 10_000,
            b"a = " + b"[" * 100_000,
            b"model = 3",
            b"model = true",
            b"authors = ['x']",
            b"model = 'x'\nparameters = " + b"9" * 5000,
            b"model = 'x'\nparameters = 0x" + b"f" * 5000,
            b"model = 'x'\nparameters = 99999999999999999999",
            b"model = 'x'\nparameters = 9223372036854775807",
            b"model = 'x'\nparameters = nan",
            b"model = 'x'\nparameters = inf",
            b"model = 'x'\ndate = 2001-99-99",
            b"model = 'x'\ndate = 2001-01-01T01:01:01",
            b"model = 'x'\ndate = inf",
            b"model = 'x'\ndate = 1e300",
            b"model = 'x'\n" + b".".join([b"a"] * 10_000) + b" = 1",
            b"model = 'x'\n[" + b".".join([b"a"] * 10_000) + b"]",
            b"model = 'x'\nauthors = " + b"[" * 10_000,
            b"model = '\0'",
            b"\xef\xbb\xbfmodel = 'x'",
            b"model = 'x'\nmodel = 'y'",
            b"model = 'x'\n#" + b" " * (32 << 10),
        ],
        ids=lambda content: ascii(content[:60])[2:-1],
    )
    def test_metadata_that_are_none(self, good, content):
        (good / FILE).write_bytes(content)
        assert FILE in problems(good)

    @pytest.mark.parametrize(
        "line",
        [
            "score = 0.9",
            "mean = 1",
            "[scores]\nmeld = 1",
            "rank = 1",
            "schema = 'other/1'",
            "date = 'yesterday'",
            "modalities = ['smell']",
            "parameters = 1e9",
            "parameters = true",
        ],
    )
    def test_scores_and_foreign_fields_are_refused(self, good, line):
        (good / FILE).write_text(f"model = 'x'\n{line}\n")
        assert f"{FILE}" in problems(good)

    def test_what_is_written_is_short_enough_to_be_read(self, good):
        """Each field is within its bounds, all together are not."""
        described = describe(model="x", training_data="模" * 6_000, prompt="型" * 6_000)
        with pytest.raises(InputError, match="exceed 32 KiB"):
            write_submission(good, described)
        assert check(good).valid

    def test_without_metadata(self, good):
        (good / FILE).unlink()
        assert FILE in problems(good)


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("weights.pkl", "pickle"),
            ("predictions/meld.npz", "pickle"),
            ("predictions/all.zip", "archive"),
            ("predictions/all.tar", "archive"),
            ("predictions/meld.jsonl", "does not belong here"),
            ("predictions/unknown.jsonl.gz", "does not belong here"),
            ("meld.jsonl.gz", "does not belong here"),
            ("setup.py", "does not belong here"),
            (".hidden", "does not belong here"),
            ("predictions/a/b/meld.jsonl.gz", "folder that does not belong"),
            ("predictions/a b/meld.jsonl.gz", "checkpoint's name"),
            ("predictions/-rf/meld.jsonl.gz", "checkpoint's name"),
            ("predictions/\u202ex/meld.jsonl.gz", "checkpoint's name"),
            ("predictions/<script>/meld.jsonl.gz", "checkpoint's name"),
            ("predictions/default/meld.jsonl.gz", "two files"),
            ("evil\nname", "does not belong here"),
        ],
    )
    def test_what_does_not_belong(self, good, name, said):
        path = good / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(meld(good).read_bytes())
        assert said in problems(good)

    @pytest.mark.parametrize("target", ["/etc/passwd", "../../../preds/meld.jsonl", "nowhere"])
    @pytest.mark.parametrize(
        "place", [FILE, "predictions/meld.jsonl.gz", "predictions/sims.jsonl.gz", "predictions/step-1", "README.md"]
    )
    def test_symbolic_links_are_not_followed(self, good, place, target):
        (good / place).unlink(missing_ok=True)
        (good / place).symlink_to(target)
        found = problems(good)
        assert "symbolic link" in found
        assert "root:" not in found

    def test_a_linked_folder_is_no_submission(self, good, tmp_path):
        (tmp_path / "link").symlink_to(good)
        assert "link" in problems(tmp_path / "link")

    def test_a_linked_predictions_folder(self, good, tmp_path):
        (good / "predictions").rename(tmp_path / "elsewhere")
        (good / "predictions").symlink_to(tmp_path / "elsewhere")
        assert "symbolic link" in problems(good)

    @pytest.mark.parametrize("place", [FILE, "predictions/sims.jsonl.gz"])
    def test_a_pipe_is_not_waited_for(self, good, place):
        (good / place).unlink(missing_ok=True)
        os.mkfifo(good / place)
        assert "not a regular file" in problems(good)

    def test_too_many_files(self, good):
        for number in range(1100):
            (good / "predictions" / f"x{number}").mkdir()
        assert "more than 1000" in problems(good)

    def test_too_many_checkpoints(self, good):
        for number in range(60):
            folder = good / "predictions" / f"step-{number}"
            folder.mkdir()
            (folder / "meld.jsonl.gz").write_bytes(meld(good).read_bytes())
        assert "more than 50 checkpoints" in problems(good)

    def test_too_many_bytes(self, good):
        with (good / "README.md").open("wb") as stream:
            stream.truncate(65 << 20)
        assert "MiB" in problems(good)

    @pytest.mark.parametrize("name", ["-rf", ".hidden", "a b", "x" * 70, "<b>", "baseline-chance", "Published-001"])
    def test_the_folder_becomes_part_of_addresses(self, good, name):
        folder = good.rename(good.parent / name)
        assert "folder's name" in problems(folder)

    def test_withheld_predictions_show_nothing_new(self, good):
        shutil.rmtree(good / "predictions")
        with (good / FILE).open("a") as stream:
            stream.write("withheld = 'they belong to others'\n")
        checked = check(good)
        assert checked.valid
        assert any("withheld" in each for each in checked.warnings)

    def test_nothing_at_all(self, tmp_path):
        assert "cannot be read" in problems(tmp_path / "nowhere")
        (tmp_path / "empty").mkdir()
        assert "no predictions" in problems(tmp_path / "empty")


class TestContent:
    def disguised(self, good, content):
        meld(good).write_bytes(content)
        return problems(good)

    def test_an_archive_in_disguise(self, good):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("../../evil.jsonl", "{}")
        assert "meld.jsonl.gz" in self.disguised(good, stream.getvalue())

    def test_an_archive_in_a_gzip(self, good, tmp_path):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            info = tarfile.TarInfo("../../../evil")
            info.size = 4
            archive.addfile(info, io.BytesIO(b"evil"))
        assert "meld.jsonl.gz" in self.disguised(good, stream.getvalue())
        assert not list(tmp_path.rglob("evil"))

    @pytest.mark.parametrize("wrap", [bytes, gzip.compress], ids=["plain", "gzip"])
    def test_a_pickle_in_disguise_is_not_executed(self, good, tmp_path, wrap):
        marker = tmp_path / "executed"
        for content in (pickle.dumps(Command(marker)), npy(pickled_array(Command(marker)))):
            assert "meld.jsonl.gz" in self.disguised(good, wrap(content))
        write_npz(meld(good), {"fileitems": npy(pickled_array(Command(marker)))})
        assert "meld.jsonl.gz" in problems(good)
        assert not marker.exists()

    def test_many_small_bombs_are_not_all_unpacked(self, good, monkeypatch):
        """Each is within the limits; all together would fill the memory."""
        monkeypatch.setattr(checking, "MAX_LENGTH", 1 << 20)
        lines = [json.dumps({"name": f"s{row}", "labels": ["sad"], "text": "x" * 90_000}) for row in range(5)]
        for number in range(9):
            folder = good / "predictions" / f"step-{number}"
            folder.mkdir()
            rewrite(folder / "meld.jsonl.gz", "".join(f"{line}\n" for line in lines))
        opened = []
        read_table = prediction_rows.read_table
        monkeypatch.setattr(
            prediction_rows, "read_table", lambda path, **options: opened.append(path) or read_table(path, **options)
        )
        assert "1 million characters" in problems(good)
        assert len(opened) < 9

    def test_nothing_is_opened_of_too_much(self, good, monkeypatch):
        with (good / "README.md").open("wb") as stream:
            stream.truncate(65 << 20)
        monkeypatch.setattr(prediction_rows, "read_table", lambda *_, **__: pytest.fail("opened"))
        assert "MiB" in problems(good)

    def test_a_bomb_is_not_unpacked(self, good):
        stream = io.BytesIO()
        with gzip.GzipFile(fileobj=stream, mode="wb") as bomb:
            for _ in range(300):
                bomb.write(b" " * (1 << 20))
        assert "unpacks to more than" in self.disguised(good, stream.getvalue())

    @pytest.mark.parametrize(
        "content",
        [b"", b"\x1f\x8b", *(gzip.compress(text, mtime=0) for text in (b"", b"\xff\xfe{}", b"[1]\n", b"{" * 100_000))],
        ids=["empty", "cut", "no rows", "not UTF-8", "a list", "half an object"],
    )
    def test_what_is_no_json_lines(self, good, content):
        assert "meld.jsonl.gz" in self.disguised(good, content)

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
    def test_no_number(self, good, value):
        rewrite(meld(good), f'{{"name": "a", "labels": ["sad"], "text": {value}}}\n')
        assert value in problems(good)

    @pytest.mark.parametrize("key", ["score", "hit_rate", "f", "ci", "rank", "mean", SCRIPT, "__class__"])
    def test_scores_smuggled_in(self, good, key):
        rewrite(meld(good), [{**line, key: 1.0} for line in read(meld(good))])
        assert "never scores" in problems(good)

    def test_rows_of_a_part_of_a_data_set(self, good):
        rewrite(meld(good), [{**line, "subset": "stratified:100"} for line in read(meld(good))])
        assert "subset of the data set" in problems(good)

    def test_duplicate_names(self, good):
        rewrite(meld(good), read(meld(good)) * 2)
        assert "more than once" in problems(good)

    def test_more_names_than_there_are_samples(self, good):
        rewrite(meld(good), [{"name": f"n{number}", "labels": ["sad"]} for number in range(2611)])
        assert "2610" in problems(good)

    def test_foreign_names_where_the_labels_tell(self, good, truths, monkeypatch):
        first, *others = read(meld(good))
        rewrite(meld(good), [{**first, "name": SCRIPT}, *others])
        checked = check(good, truths)
        assert checked.valid
        assert any("1 names are not in the available labels" in each for each in checked.warnings)
        complete = replace(get_task("meld"), samples=10)
        monkeypatch.setattr(checking, "get_task", lambda _: complete)
        assert "1 names are not in MELD: '<script>" in problems(good, truths)

    def test_all_names_are_foreign(self, good, truths):
        rewrite(meld(good), [{"name": f"n{number}", "labels": ["sad"]} for number in range(10)])
        assert "only 0 of 10 names" in problems(good, truths)

    @pytest.mark.parametrize(
        "name",
        ["", "a" * 257, "a" * 10_000_000, None, 3, ["a"], "\ud800"],
        ids=lambda name: str(name)[:5].encode("ascii", "replace").decode(),
    )
    def test_names_that_are_none(self, good, name):
        rewrite(meld(good), [{"name": name, "labels": ["sad"]}, *read(meld(good))])
        assert "meld.jsonl.gz" in problems(good)

    @pytest.mark.parametrize(
        "row",
        [
            {"labels": 3},
            {"labels": [1]},
            {"labels": {"a": 1}},
            {"labels": ["sad"] * 1001},
            {"labels": ["a" * 100_001]},
            {"text": "a" * 100_001},
            {"text": 3},
            {"status": "perfect", "labels": ["sad"]},
            {"labels": ["sad"], "labels_from": "x" * 101},
        ],
        ids=str,
    )
    def test_answers_that_are_none(self, good, row):
        rewrite(meld(good), [{"name": "test_dia0_utt0", **row}])
        assert "meld.jsonl.gz" in problems(good)

    def test_too_many_origins(self, good):
        rewrite(meld(good), [{**line, "labels_from": f"x{number}"} for number, line in enumerate(read(meld(good)))])
        assert "different values" in problems(good)

    def test_meaningful_text_in_answers_is_text(self, small):
        folder = small.add(
            "odd",
            lambda dataset, lines: (
                lines if dataset == "cmumosi" else [{**line, "labels": [SCRIPT, "sad"]} for line in lines]
            ),
        )
        assert check(folder).valid
        results, details = small.build()
        parts = ModelDetails.model_validate_json(details["odd"].to_json()).parts
        part = next(part for part in parts if part.dataset == "meld")
        assert SCRIPT in [word.word for word in part.words.unknown]
        assert not results.refused

    def test_words_are_one_visible_line_in_the_details(self, small):
        odd = "zorp\u202e\x1b[31m \n word" + "x" * 100
        small.add(
            "odd",
            lambda dataset, lines: lines if dataset == "cmumosi" else [{**line, "labels": [odd]} for line in lines],
        )
        results, details = small.build()
        assert not results.refused
        parts = ModelDetails.model_validate_json(details["odd"].to_json()).parts
        found = {word.word for part in parts if part.words for word in part.words.unknown}
        assert found
        assert all(len(word) == 60 and word.isprintable() and word.endswith("x…") for word in found)
        assert all(word.startswith(r"zorp\u202e\x1b[31m word") for word in found)
