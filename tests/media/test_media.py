"""Frames and sound out of files of every kind, and the reason where there is nothing to be had."""

import random
import resource

import numpy as np
import pytest
import soundfile

from merunibench.errors import InputError, MediaError
from merunibench.media import Limits, file_hash, probe, read_frames, read_sound
from tests.clips import broken_files, make_clip, make_wave


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".mov", ".ts"])
def test_frames_are_uniform_and_their_times_known(tmp_path, suffix):
    frames = read_frames(make_clip(tmp_path / f"a{suffix}"), 8)
    assert frames.indices == (0, 7, 14, 21, 28, 35, 42, 49)
    assert (frames.total, frames.rate, frames.seconds) == (50, 25.0, 2.0)
    assert frames.pixels.shape == (8, 64, 96, 3)
    assert frames.pixels.dtype == np.uint8
    # Grey level k went in as frame k: no frame is off by one. Coding costs a level or two.
    assert np.abs(frames.pixels.mean((1, 2, 3)) - frames.indices).max() < 3


def test_a_short_clip_gives_all_its_frames(tmp_path):
    assert read_frames(make_clip(tmp_path / "a.mp4", seconds=0.2), 8).indices == (0, 1, 2, 3, 4)
    assert read_frames(make_clip(tmp_path / "b.mp4"), 1).indices == (0,)
    with pytest.raises(InputError, match="at least 1"):
        read_frames(tmp_path / "a.mp4", 0)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".ts", ".m4a"])
def test_sound_of_any_container_is_16_khz_mono(tmp_path, suffix):
    sound = read_sound(make_clip(tmp_path / f"a{suffix}", picture=suffix != ".m4a"))
    assert sound.samples.dtype == np.float32
    assert abs(sound.seconds - 2) < 0.1
    assert _pitch(sound) == pytest.approx(440, abs=1)
    assert not sound.silent


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (44100, 2), (8000, 1)])
def test_sound_of_lossless_files(tmp_path, suffix, rate, channels):
    path = make_wave(tmp_path / f"a{suffix}", rate=rate, channels=channels)
    sound = read_sound(path)
    assert sound.seconds == pytest.approx(2, abs=0.01)
    assert _pitch(sound) == pytest.approx(440, abs=1)
    if rate == 16000:
        assert np.array_equal(sound.samples, soundfile.read(path, dtype="float32")[0])


def test_sound_is_clipped_and_averaged(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([[2.0, 2.0], [1.0, 0.0]] * 100), 16000, subtype="FLOAT")
    assert read_sound(tmp_path / "a.wav").samples[:2].tolist() == [1.0, 0.5]


def test_silence_is_a_clip_and_said_so(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(16000), 16000)
    assert read_sound(tmp_path / "a.wav").silent


def test_a_wrong_name_does_not_matter(tmp_path):
    renamed = make_clip(tmp_path / "a.mp4").rename(tmp_path / "a.wav")
    assert _pitch(read_sound(renamed)) == pytest.approx(440, abs=1)
    assert len(read_frames(renamed, 4).pixels) == 4


def test_a_phone_held_upright_gives_upright_frames(tmp_path):
    path = make_clip(tmp_path / "a.mp4")
    quarter_turn = np.array([0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30], ">i4").tobytes()
    data = path.read_bytes()
    matrix = data.find(b"tkhd") + 4 + 40
    path.write_bytes(data[:matrix] + quarter_turn + data[matrix + 36 :])
    assert read_frames(path, 2).pixels.shape == (2, 96, 64, 3)


def test_one_damaged_packet_costs_no_clip_and_gives_the_same_again(tmp_path):
    path = make_clip(tmp_path / "a.mp4", sound=False)
    data = bytearray(path.read_bytes())
    middle = (data.find(b"mdat") + data.find(b"moov")) // 2
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(data)
    once, again = read_frames(path, 8), read_frames(path, 8)
    assert np.array_equal(once.pixels, again.pixels)


def test_thirty_broken_files_have_thirty_reasons(tmp_path):
    files = broken_files(tmp_path)
    assert len(files) == 30
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, path in files.items():
        with pytest.raises(MediaError, match=name):  # noqa: PT012 - either may be what is missing
            read_frames(path, 8)
            read_sound(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000, "kilobytes"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".ts", ".wav", ".flac"])
def test_whatever_happens_to_a_file_the_reason_is_said(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    whole = (make_wave if suffix in {".wav", ".flac"} else make_clip)(path).read_bytes()
    chance = random.Random(suffix)
    reasons = []
    for _ in range(40):
        data = bytearray(whole[: chance.choice([len(whole), len(whole), chance.randrange(len(whole))])])
        for _ in range(chance.choice([1, 10, 100])):
            data[chance.randrange(min(len(data), chance.choice([800, 1 << 30])))] = chance.randrange(256)
        path.write_bytes(data)
        for read in (lambda: read_frames(path, 8), lambda: read_sound(path)):
            try:
                read()
            except MediaError as error:
                reasons.append(str(error))
    assert reasons
    assert all(reason.startswith(f"{path}: ") for reason in reasons)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda whole: whole[: len(whole) // 2], "truncated"),
        (lambda whole: whole[:44], "truncated"),
        (lambda whole: whole[:4] + (36).to_bytes(4, "little") + whole[8:40] + bytes(4), "neither picture nor sound"),
        (lambda _: b"RIFF" + bytes(100), "cannot be decoded"),
    ],
)
def test_broken_waves(tmp_path, content, reason):
    path = tmp_path / "a.wav"
    path.write_bytes(content(make_wave(tmp_path / "whole.wav").read_bytes()))
    with pytest.raises(MediaError, match=reason):
        read_sound(path)


def test_half_a_flac_is_truncated(tmp_path):
    whole = make_wave(tmp_path / "whole.flac").read_bytes()
    (tmp_path / "a.flac").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match="truncated"):
        read_sound(tmp_path / "a.flac")


def test_sound_that_is_no_number_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.full(1600, np.nan), 16000, subtype="FLOAT")
    with pytest.raises(MediaError, match="not finite"):
        read_sound(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(file_bytes=100), "bytes; the maximum is"),
        (Limits(seconds=1), "s long; the maximum is"),
        (Limits(frame_pixels=1000), "pixels are too large"),
        (Limits(packets=10), "too many for a clip"),
    ],
)
def test_what_is_beyond_any_clip_is_refused(tmp_path, limits, reason):
    path = make_clip(tmp_path / "a.mp4")
    with pytest.raises(MediaError, match=reason):
        read_frames(path, 8, limits)


def test_a_probe_says_what_is_there(tmp_path):
    assert probe(make_clip(tmp_path / "a.mp4")).frames == 50
    assert not probe(make_clip(tmp_path / "b.mp4", sound=False)).sound
    contents = probe(make_wave(tmp_path / "c.wav"))
    assert (contents.frames, contents.sound, contents.seconds) == (0, True, 2.0)


def test_a_hash_names_the_content(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_hash(tmp_path / "a") == "ba7816bf8f01cfea"
    with pytest.raises(MediaError, match="No such file"):
        file_hash(tmp_path / "b")


def _pitch(sound):
    spectrum = np.abs(np.fft.rfft(sound.samples))
    return spectrum.argmax() * sound.rate / len(sound.samples)
