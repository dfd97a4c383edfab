"""Models that are told when a frame was taken are told the truth."""

import pytest
import torch

from tests.models.asking import loaded, samples


def _inputs(tiny_models, clips, family, *given):
    model = loaded(tiny_models / family, *given)
    inputs = model._encode([model.prepare(sample) for sample in samples(clips)])
    return inputs, model._processor.tokenizer.batch_decode(inputs["input_ids"])


def test_qwen2_5_vl_knows_the_seconds_between_frames(tiny_models, clips):
    inputs, _ = _inputs(tiny_models, clips, "qwen2_5_vl", "video")
    # Two frames a step: 8 of 50 frames at 25 a second are about a quarter of a second apart, and 8 of 75 three eighths.
    assert torch.as_tensor(inputs["second_per_grid_ts"]).tolist() == pytest.approx([0.5, 0.75], abs=0.08)


@pytest.mark.parametrize("family", ["qwen2_5_omni", "qwen3_omni_moe"])
def test_omni_knows_the_seconds_between_frames_of_each_clip(tiny_models, clips, family):
    inputs, _ = _inputs(tiny_models, clips, family, "video")
    assert inputs["video_second_per_grid"].tolist() == pytest.approx([0.5, 0.75])


def test_qwen3_vl_stamps_all_frames_with_their_times(tiny_models, clips):
    _, (first, second) = _inputs(tiny_models, clips, "qwen3_vl", "video")
    assert [stamp in first for stamp in ("<0.1 seconds>", "<0.7 seconds>", "<1.3 seconds>", "<1.8 seconds>")] == [
        True
    ] * 4
    assert "<2.7 seconds>" in second


@pytest.mark.parametrize("family", ["smolvlm", "gemma4"])
def test_frames_are_stamped_by_the_second(tiny_models, clips, family):
    _, (first, second) = _inputs(tiny_models, clips, family, "video")
    assert (first.count("00:00"), first.count("00:01")) == (4, 4)
    assert "00:02" in second


@pytest.mark.parametrize("family", ["qwen2_5_omni", "qwen3_omni_moe"])
def test_omni_hears_while_it_sees(tiny_models, clips, family):
    _, (first, _) = _inputs(tiny_models, clips, family, "audio", "video")
    assert "<|vision_start|><|audio_bos|><|video_pad|>" in first
    assert "<|AUDIO|><|audio_eos|><|vision_end|>" in first
