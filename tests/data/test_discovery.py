"""Every layout of predictions, and what is said of those that are not clear."""

import re

import numpy as np
import pytest

from merunibench.data import open_predictions
from merunibench.errors import InputError

ROW = [{"name": "a", "labels": ["joy"], "polarity": "positive"}]


def layout(source):
    return {dataset: list(source.files[dataset]) for dataset in source.files}


@pytest.fixture
def official(tmp_path):
    """A function (results folder, checkpoint, kinds of files) that writes official result files."""

    def write(place, checkpoint="checkpoint_000030_loss_0.6", kinds=("text", "openset", "sentiment")):
        folder = tmp_path / place
        folder.mkdir(parents=True, exist_ok=True)
        if "text" in kinds:
            np.savez_compressed(folder / f"{checkpoint}.npz", name2reason={"a": "He is sad.", "b": "She smiles."})
        if "openset" in kinds:
            np.savez_compressed(
                folder / f"{checkpoint}-openset.npz", filenames=["a", "b"], fileitems=["[Sad]", "[happy, joyful]"]
            )
        if "sentiment" in kinds:
            np.savez_compressed(
                folder / f"{checkpoint}-openset-sentiment.npz", filenames=["b", "a"], fileitems=["positive", "negative"]
            )
        return folder

    return write


