"""Ground truth: every format and spelling of a label, the hash, and the place of every mistake."""

import dataclasses
import hashlib
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.data import find_truth, load_truth
from merunibench.errors import InputError
from merunibench.tasks import TASKS

MELD, IEMOCAP, MOSI, OVMERD = (TASKS[name] for name in ("meld", "iemocapfour", "cmumosi", "ovmerdplus"))


def words(truth):
    return [truth.labels[row] for row in range(len(truth))]


def save_npz(path, **corpora):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **corpora)
    return path


class TestOfficialFiles:
    def test_meld(self, shared):
        path = shared / "official" / "dataset" / "meld-process" / "label.npz"
        corpus = np.load(path, allow_pickle=True)["test_corpus"].item()
        truth = load_truth(MELD, shared / "official" / "dataset")
        assert truth.names.to_pylist() == list(corpus)
        assert words(truth) == [[MELD.classes[sample["emo"]]] for sample in corpus.values()]
        assert (len(truth), truth.path) == (MELD.samples, path)

    def test_cmumosi(self, shared):
        path = shared / "official" / "dataset" / "cmumosi-process" / "label.npz"
        corpus = np.load(path, allow_pickle=True)["test_corpus"].item()
        truth = load_truth(MOSI, path)
        assert truth.names.to_pylist() == list(corpus)
        assert truth.values.tolist() == [float(sample["val"]) for sample in corpus.values()]
        assert len(truth) == MOSI.samples

    def test_ovmerdplus(self, shared):
        truth = load_truth(OVMERD, shared / "official" / "dataset")
        assert truth.names[0].as_py() == "sample_00000000"
        assert words(truth)[0][:3] == ["pleasurable", "self-deprecating", "relaxed"]
        assert all(words(truth))

    def test_what_is_found(self, shared):
        assert set(find_truth(shared / "official" / "dataset")) == {"meld", "cmumosi", "ovmerdplus"}


class TestOfficialLayouts:
    def test_the_session_split_of_iemocap(self, tmp_path):
        names = ["Ses01F_impro01_F000", "Ses05F_impro01_F000", "Ses05M_impro02_M001", "xSes05"]
        corpus = {name: {"emo": emo, "val": -10} for emo, name in enumerate(names)}
        save_npz(tmp_path / "iemocap-process" / "label_4way.npz", whole_corpus=corpus)
        truth = load_truth(IEMOCAP, tmp_path)
        assert truth.names.to_pylist() == names[1:3]
        assert words(truth) == [["sad"], ["neutral"]]

    def test_no_session_of_the_split(self, tmp_path):
        path = save_npz(tmp_path / "label_4way.npz", whole_corpus={"Ses01F": {"emo": 1}})
        with pytest.raises(
            InputError, match=r"label_4way\.npz: no samples of the test split of IEMOCAP \(names Ses05…\)"
        ):
            load_truth(IEMOCAP, path)

    @pytest.mark.parametrize("task", ["mer2023", "mer2024"])
    def test_the_words_of_mer(self, tmp_path, task):
        task = TASKS[task]
        corpus = {np.str_(f"s{i}"): {"emo": word, "val": -10} for i, word in enumerate(task.classes)}
        train = {"t": {"emo": "unheard of", "val": 0}}
        save_npz(tmp_path / task.folder / "label-6way.npz", train_corpus=train, test1_corpus=corpus)
        truth = load_truth(task, tmp_path)
        assert words(truth) == [[word] for word in task.classes]

    @pytest.mark.parametrize("value", [3, np.int64(3), np.array(3), "3", 3.0, "Neutral ", np.str_("neutral")], ids=repr)
    def test_spellings_of_a_class(self, tmp_path, value):
        path = save_npz(tmp_path / "label.npz", test_corpus={"a": {"emo": value}})
        assert words(load_truth(MELD, path)) == [["neutral"]]

    def test_the_wrong_split_or_data_set(self, tmp_path):
        path = save_npz(tmp_path / "label.npz", whole_corpus={"a": {"emo": 1}}, x=[1])
        with pytest.raises(
            InputError, match=r"not a label file of MELD: it has no 'test_corpus', only whole_corpus, x$"
        ):
            load_truth(MELD, path)

    @pytest.mark.parametrize(
        ("corpus", "message"),
        [
            ({"a": {"val": 1}}, "sample 'a' has no field 'emo'"),
            ({"a": 3}, "sample 'a' has no field 'emo'"),
            ({}, "'test_corpus' is empty: it has no samples"),
            ([1], "'test_corpus' must be a dictionary of samples"),
            ({3: {"emo": 1}}, "row 1: 'name' must be text, not 3"),
            ({"": {"emo": 1}}, "row 1: the sample has no name"),
            ({"a\ud800": {"emo": 1}}, "row 1: 'name' must be text, not 'a\\ud800'"),
            ({"a": {"emo": 7}}, "row 1: 'label': 7 is not a class index of MELD: indices are 0 to 6"),
            ({"a": {"emo": [1]}}, "row 1: 'label': a value of type list is not a class of MELD: anger, joy"),
            ({"a": {"emo": np.arange(3)}}, "row 1: 'label': a value of type ndarray is not a class of MELD"),
        ],
    )
    def test_what_is_wrong(self, tmp_path, corpus, message):
        path = save_npz(tmp_path / "label.npz", test_corpus=np.array(corpus, dtype=object))
        with pytest.raises(InputError, match=re.escape(message)) as refused:
            load_truth(MELD, path)
        assert str(refused.value).startswith(str(path))
        assert str(refused.value).isprintable()


