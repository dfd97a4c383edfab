"""Ids, labels and masks against what the authors' data set and collater made; every one must be equal."""

import numpy as np
import pytest

from merunibench.errors import MediaError
from merunibench.models.affectgpt.prompt import QUESTIONS, Mode, prompt_tokenizer
from merunibench.models.affectgpt.training.targets import MAX_LENGTH, collate, encode_target
from tests.models.affectgpt.test_tokens import MODES, qwen  # noqa: F401 - a fixture
from tests.models.affectgpt.tiny import make_tokenizer

CASES = ("attn", "qformer", "none", "mean")
KEYS = ("input_ids", "labels", "attention_mask")


@pytest.fixture(scope="module")
def tokens():
    return prompt_tokenizer(make_tokenizer(), 272)


def text(arrays, key):
    return arrays[key].tobytes().decode()


@pytest.mark.parametrize("case", CASES)
def test_bytes(training_arrays, tokens, case):
    arrays = training_arrays
    copies = dict(zip(("face", "audio", "multi"), arrays[f"{case}.tokens_of_video_audio_multi_image"], strict=False))
    mode = Mode(text(arrays, f"{case}.mode"))
    targets = []
    for number in range(2):
        key = f"{case}.text{number}"
        prompt = mode.prompt(text(arrays, f"{key}.question"), text(arrays, f"{key}.subtitle"), copies)
        assert prompt == text(arrays, f"{key}.prompt")
        targets.append(encode_target(tokens, prompt, text(arrays, f"{key}.answer")))
    batch = collate(targets, tokens.padding_id)
    for key in KEYS:
        np.testing.assert_array_equal(batch[key].numpy(), arrays[f"{case}.{key}"])


@pytest.mark.parametrize("types", [("ovlabel", "description"), ("description", "ovlabel")], ids="_".join)
@pytest.mark.parametrize("pictures", MODES)
def test_qwens_own_byte_pairs(training_arrays, qwen, pictures, types):  # noqa: F811
    arrays = training_arrays
    targets = []
    for number, kind in enumerate(types):
        said = text(arrays, f"qwen.sample{number}.{kind}")
        answer = f"The character's emotional state is {said}." if kind == "ovlabel" else said
        prompt = Mode(MODES[pictures]).prompt(QUESTIONS[kind], text(arrays, f"qwen.sample{number}.subtitle"))
        targets.append(encode_target(qwen, prompt, answer))
    batch = collate(targets, qwen.padding_id)
    for key in KEYS:
        np.testing.assert_array_equal(batch[key].numpy(), arrays[f"qwen.{pictures}.{'_'.join(types)}.{key}"])


def test_every_placeholder_id_is_as_in_the_fixture(training_arrays, tokens):
    ids = tokens.placeholder_ids
    found = [tokens.start_id, *[tokens.padding_id] * 2, *(ids[m] for m in ("image", "audio", "frame", "face", "multi"))]
    assert found == training_arrays["attn.ids_of_bos_eos_pad_image_audio_frame_face_multi"].tolist()


def test_what_is_too_long_is_refused_not_cut(tokens):
    longest = MAX_LENGTH - len(tokens.ids("p" * 500)) - len(tokens.ids("###"))
    target = encode_target(tokens, "p" * 500, "a" * longest)
    assert len(target.input_ids) == MAX_LENGTH + 2
    assert sum(label != -100 for label in target.labels) == longest + 2
    with pytest.raises(MediaError, match="500 \\+ 525 tokens; the maximum is 1024"):
        encode_target(tokens, "p" * 500, "a" * (longest + 1))