class TestOfficial:
    def test_the_official_outputs(self, shared):
        source = open_predictions(shared / "official" / "output")
        assert list(source.files) == ["meld", "cmumosi", "ovmerdplus"]
        assert len(source.checkpoints("meld")) == 7
        for checkpoint in source.checkpoints("meld"):
            path = source.files["meld"][checkpoint].openset
            with np.load(path) as arrays:
                predictions = source.load("meld", checkpoint)
                assert predictions.names.to_pylist() == arrays["filenames"].tolist()
                items = [re.split("[],'\"[]", item.lower()) for item in arrays["fileitems"].tolist()]
                expected = [[word.strip() for word in item if word.strip()] for item in items]
                assert [predictions.labels[row] for row in range(len(predictions))] == expected
        for checkpoint in source.checkpoints("cmumosi"):
            path = source.files["cmumosi"][checkpoint].sentiment
            with np.load(path) as arrays:
                expected = [{"positive": 1, "negative": -1}.get(word, 0) for word in arrays["fileitems"].tolist()]
            assert source.load("cmumosi", checkpoint).polarity.tolist() == expected

    def test_what_each_task_reads(self, official, tmp_path):
        for place in ("results-meld/m", "results-mosi/m", "results-OV-MERD+/m"):
            official(place)
        source = open_predictions(tmp_path)
        assert source.model == "m"
        assert layout(source) == {name: ["checkpoint_000030_loss_0.6"] for name in ("meld", "cmumosi", "ovmerdplus")}
        predictions = source.load("meld", "checkpoint_000030_loss_0.6")
        assert [predictions.labels[row] for row in range(2)] == [["sad"], ["happy", "joyful"]]
        predictions = source.load("cmumosi", "checkpoint_000030_loss_0.6")
        assert (predictions.names.to_pylist(), predictions.polarity.tolist()) == (["b", "a"], [1, -1])

    def test_one_results_folder_one_model_folder_one_file(self, official):
        folder = official("results-meld/m")
        for path in (folder.parent, folder, folder / "checkpoint_000030_loss_0.6-openset.npz"):
            source = open_predictions(path)
            assert (source.model, layout(source)) == ("m", {"meld": ["checkpoint_000030_loss_0.6"]})
            assert source.load("meld", "checkpoint_000030_loss_0.6").labels[0] == ["sad"]

    def test_a_model_folder_elsewhere_needs_the_data_set(self, official):
        folder = official("somewhere")
        with pytest.raises(
            InputError, match=r"it is unclear which data set these results are for; name it with --dataset"
        ):
            open_predictions(folder)
        assert layout(open_predictions(folder, dataset="MELD")) == {"meld": ["checkpoint_000030_loss_0.6"]}

    @pytest.mark.parametrize(
        ("dataset", "kinds", "message"),
        [
            (
                "meld",
                ("text",),
                r"loss_0\.6\.npz, row 1: contains raw text only \(2 rows do\); scoring needs labels",
            ),
            ("meld", ("text", "sentiment"), "contains raw text only"),
            ("mosi", ("text",), "contains raw text only .* scoring needs polarity"),
            ("mosi", ("text", "openset"), "contains labels without polarity"),
            ("mosi", ("openset",), "contains labels without polarity"),
            ("meld", ("sentiment",), "has no column 'labels'"),
        ],
    )
    def test_unfinished_checkpoints_are_listed_and_refused(self, official, tmp_path, dataset, kinds, message):
        official(f"results-{dataset}/m", kinds=kinds)
        source = open_predictions(tmp_path)
        (identifier,) = source.files
        (checkpoint,) = source.checkpoints(identifier)
        with pytest.raises(InputError, match=message):
            source.load(identifier, checkpoint)

    def test_several_models(self, official, tmp_path):
        official("results-meld/m1")
        official("results-mer2023/m2")
        with pytest.raises(InputError, match=r": contains several models, name one \(--folder\): m1, m2$"):
            open_predictions(tmp_path)
        assert layout(open_predictions(tmp_path, model="m2")) == {"mer2023": ["checkpoint_000030_loss_0.6"]}
        with pytest.raises(InputError, match=r": no predictions of a model 'm3'; there are m1, m2$"):
            open_predictions(tmp_path, model="m3")

    def test_two_spellings_of_one_data_set(self, official, tmp_path):
        official("results-meld/m")
        official("results-MELD/m")
        with pytest.raises(InputError, match="two result folders for MELD; keep one"):
            open_predictions(tmp_path)

    def test_official_folders_beside_tables(self, official, jsonl, tmp_path):
        official("results-meld/m")
        jsonl("sims.jsonl", ROW)
        with pytest.raises(InputError, match="contains both official result folders and tables"):
            open_predictions(tmp_path)

    @pytest.mark.parametrize(
        ("arrays", "message"),
        [
            ({"filenames": ["a"]}, "contains no array 'fileitems'; it contains filenames"),
            ({"filenames": ["a"], "fileitems": ["x", "y"]}, "has 1 'filenames' and 2 'fileitems'"),
            ({"filenames": [], "fileitems": []}, "is empty: it has no samples"),
            ({"filenames": [1], "fileitems": ["x"]}, "row 1: 'name' must be text, not 1"),
            ({"filenames": ["a"], "fileitems": [1]}, "row 1: 'labels' must be text, not 1"),
            ({"filenames": ["a", "a"], "fileitems": ["x", "y"]}, "1 names appear more than once: 'a'"),
        ],
    )
    def test_odd_companions(self, official, arrays, message):
        folder = official("results-meld/m", kinds=())
        np.savez(folder / "c-openset.npz", **arrays)
        with pytest.raises(InputError, match=rf"c-openset\.npz.*{re.escape(message)}"):
            open_predictions(folder).load("meld", "c")