class TestTables:
    def test_basic(self, any_table):
        spellings = ["joy", "JOY", "1", "1.0", " Joy "]
        path = any_table("meld", [{"name": f"s{i}", "label": label} for i, label in enumerate(spellings)])
        assert words(load_truth(MELD, path)) == [["joy"]] * 5

    @pytest.mark.parametrize(
        "kind", [pa.int8(), pa.uint64(), pa.float32(), pa.dictionary(pa.int8(), pa.int64())], ids=str
    )
    def test_indices_in_arrow(self, tmp_path, kind):
        column = pa.array([6, 0, 6], pa.int64())
        column = column.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else column.cast(kind)
        pq.write_table(pa.table({"name": ["a", "b", "c"], "label": column}), tmp_path / "meld.parquet")
        assert words(load_truth(MELD, tmp_path)) == [["surprise"], ["anger"], ["surprise"]]

    def test_sentiment(self, any_table):
        path = any_table("mosi", [{"name": f"s{i}", "label": value} for i, value in enumerate([1.5, -0.0, 2.0, -3e-5])])
        assert load_truth(MOSI, path).values.tolist() == [1.5, 0.0, 2.0, -3e-5]

    @pytest.mark.parametrize("column", ["label", "labels", "openset"])
    def test_fine_grained(self, any_table, column):
        rows = [{"name": "a", column: ["Happy", "let down"]}, {"name": "b", column: []}, {"name": "c", column: None}]
        truth = load_truth(OVMERD, any_table("ovmerd+", rows))
        assert words(truth) == [["happy", "let down"], ["neutral"], ["neutral"]]

    def test_the_official_table(self, tmp_path):
        folder = tmp_path / "ovmerdplus-process"
        folder.mkdir()
        (folder / "ovlabel.csv").write_text("name,openset\na,\"['x', 'y']\"\nb,[]\n")
        assert words(load_truth(OVMERD, tmp_path)) == [["x", "y"], ["neutral"]]

    def test_the_split_of_a_table_is_applied_if_names_tell(self, jsonl):
        rows = [{"name": name, "label": label} for name, label in (("Ses01", "bad"), ("Ses05a", "Sad"), ("Ses05b", 9))]
        assert words(load_truth(IEMOCAP, jsonl("iemocap.jsonl", rows[:2]))) == [["sad"]]
        with pytest.raises(InputError, match=r"line 3: 'label': 9 is not a class index"):
            load_truth(IEMOCAP, jsonl("iemocap.jsonl", rows))
        assert (
            len(load_truth(IEMOCAP, jsonl("iemocap.jsonl", [{"name": "a", "label": 1}, {"name": "b", "label": 2}])))
            == 2
        )

    @pytest.mark.parametrize("label", ["furious", "7", "-1", "1.5", "", None, "nan", True, [], {"a": 1}])
    def test_no_class(self, jsonl, label):
        path = jsonl("meld.jsonl", [{"name": "a", "label": 0}, {"name": "b", "label": label}])
        with pytest.raises(
            InputError, match=r"meld\.jsonl, line 2: 'label': .* is not a (class|class index) of MELD: "
        ):
            load_truth(MELD, path)

    @pytest.mark.parametrize("value", ["good", "", None, "nan", "inf", True, [1], 10**400, "1e999"])
    def test_no_number(self, jsonl, value):
        path = jsonl("mosi.jsonl", [{"name": "a", "label": 0}, {"name": "b", "label": value}])
        with pytest.raises(
            InputError, match=r"mosi\.jsonl, line 2: 'label': .* is not a finite number; every sample needs"
        ):
            load_truth(MOSI, path)

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
    def test_no_number_in_arrow(self, tmp_path, value):
        column = pa.array([1.0, 2.0, value], from_pandas=False)
        pq.write_table(pa.table({"name": ["a", "b", "c"], "label": column}), tmp_path / "mosi.parquet")
        with pytest.raises(InputError, match=r"mosi\.parquet, row 3: 'label': (nan|inf|None) is not a finite number"):
            load_truth(MOSI, tmp_path)

    def test_a_word_in_arrow_names_its_first_row(self, tmp_path):
        column = ["joy", "joy", "glee", "fear", "glee"]
        pq.write_table(pa.table({"name": list("abcde"), "label": column}), tmp_path / "meld.parquet")
        with pytest.raises(InputError, match=r"row 3: 'label': 'glee' is not a class of MELD: anger, joy, sadness"):
            load_truth(MELD, tmp_path)

    def test_a_column_of_another_kind(self, tmp_path):
        pq.write_table(pa.table({"name": ["a"], "label": [[1]]}), tmp_path / "meld.parquet")
        with pytest.raises(InputError, match=r"meld\.parquet.*'label'"):
            load_truth(MELD, tmp_path)

    def test_missing_columns(self, jsonl):
        with pytest.raises(InputError, match=r"meld\.jsonl: has no column 'label'; its columns are name, emotion$"):
            load_truth(MELD, jsonl("meld.jsonl", [{"name": "a", "emotion": "joy"}]))
        with pytest.raises(InputError, match=r"has no column 'label' or 'labels' or 'openset'; its columns are name$"):
            load_truth(OVMERD, jsonl("ovmerdplus.jsonl", [{"name": "a"}]))

    def test_repeated_names(self, jsonl):
        with pytest.raises(InputError, match=r"meld\.jsonl: 1 names appear more than once: 'a'$"):
            load_truth(MELD, jsonl("meld.jsonl", [{"name": "a", "label": 1}] * 2))


