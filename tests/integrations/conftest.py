"""A folder of labels, subtitles and clips of two small data sets, and answers to them."""

from typing import NamedTuple

import pytest

TRUTH = {
    "ovmerdplus": {"a": ["happy", "calm"], "b": ["sad"], "c": ["angry"]},
    "cmumosi": {"a": 1.5, "b": -2.0},
}
ANSWERS = {
    "ovmerdplus": {"a": "happy, excited", "b": "<think>no</think><answer>sad</answer>", "c": "surprised"},
    "cmumosi": {"a": "She is happy.", "b": "calm"},
}


class Data(NamedTuple):
    root: object
    truth: dict
    answers: dict


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    for dataset, subtitles, column, clips in (
        ("ovmerdplus", "subtitle_eng.csv", "sentence", "video"),
        ("cmumosi", "transcription-engchi-polish.csv", "english", "subvideo"),
    ):
        truth = TRUTH[dataset]
        labels = [f'{name},"{label}"'.replace("'", "") for name, label in truth.items()]
        (root / f"{dataset}.csv").write_text("\n".join(["name,label", *labels]) + "\n")
        folder = root / f"{dataset}-process"
        (folder / clips).mkdir(parents=True)
        lines = [f'{name},"{dataset}, I am {name}"' for name in truth]
        (folder / subtitles).write_text("\n".join([f"name,{column}", *lines]) + "\n")
        for name in truth:
            (folder / clips / f"{name}.mp4").write_bytes(b"no video")
    return Data(root, TRUTH, ANSWERS)