class TestTables:
    def test_a_model_folder(self, jsonl, tmp_path):
        for name in ("m/OV-MERD+.jsonl", "m/MELD.csv", "m/notes.txt", "m/mosi.jsonl.gz", "m/.meld.jsonl"):
            jsonl(name, ROW)
        source = open_predictions(tmp_path / "m")
        assert (source.model, layout(source)) == (
            "m",
            {"meld": ["default"], "cmumosi": ["default"], "ovmerdplus": ["default"]},
        )
        assert source.load("ovmerdplus", "default").labels[0] == ["joy"]

    def test_checkpoints_in_natural_order(self, jsonl, tmp_path):
        for step in ("step-10", "step-9", "step-100"):
            jsonl(f"m/{step}/meld.jsonl", ROW)
        jsonl("m/step-10/sims.jsonl", ROW)
        source = open_predictions(tmp_path / "m")
        assert layout(source) == {"meld": ["step-9", "step-10", "step-100"], "sims": ["step-10"]}
        assert source.checkpoints("meld") == ("step-9", "step-10", "step-100")

    @pytest.mark.parametrize(
        "name", ["checkpoint_7", "Checkpoint", "ckpt7", "epoch3", "iter_5", "run-30", "030", "x.12"]
    )
    def test_what_looks_like_a_checkpoint(self, jsonl, tmp_path, name):
        jsonl(f"m/{name}/meld.jsonl", ROW)
        source = open_predictions(tmp_path / "m")
        assert (source.model, layout(source)) == ("m", {"meld": [name]})

    @pytest.mark.parametrize("name", ["qwen", "qwen2", "final"])
    def test_what_looks_like_a_model(self, jsonl, tmp_path, name):
        jsonl(f"m/{name}/meld.jsonl", ROW)
        source = open_predictions(tmp_path / "m")
        assert (source.model, layout(source)) == (name, {"meld": ["default"]})

    def test_any_name_is_a_checkpoint_beside_tables_or_in_a_named_model(self, jsonl, tmp_path):
        jsonl("all/m/final/meld.jsonl", ROW)
        jsonl("all/other/meld.jsonl", ROW)
        assert layout(open_predictions(tmp_path / "all", model="m")) == {"meld": ["final"]}
        jsonl("all/m/sims.jsonl", ROW)
        source = open_predictions(tmp_path / "all" / "m")
        assert (source.model, layout(source)) == ("m", {"meld": ["final"], "sims": ["default"]})

    def test_several_models(self, jsonl, tmp_path):
        jsonl("gemma-3/meld.jsonl", ROW)
        jsonl("qwen/epoch1/meld.jsonl", ROW)
        jsonl("docs/readme.txt", ROW)
        with pytest.raises(InputError, match=r": contains several models, name one \(--folder\): gemma-3, qwen$"):
            open_predictions(tmp_path)
        assert layout(open_predictions(tmp_path, model="qwen")) == {"meld": ["epoch1"]}

    def test_a_folder_given_as_a_dot(self, jsonl, tmp_path, monkeypatch):
        monkeypatch.chdir(jsonl("m/meld.jsonl", ROW).parent)
        assert open_predictions(tmp_path.__class__()).model == "m"

    def test_links_are_followed(self, jsonl, tmp_path):
        jsonl("real/meld.jsonl", ROW)
        (tmp_path / "link").symlink_to(tmp_path / "real")
        (tmp_path / "loop").symlink_to(tmp_path)
        assert layout(open_predictions(tmp_path / "link")) == {"meld": ["default"]}

    @pytest.mark.parametrize("other", ["meld.csv", "MELD.jsonl"])
    def test_two_files_for_one_data_set(self, jsonl, tmp_path, other):
        jsonl("m/meld.jsonl", ROW)
        jsonl(f"m/{other}", ROW)
        with pytest.raises(InputError, match=rf"m: .*{other}.* are both for MELD; keep one of them"):
            open_predictions(tmp_path / "m")

    def test_a_checkpoint_of_the_same_name(self, jsonl, tmp_path):
        jsonl("m/meld.jsonl", ROW)
        jsonl("m/default/meld.jsonl", ROW)
        with pytest.raises(InputError, match="already contains the checkpoint 'default'; rename one"):
            open_predictions(tmp_path / "m")

    def test_one_data_set_of_several(self, jsonl, tmp_path):
        jsonl("m/meld.jsonl", ROW)
        jsonl("m/sims.jsonl", ROW)
        assert layout(open_predictions(tmp_path / "m", dataset="MELD")) == {"meld": ["default"]}
        with pytest.raises(InputError, match=r": no predictions for CMU-MOSI; found predictions for meld, sims$"):
            open_predictions(tmp_path / "m", dataset="mosi")


