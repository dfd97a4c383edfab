"""How often labels are used, from whatever predictions there are."""

import pytest

from merunibench.data import read_usage
from merunibench.errors import InputError
from tests.small import write_rows


@pytest.fixture
def predictions(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    write_rows(folder / "meld.jsonl", [{"name": "a", "labels": "[Happy, sad]"}, {"name": "b", "labels": ["happy "]}])
    write_rows(folder / "mer2023.jsonl", [{"name": "a", "labels": []}, {"name": "b", "labels": ["calm"]}])
    write_rows(folder / "cmumosi.jsonl", [{"name": "a", "polarity": "positive"}])
    return folder


def test_labels_of_all_data_sets(predictions):
    assert read_usage(predictions) == {"happy": 2, "sad": 1, "calm": 1}
    assert read_usage(predictions, dataset="meld") == {"happy": 2, "sad": 1}
    assert read_usage(predictions / "mer2023.jsonl") == {"calm": 1}


def test_labels_kept_beside_a_polarity_count(predictions):
    write_rows(predictions / "cmumosi.jsonl", [{"name": "a", "labels": ["glad"], "polarity": "positive"}])
    assert read_usage(predictions, dataset="cmumosi") == {"glad": 1}


def test_no_labels_at_all(predictions):
    with pytest.raises(InputError, match="no labels in the predictions for cmumosi"):
        read_usage(predictions, dataset="cmumosi")


def test_the_released_outputs(shared):
    usage = read_usage(shared / "official" / "output")
    assert (len(usage), sum(usage.values())) == (1062, 80918)
