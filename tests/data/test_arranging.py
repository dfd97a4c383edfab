"""Columns and names of strangers' tables: chosen, suggested, refused; and never a reference read as an answer."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench import evaluate
from merunibench.data import Arrangement, convert, load_predictions, open_predictions, parse_columns
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.tasks import TASKS

MELD, MOSI = TASKS["meld"], TASKS["cmumosi"]


@pytest.fixture
def read(jsonl):
    """A function from rows and options to name -> labels, as scoring reads them."""

    def labels(rows, *, dataset="meld", name_regex=None, **columns):
        path = jsonl("rows.jsonl", rows)
        source = open_predictions(path, dataset=dataset, arrangement=Arrangement(columns, name_regex))
        found = source.load(dataset, "default", Rules())
        return {name: found.labels[row] for row, name in enumerate(found.names.to_pylist())}

    return labels


def refused(read, rows, **options):
    with pytest.raises(InputError) as error:
        read(rows, **options)
    assert str(error.value).isprintable()
    return str(error.value)


OTHERS = {
    "ms-swift": (
        {
            "response": "happy, calm",
            "labels": "angry",
            "logprobs": None,
            "messages": [{"role": "user", "content": "?"}],
        },
        "text=response",
    ),
    "humanomni": ({"gt": "angry", "labels": "angry", "response": "happy, calm"}, "text=response"),
    "a trainer's": ({"labels": ["angry"], "prediction": "happy, calm"}, "text=prediction"),
    "a chat": (
        {"labels": "angry", "messages": [{"role": "user", "content": "?"}, {"content": "happy, calm"}]},
        "text=messages.-1.content",
    ),
    "openset as reference": ({"openset": "angry", "output": "happy, calm"}, "text=output"),
    "lm-eval": (
        {"doc_id": 0, "labels": ["angry"], "resps": [["happy, calm"]], "filtered_resps": ["happy, calm"]},
        "text=filtered_resps.0",
    ),
    "capitals": ({"labels": ["angry"], "Responses": "happy, calm"}, "text=Responses"),
    "another's": ({"labels": ["angry"], "model_answer": "happy, calm", "prompt": "?"}, "text=model_answer"),
    "camels": ({"labels": ["angry"], "finalAnswer": "happy, calm"}, "text=finalAnswer"),
    "several": ({"labels": ["angry"], "replies": ["happy, calm"]}, "text=replies.0"),
    "labels of both": ({"labels": ["angry"], "pred_labels": ["happy", "calm"]}, "labels=pred_labels"),
    "polarity": ({"polarity": "negative", "generated_text": "happy, calm"}, "text=generated_text"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_labels_beside_answers_are_never_read_as_answers(read, kind):
    row, option = OTHERS[kind]
    message = refused(read, [{"name": "a", **row}])
    assert f"--column {option}" in message
    assert "may be the reference" in message
    assert read([{"name": "a", **row}], **parse_columns([option])) == {"a": ["happy", "calm"]}
    if "labels" in row:
        assert read([{"name": "a", **row}], labels="labels") == {"a": ["angry"]}


@pytest.mark.parametrize("head", ["expected_output", "reference_answer", "prompt", "outputs_dir", "seconds", "gt"])
def test_labels_beside_other_columns_are_the_answers(read, head):
    assert read([{"name": "a", "labels": ["happy"], head: "angry"}]) == {"a": ["happy"]}


def test_in_memory_and_in_every_command_that_reads(tmp_path, jsonl):
    rows = [{"name": "a", "labels": ["joy"], "response": "angry", "messages": []}]
    with pytest.raises(InputError, match="may be the reference"):
        evaluate({"meld": rows}, {"meld": {"a": "joy"}})
    path = jsonl("meld.jsonl", rows)
    with pytest.raises(InputError, match="may be the reference"):
        load_predictions(path, MELD)
    with pytest.raises(InputError, match="may be the reference"):
        convert(open_predictions(path), tmp_path / "out")
    source = open_predictions(path, arrangement=Arrangement({"text": "response"}))
    (written,) = convert(source, tmp_path / "out")
    assert "labels" not in json.loads(written.read_text())
    report = evaluate(path, {"meld": {"a": "joy"}}, columns={"text": "response"}, bootstrap=0)
    assert report["meld"].score == 0
    assert any("not read" in warning for warning in report.warnings)


def test_what_extract_wrote_is_read(read):
    row = {"name": "a", "labels": ["happy"], "labels_from": "rules@2", "response": "happy", "messages": []}
    assert read([row]) == {"a": ["happy"]}


WITHOUT_LABELS = {
    "openai-batch": (
        {"custom_id": "a", "response": {"body": {"choices": [{"message": {"content": "happy, calm"}}]}}, "error": None},
        ["name=custom_id", "text=response.body.choices.0.message.content"],
    ),
    "inspect": (
        {"id": "a", "epoch": 1, "target": ["x"], "output": {"choices": [{"message": {"content": "happy, calm"}}]}},
        ["name=id", "text=output.choices.0.message.content"],
    ),
    "lm-eval": (
        {"doc_id": 0, "doc": {"name": "a"}, "target": "x", "filtered_resps": ["happy, calm"]},
        ["name=doc.name", "text=filtered_resps.0"],
    ),
    "lighteval": ({"doc": {"id": "a"}, "model_response": {"text": ["happy, calm"]}}, ["name=doc.id"]),
    "vlmevalkit": ({"index": 0, "video": "a", "answer": "x", "prediction": "happy, calm"}, ["name=video"]),
    "humanomni-v2": (
        {"name": "a", "solution": "<answer>x</answer>", "output": "<answer>happy, calm</answer>", "raw": {"path": "a"}},
        ["text=output"],
    ),
    "merbench": ({"name": "a", "raw_response": "<answer>happy, calm</answer>", "think": "x", "answer": "x"}, []),
    "ms-swift": ({"response": "happy, calm", "videos": ["a"]}, ["name=videos.0", "text=response"]),
    "by hand": ({"Name ": "a", "Label": "happy, calm"}, ["name=Name ", "labels=Label"]),
}


@pytest.mark.parametrize("kind", WITHOUT_LABELS)
def test_columns_that_are_suggested_can_be_given(read, kind):
    row, options = WITHOUT_LABELS[kind]
    message = refused(read, [row])
    options = options or ["text=raw_response"]
    assert all(f"--column {option}" in message or f"--column '{option}'" in message for option in options)
    if len(options) == 1 and "name" not in row:
        options = [*options, "text=" + message.partition("--column text=")[2].partition(";")[0]]
    assert read([row], **parse_columns(options)) == {"a": ["happy", "calm"]}


def test_predictions_without_names_and_reference(read):
    message = refused(read, [{"prompt": "?", "predict": "happy", "label": "angry"}])
    assert "no column 'name'" in message
    assert "--column text=predict" in message
    assert "label=" not in message


def test_choices_that_lead_nowhere(read):
    row = {"name": "a", "labels": ["x"], "deep": {"er": [{"text": "happy"}]}}
    assert read([row], text="deep.er.0.text") == {"a": ["happy"]}
    assert "no row has a value there" in refused(read, [row], text="deep.er.7.text")
    assert "no row has a value there" in refused(read, [row], text="deep.er.x")
    assert "there is no column 'depth'" in refused(read, [row], text="depth.er")
    assert "has no column 'txt'" in refused(read, [row], text="txt")
    for choice in ("name", "=a", "name="):
        with pytest.raises(InputError, match="give each field once"):
            parse_columns([choice])
    with pytest.raises(InputError, match="give each field once"):
        parse_columns(["name=a", "name=b"])
    with pytest.raises(InputError, match="the field must be one of name, text, labels, polarity"):
        Arrangement({"truth": "a"})


def test_columns_of_parquet_stay_unread(tmp_path):
    path = tmp_path / "meld.parquet"
    table = {"id": ["a"], "doc": [{"answer": {"text": "happy"}}], "long": ["x" * 1_000_000]}
    pq.write_table(pa.table(table), path)
    arrangement = Arrangement({"name": "id", "text": "doc.answer.text"})
    source = open_predictions(path, max_bytes=100_000, arrangement=arrangement)
    assert source.load("meld", "default", Rules()).labels[0] == ["happy"]


class TestOpenset:
    def test_read_on_both_sides(self, read, tmp_path):
        assert read([{"name": "a", "openset": "[happy, calm]"}]) == {"a": ["happy", "calm"]}
        (tmp_path / "ovmerdplus.csv").write_text('name,openset\na,"[happy, calm]"\n')
        report = evaluate(tmp_path / "ovmerdplus.csv", tmp_path, bootstrap=0)
        assert report["ovmerdplus"].score == 1

    def test_labels_come_first(self, read):
        assert read([{"name": "a", "openset": "angry", "labels": ["happy"]}]) == {"a": ["happy"]}
        assert read([{"name": "a", "openset": "angry", "text": "happy"}]) == {"a": ["happy"]}


class TestDatasetColumn:
    ROWS = (
        {"name": "a", "labels": ["happy"], "dataset": "MELD"},
        {"name": "b", "labels": ["sad"], "dataset": "mer2023"},
        {"name": "c", "labels": ["calm"], "dataset": "meld"},
    )

    @pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
    def test_rows_of_other_sets_are_left_out_and_said(self, tmp_path, jsonl, ending):
        path = tmp_path / f"all{ending}"
        if ending == ".parquet":
            pq.write_table(pa.Table.from_pylist(list(self.ROWS)), path)
        else:
            jsonl("all.jsonl", self.ROWS)
        source = open_predictions(path)
        assert list(source.files) == ["mer2023", "meld"]
        found = source.load("meld", "default")
        assert found.names.to_pylist() == ["a", "c"]
        assert found.labels[1] == ["calm"]
        assert found.remarks == ("1 of 3 rows are for mer2023 by the column 'dataset' and are left out",)
        assert open_predictions(path, dataset="meld").load("meld", "default").names.to_pylist() == ["a", "c"]

    def test_the_place_of_a_row_is_that_in_the_file(self, jsonl):
        path = jsonl("all.jsonl", [*self.ROWS, {"name": "d", "labels": 5, "dataset": "meld"}])
        with pytest.raises(InputError, match="line 4: 'labels'"):
            open_predictions(path).load("meld", "default")

    def test_refused(self, jsonl):
        path = jsonl("all.jsonl", self.ROWS)
        with pytest.raises(
            InputError, match="no row is for mer2024; by the column 'dataset' they are for meld, mer2023"
        ):
            open_predictions(path, dataset="mer2024").load("mer2024", "default")
        path = jsonl("meld.jsonl", [*self.ROWS, {"name": "d", "dataset": "imdb"}, {"name": "e"}])
        with pytest.raises(
            InputError,
            match=r"line 4: 'dataset': 'imdb' is not a data set; line 5: 'dataset': None is not a data set; data",
        ):
            open_predictions(path).load("meld", "default")

    @pytest.mark.parametrize("head", ["Dataset", "DATASET", "data_set", "dataset_name", "benchmark"])
    def test_a_column_of_a_similar_name_counts_if_it_holds_data_sets_alone(self, jsonl, head):
        rows = [{head if key == "dataset" else key: value for key, value in row.items()} for row in self.ROWS]
        found = open_predictions(jsonl("all.jsonl", rows)).load("meld", "default")
        assert found.remarks == (f"1 of 3 rows are for mer2023 by the column {head!r} and are left out",)
        for other in ("imdb", 5, None):
            path = jsonl("meld.jsonl", [*rows, {**rows[0], "name": "d", head: other}])
            assert len(open_predictions(path).load("meld", "default")) == 4

    def test_a_score(self, jsonl):
        path = jsonl("all.jsonl", self.ROWS)
        truth = {"meld": {"a": "joy", "c": "neutral"}, "mer2023": {"b": "sad"}}
        report = evaluate(path, truth, bootstrap=0)
        assert [each.dataset for each in report.datasets] == ["mer2023", "meld"]
        assert report["meld"].score == report["mer2023"].score == 1


class TestNameRegex:
    ROWS = ({"name": "d/a.mp4", "labels": ["x"]}, {"name": "e/b.mp4", "labels": ["y"]}, {"name": "c", "labels": ["z"]})

    @pytest.mark.parametrize("pattern", [r"([^/]+)\.mp4$", r"(?P<name>\w)\.mp4", r"^(?:.*/)?(.+?)(?:\.mp4)?$"])
    def test_names(self, read, pattern):
        assert read(self.ROWS, name_regex=pattern) == {"a": ["x"], "b": ["y"], "c": ["z"]}

    def test_names_that_do_not_fit_are_counted(self, jsonl):
        source = open_predictions(jsonl("meld.jsonl", self.ROWS), arrangement=Arrangement(name_regex=r"([^/]+)\.mp4$"))
        (remark,) = source.load("meld", "default").remarks
        assert remark == "1 of 3 names do not match --name-regex and are not changed, such as 'c'"

    @pytest.mark.parametrize(
        ("pattern", "message"),
        [
            ("mp4", "must have exactly one group"),
            (r"(a)(b)", "must have exactly one group"),
            ("(", "invalid pattern"),
            (r"(a)(?=b)", "invalid pattern"),
            (r"(a)\1", "invalid pattern"),
            (f"({'a' * 1000})", "must have exactly one group"),
            ("(" * 600 + ")" * 600, "invalid pattern|must have exactly one group"),
            (r"\.(mp4)$", "--name-regex maps 'd/a.mp4', 'e/b.mp4' to 'mp4'; different names must remain different"),
            ("(nothing)", "matches no name, such as 'd/a.mp4'"),
        ],
    )
    def test_refused(self, read, pattern, message):
        with pytest.raises(InputError, match=message):
            read(self.ROWS, name_regex=pattern)

    def test_patterns_that_are_slow_elsewhere(self, read):
        rows = [{"name": "a" * 50_000 + "!", "labels": ["x"]}, {"name": "b", "labels": ["y"]}]
        assert read(rows, name_regex=r"^((?:a+)+|b)$")["b"] == ["y"]

    @given(st.lists(st.text("ab./_é\n", min_size=1, max_size=6), min_size=1, unique=True))
    def test_a_pattern_of_everything_changes_nothing(self, names):
        data = {"meld": [{"name": name, "labels": ["happy"]} for name in names]}
        report = evaluate(data, {"meld": dict.fromkeys(names, "joy")}, name_regex="(?s)^(.*)$", bootstrap=0)
        assert report["meld"].score == 1