class TestSingleFiles:
    def test_named_after_its_data_set(self, jsonl):
        path = jsonl("my model/MELD.jsonl", ROW)
        source = open_predictions(path)
        assert (source.model, layout(source)) == ("my model", {"meld": ["default"]})
        assert layout(open_predictions(path, dataset="sims")) == {"sims": ["default"]}

    def test_named_otherwise(self, jsonl):
        path = jsonl("answers.jsonl", ROW)
        with pytest.raises(
            InputError, match=r"answers\.jsonl: its name does not say which data set it is for; name the data set"
        ):
            open_predictions(path)
        source = open_predictions(path, dataset="MELD")
        assert (source.model, layout(source)) == ("answers", {"meld": ["default"]})
        assert open_predictions(path, dataset="MELD", model="mine").model == "mine"
        with pytest.raises(InputError, match="unknown data set 'melt': did you mean meld"):
            open_predictions(path, dataset="melt")

    def test_a_saved_data_set(self, tmp_path):
        datasets = pytest.importorskip("datasets")
        data = datasets.Dataset.from_list(ROW)
        for place in ("m/meld", "m/sims", "other"):
            data.save_to_disk(str(tmp_path / place))
        source = open_predictions(tmp_path / "m" / "meld")
        assert (source.model, layout(source)) == ("m", {"meld": ["default"]})
        assert source.load("meld", "default").labels[0] == ["joy"]
        assert layout(open_predictions(tmp_path / "m")) == {"meld": ["default"], "sims": ["default"]}
        assert layout(open_predictions(tmp_path / "other", dataset="meld")) == {"meld": ["default"]}


class TestNamedAfterNoDataSet:
    @pytest.mark.parametrize(
        ("name", "dataset"),
        [
            ("mosi_results.jsonl", "cmumosi"),
            ("model_MELD.csv", "meld"),
            ("qwen-7b_CMU-MOSEI.parquet", "cmumosei"),
            ("2024-01-02 sims v2.jsonl.gz", "simsv2"),
        ],
    )
    def test_what_to_do_is_said(self, jsonl, tmp_path, name, dataset):
        jsonl("meld.jsonl" if dataset != "meld" else "sims.jsonl", ROW)
        (tmp_path / name).write_bytes(b"")
        new = dataset + name[name.index(".") :]
        advice = (
            f"{name}: ignored, since it is not named after a data set; name it {new}, or give it alone with --dataset"
        )
        assert open_predictions(tmp_path).remarks == (f"{advice} {dataset}",)
        with pytest.raises(InputError, match=f"name it {new}"):
            open_predictions(tmp_path, dataset=dataset)

    def test_alone(self, jsonl, tmp_path):
        path = jsonl("results_mosi.jsonl", ROW)
        with pytest.raises(InputError, match=r"name the data set \(--dataset cmumosi\?\)"):
            open_predictions(path)
        with pytest.raises(InputError, match=r"found results_mosi\.jsonl; name it cmumosi\.jsonl, or give it alone"):
            open_predictions(tmp_path)

    def test_which_is_not_guessed_of_two(self, jsonl, tmp_path):
        jsonl("meld.jsonl", ROW)
        jsonl("meld_and_mosi.jsonl", ROW)
        jsonl("notes.jsonl", ROW)
        (tmp_path / "settings.json").write_text("{}")
        assert open_predictions(tmp_path).remarks == (
            "meld_and_mosi.jsonl: ignored, since it is not named after a data set",
            "notes.jsonl: ignored, since it is not named after a data set",
        )


class TestNothingFound:
    def test_a_missing_folder(self, tmp_path):
        with pytest.raises(InputError, match=r"none: cannot be read: No such file or directory$"):
            open_predictions(tmp_path / "none")

    def test_an_empty_folder(self, tmp_path):
        with pytest.raises(InputError, match=r": no predictions; expected <dataset>\.jsonl .* meld, .*; it is empty$"):
            open_predictions(tmp_path)

    def test_unknown_names_are_listed(self, jsonl, tmp_path):
        jsonl("melt.jsonl", ROW)
        jsonl("results-melt/m/checkpoint_1.npz", ROW)
        with pytest.raises(InputError, match=r"results-<dataset>/<model>/.*; found melt\.jsonl, results-melt$"):
            open_predictions(tmp_path)

    @pytest.mark.parametrize("model", ["", ".", "..", "a/b", "/etc", "a\\b", "x\0y"])
    def test_a_model_is_a_plain_name(self, jsonl, tmp_path, model):
        jsonl("meld.jsonl", ROW)
        with pytest.raises(InputError, match="must be the plain name of a folder"):
            open_predictions(tmp_path, model=model)
