"""Sound: from a file to the eight clips, against definitions."""

from fractions import Fraction

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import MediaError
from merunibench.media import Limits
from merunibench.models.affectgpt.audio_input import (
    audio_clips,
    clip_starts,
    downmixed,
    normalised,
    read_sound,
    resample,
)
from tests.clips import make_clip
from tests.oracle import affectgpt_media as oracle


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 32000, 44100, 48000])
def test_resampling_is_the_windowed_sinc(rate):
    samples = np.random.default_rng(rate).normal(0, 0.3, 700).astype(np.float32)
    found = resample(torch.from_numpy(samples)[None], rate)[0].numpy()
    expected = oracle.resampled(samples.astype(np.float64), rate, 16000)
    assert found.shape == expected.shape
    # As in torchaudio, the filter itself is computed in float32.
    assert np.abs(found - expected).max() < 3e-5


def test_resampling_keeps_a_tone_and_drops_what_cannot_be_heard():
    time = np.arange(48000) / 48000
    low, high = (torch.tensor(np.sin(2 * np.pi * f * time), dtype=torch.float32)[None] for f in (440, 12000))
    tone = torch.sin(2 * torch.pi * 440 * torch.arange(16000) / 16000)
    inner = slice(100, -100)
    assert (resample(low, 48000)[0, inner] - tone[inner]).abs().max() < 0.01
    assert resample(high, 48000)[0, inner].abs().max() < 0.01


def test_resampling_to_the_same_rate_is_nothing():
    samples = torch.randn(2, 50)
    assert resample(samples, 16000) is samples


@given(st.integers(32000, 3_000_000), st.sampled_from([7, 8]))
def test_starts_of_clips(samples, spacing):
    found = clip_starts(samples, spacing)
    assert list(found) == oracle.starts(samples, spacing)
    assert found[0] == 0
    assert found[-1] + 32000 <= samples
    exact = [Fraction(samples - 32000) * k / spacing for k in range(8)]
    assert all(abs(start - place) < 1.001 for start, place in zip(found, exact, strict=True))


def test_the_last_clip_ends_with_the_sound_or_before_its_last_eighth():
    assert clip_starts(160000, 7)[-1] == 128000
    assert clip_starts(160000, 8)[-1] == 112000


def test_channels():
    samples = torch.tensor([[1.0, 2.0], [3.0, 5.0], [9.0, 9.0]])
    assert downmixed(samples[:2]).tolist() == [[2.0, 3.5]]
    assert downmixed(samples[:1]).tolist() == [[1.0, 2.0]]
    assert downmixed(samples).tolist() == samples.tolist()  # the first is taken later, less the mean of all


def test_of_many_channels_the_first_is_taken_less_the_mean_of_all():
    samples = np.stack([np.full(8000, value, np.float32) for value in (0.25, 0.5, 0.0)])
    clips = audio_clips(samples, 16000)
    np.testing.assert_allclose(clips[:, 0], 0.25 - 0.25 * (0.25 + 0.5) / 3, atol=1e-7)  # a quarter is sound


def test_short_sound_is_filled_up_and_every_clip_has_mean_zero():
    clips = audio_clips(np.full((1, 8000), 0.5, np.float32), 16000)
    assert clips.shape == (8, 32000)
    assert clips.mean(dim=1).abs().max() < 1e-7
    # A quarter of the clip is 0.5, so that its mean is 0.125.
    assert torch.allclose(clips[:, 0], torch.tensor(0.375))
    assert torch.allclose(clips[:, -1], torch.tensor(-0.125))


def test_normalisation_is_over_all_clips_of_a_sample_and_over_no_other_sample():
    clips = torch.randn(3, 8, 50) * torch.arange(1, 9)[:, None] * torch.tensor([1.0, 10.0, 0.1])[:, None, None]
    found = normalised(clips)
    assert torch.allclose(found.mean(dim=(1, 2)), torch.zeros(3), atol=1e-6)
    assert torch.allclose(found.var(dim=(1, 2), correction=0), torch.ones(3), atol=1e-4)
    assert torch.equal(found[1], normalised(clips[1:2])[0])
    assert found[0, 7].std() > 4 * found[0, 0].std()


def test_whole_numbers_become_fractions_of_full_scale(tmp_path):
    values = np.array([[-32768, 0], [16384, 1], [32767, -1]], np.int16)
    soundfile.write(tmp_path / "a.wav", values, 8000, subtype="PCM_16")
    samples, rate = read_sound(tmp_path / "a.wav")
    assert rate == 8000
    assert samples.dtype == np.float32
    assert np.array_equal(samples, values.T / np.float32(32768))


def test_sound_of_a_video(tmp_path):
    video = make_clip(tmp_path / "a.mp4", 1.5)
    samples, rate = read_sound(video)
    assert rate == 44100
    assert samples.shape[0] == 1
    assert samples.shape[1] / rate == pytest.approx(1.5, abs=0.1)
    spectrum = np.abs(np.fft.rfft(samples[0]))
    assert np.fft.rfftfreq(samples.shape[1], 1 / rate)[spectrum.argmax()] == pytest.approx(440, abs=2)


def test_what_is_no_sound_is_that_samples_failure(tmp_path):
    make_clip(tmp_path / "silent.mp4", 1.0, sound=False)
    (tmp_path / "text.wav").write_bytes(b"not found\n" * 10)
    soundfile.write(tmp_path / "nan.wav", np.full(100, np.nan), 16000, subtype="FLOAT")
    soundfile.write(tmp_path / "none.wav", np.zeros(0), 16000)
    soundfile.write(tmp_path / "long.wav", np.zeros(40000), 16000)
    reasons = {
        "silent.mp4": "has no sound",
        "text.wav": "cannot be decoded",
        "nan.wav": "values that are not finite",
        "none.wav": "has no samples",
        "absent.wav": "cannot be read",
    }
    for name, reason in reasons.items():
        with pytest.raises(MediaError, match=rf"{name}: .*{reason}"):
            read_sound(tmp_path / name)
    with pytest.raises(MediaError, match="longer than the maximum of 2 s"):
        read_sound(tmp_path / "long.wav", Limits(seconds=2))