class TestFinding:
    def test_any_spelling(self, jsonl, tmp_path):
        for name in ("MELD.jsonl", "cmu-mosi.jsonl", "OV-MERD+.csv", "notes.jsonl", "iemocap.txt"):
            jsonl(name, [{"name": "a"}])
        found = {key: path.name for key, path in find_truth(tmp_path).items()}
        assert found == {"cmumosi": "cmu-mosi.jsonl", "meld": "MELD.jsonl", "ovmerdplus": "OV-MERD+.csv"}

    @pytest.mark.parametrize("other", ["meld.csv", "MELD.jsonl.gz", "meld-process/label.npz"])
    def test_two_files_for_one_data_set(self, jsonl, tmp_path, other):
        jsonl("meld.jsonl", [])
        jsonl(other, [])
        with pytest.raises(InputError, match=r": labels of meld are in .* and .*; keep one of them"):
            find_truth(tmp_path)

    def test_nothing_there(self, tmp_path):
        with pytest.raises(
            InputError, match=r"contains no labels; expected official folders such as meld-process/label\.npz"
        ):
            find_truth(tmp_path)
        with pytest.raises(InputError, match=r"none: cannot be read: No such file or directory"):
            load_truth(MELD, tmp_path / "none")

    def test_another_data_set_only(self, jsonl, tmp_path):
        jsonl("meld.jsonl", [])
        with pytest.raises(InputError, match=r": no labels of CMU-MOSI; found labels of meld$"):
            load_truth(MOSI, tmp_path)


def by_hand(rows):
    return hashlib.sha256("".join(f"{name}\t{truth}\n" for name, truth in sorted(rows)).encode()).hexdigest()


class TestHash:
    def test_it_is_what_the_documentation_says(self, jsonl):
        rows = [{"name": "b", "label": "JOY"}, {"name": "a", "label": 3}, {"name": "é", "label": "6"}]
        truth = load_truth(MELD, jsonl("meld.jsonl", rows))
        assert truth.sha256 == by_hand([("b", "joy"), ("a", "neutral"), ("é", "surprise")])
        rows = [{"name": "b", "label": -0.0}, {"name": "a", "label": 1}, {"name": "c", "label": 0.1}]
        truth = load_truth(MOSI, jsonl("mosi.jsonl", rows))
        assert truth.sha256 == by_hand([("b", "0.0"), ("a", "1.0"), ("c", "0.1")])
        rows = [{"name": "b", "label": "[Happy, 'let down', happy]"}, {"name": "a", "label": []}]
        truth = load_truth(OVMERD, jsonl("ovmerdplus.jsonl", rows))
        assert truth.sha256 == by_hand([("b", "happy,let down,happy"), ("a", "neutral")])

    @given(
        st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.sampled_from(MELD.classes), min_size=1),
        st.randoms(use_true_random=False),
    )
    def test_it_does_not_depend_on_the_order(self, tmp_path_factory, labels, random):
        rows = list(labels.items())
        random.shuffle(rows)
        path = tmp_path_factory.getbasetemp() / "meld.parquet"
        pq.write_table(pa.table({"name": [name for name, _ in rows], "label": [label for _, label in rows]}), path)
        assert load_truth(MELD, path).sha256 == by_hand(rows)

    def test_a_subset_has_another(self, jsonl):
        rows = [{"name": name, "label": label} for label, name in enumerate("abcdef")]
        truth = load_truth(MELD, jsonl("meld.jsonl", rows))
        part = truth.subset(np.array([4, 0]))
        assert part.names.to_pylist() == ["e", "a"]
        assert words(part) == [["disgust"], ["anger"]]
        assert part.sha256 == by_hand([("e", "disgust"), ("a", "anger")])
        values = load_truth(MOSI, jsonl("mosi.jsonl", rows)).subset(np.array([1]))
        assert values.values.tolist() == [1.0]
        assert dataclasses.replace(part, path=values.path).sha256 == part.sha256
