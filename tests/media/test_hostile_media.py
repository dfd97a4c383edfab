"""Media made to fill memory or time: refused by what they announce, or cut off where they go on and on."""

import os
import resource
import struct
import time
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from merunibench.errors import InputError, MediaError
from merunibench.media import LIMITS, file_hash, read_frames, read_sound
from merunibench.models.affectgpt import audio_input
from tests.clips import make_clip, make_wave

SILENCE = bytes(8000)


def wave(rate=16000, channels=1, bits=16, data=SILENCE, announced=None, coding=1):
    """A wav file that says of itself whatever it is told to."""
    block = channels * bits // 8
    kind = struct.pack("<HHIIHH", coding, channels, rate, rate * block & 0xFFFFFFFF, block & 0xFFFF, bits)
    size = len(data) if announced is None else announced
    body = b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", min(len(body) - len(data) + size, 0xFFFFFFFF)) + body


def au(rate, channels):
    return b".snd" + struct.pack(">IIIII", 24, 0xFFFFFFFF, 3, rate, channels) + SILENCE


def aiff(rate, channels, frames):
    """Of a rate that is an extended float, given as its bytes."""
    common = struct.pack(">hIh", channels, frames, 16) + rate
    chunks = b"COMM" + struct.pack(">I", len(common)) + common
    chunks += b"SSND" + struct.pack(">III", len(SILENCE) + 8, 0, 0) + SILENCE
    return b"FORM" + struct.pack(">I", len(chunks) + 4) + b"AIFF" + chunks


def flac(total, rate=192_000, channels=8):
    """A header that announces `total` samples of each channel, and nothing behind it."""
    numbers = rate << 44 | (channels - 1) << 41 | 15 << 36 | total
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + numbers.to_bytes(8, "big") + bytes(16)
    return b"fLaC\x80" + len(info).to_bytes(3, "big") + info


def gif(width, height, frames):
    """A picture of one pixel on a screen of any size, again and again."""
    picture = b"!\xf9\x04\x04\x04\x00\x00\x00," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return (
        b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + b"\xff" * 3 + picture * frames + b";"
    )


SOUNDS = {
    "one sample a second": wave(1),
    "too few samples a second": wave(3999),
    "too many samples a second": wave(384_001),
    "no samples a second": wave(0),
    "four billion samples a second": wave(0xFFFFFFFF),
    "two billion samples a second": wave(0x7FFFFFFF),
    "nine channels": wave(channels=9),
    "many channels": wave(channels=1024),
    "most channels": wave(channels=65535, bits=8),
    "no channels": wave(channels=0),
    "no bits": wave(bits=0),
    "no number": wave(bits=32, coding=3, data=struct.pack("<f", float("nan")) * 2000),
    "infinity": wave(bits=32, coding=3, data=struct.pack("<f", float("inf")) * 2000),
    "no such coding": wave(coding=0x7777),
    "sound without samples": wave(data=b""),
    "less than a sample": wave(channels=8, bits=32, data=b"\0" * 3),
    "four gigabytes announced": wave(announced=0xFFFFFF00),
    "flac of 600 s in 8 channels": flac(600 * 192_000),
    "flac of 12 hours": flac((1 << 36) - 1, 4000, 1),
    "flac of no length": flac(0),
    "au of one sample a second": au(1, 1),
    "au of 255 channels": au(48_000, 255),
    "au of two billion channels": au(48_000, 0x7FFFFFFF),
    "aiff of no rate": aiff(bytes(10), 1, 4000),
    "aiff of infinite rate": aiff(b"\x7f\xff" + bytes(8), 1, 4000),
    "aiff of 32767 channels": aiff(b"\x40\x0e\xac\x44" + bytes(6), 32767, 1),
    "half an id3": b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + SILENCE,
    "matroska of nested nothing": b"\x1aE\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff" * 50,
    "mp4 of nested nothing": b"\x00\x00\x00\x08ftyp" + struct.pack(">I4s", 0x7FFFFFFF, b"moov") * 500,
    "playlist": b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
}


@pytest.fixture
def bounded():
    """Little time and little memory."""
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    yield
    assert time.monotonic() - begun < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250 << 10  # KiB


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp4"])
@pytest.mark.parametrize("read", [read_sound, audio_input.read_sound], ids=["families", "affectgpt"])
@pytest.mark.parametrize("content", SOUNDS.values(), ids=SOUNDS)
def test_sound_that_is_none_has_its_reason(tmp_path, suffix, read, content):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"/a\.") as caught:
        read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp4"])
@pytest.mark.parametrize("read", [read_sound, audio_input.read_sound], ids=["families", "affectgpt"])
def test_more_samples_than_a_clip_may_have(tmp_path, name, read):
    path = make_wave(tmp_path / ("a.flac" if name == "a.mp4" else name), seconds=1, rate=48_000, channels=8)
    path = path.rename(tmp_path / name)
    with pytest.raises(MediaError, match="more than the maximum of 100000 samples"):
        read(path, limits=replace(LIMITS, samples=100_000))
    with pytest.raises(MediaError, match="has 8 channels; the maximum is 2"):
        read(path, limits=replace(LIMITS, channels=2))
    assert read(path, limits=replace(LIMITS, samples=400_000))


def test_the_limits_are_beyond_an_hour_of_stereo():
    assert LIMITS.samples >= LIMITS.seconds * 48_000 * 2


@pytest.mark.usefixtures("bounded")
def test_600_seconds_of_silence_in_8_channels(shared):
    with pytest.raises(MediaError, match="more than the maximum of"):
        read_sound(shared / "cases" / "hostile" / "flac-channels.flac")


def test_a_rate_that_shares_nothing_with_16000_is_not_resampled_for_affectgpt(tmp_path):
    path = make_wave(tmp_path / "a.wav", rate=44_101)
    assert len(read_sound(path).samples) == pytest.approx(32_000, abs=40)
    with pytest.raises(MediaError, match="use a common rate"):
        audio_input.read_sound(path)
    for rate in (8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000):
        assert audio_input.read_sound(make_wave(path, seconds=0.1, rate=rate))[1] == rate


@pytest.mark.parametrize("error", [MemoryError, IndexError, ValueError, OSError, RuntimeError])
def test_resampling_that_fails_is_the_clips_failure(tmp_path, monkeypatch, error):
    class Broken:
        def __init__(self, **_):
            raise error("no room")

    path = make_wave(tmp_path / "a.wav", rate=44_100)
    monkeypatch.setattr("av.AudioResampler", Broken)
    with pytest.raises(MediaError, match=r"a\.wav: cannot be decoded"):
        read_sound(path)


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("samples", [160, 65_535, 65_536, 65_537, 150_000])
def test_sound_read_by_blocks_is_sound_read_whole(tmp_path, monkeypatch, rate, samples):
    sound = np.random.default_rng(samples).uniform(-0.9, 0.9, (samples, 3)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", sound, rate)
    by_blocks = read_sound(tmp_path / "a.wav").samples
    monkeypatch.setattr("merunibench.media.sound._BLOCK", 1 << 20)
    assert np.array_equal(by_blocks, read_sound(tmp_path / "a.wav").samples)


PICTURES = {
    "a screen of four billion pixels": gif(65_535, 65_535, 2),
    "a screen beyond any clip's": gif(4097, 4097, 2),
    "no screen": gif(0, 0, 2),
    "many frames of a large screen": gif(4096, 4096, 6000),
}


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("content", PICTURES.values(), ids=PICTURES)
def test_pictures_that_are_none_have_their_reason(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(MediaError, match=r"/a\.mp4: "):
        read_frames(tmp_path / "a.mp4", 8)


def test_frames_that_fill_the_memory_are_refused_before_they_do(tmp_path):
    path = make_clip(tmp_path / "a.mp4")
    with pytest.raises(MediaError, match=r"8 frames of 96x64 pixels need too much memory; choose fewer \(--frames\)"):
        read_frames(path, 8, replace(LIMITS, kept_bytes=7 * 96 * 64 * 3))
    with pytest.raises(MediaError, match="50 frames of 96x64 pixels are too many to decode"):
        read_frames(path, 8, replace(LIMITS, decoded_pixels=49 * 96 * 64))
    assert len(read_frames(path, 8, replace(LIMITS, kept_bytes=8 * 96 * 64 * 3)).pixels) == 8


def test_frames_that_grow_on_the_way_are_not_decoded(tmp_path):
    content = b"".join(
        make_clip(tmp_path / f"{size}.h264", seconds, size=size, sound=False).read_bytes()
        for size, seconds in [((96, 64), 8), ((192, 128), 0.2)]
    )
    (tmp_path / "a.h264").write_bytes(content)
    frames = read_frames(tmp_path / "a.h264", 4, replace(LIMITS, frame_pixels=100 * 100))
    assert frames.pixels.shape == (4, 64, 96, 3)
    assert frames.total == 200


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "dangling", "loop", "absent", "long", "nul", "surrogate"])
@pytest.mark.parametrize("read", [read_sound, audio_input.read_sound, lambda path: read_frames(path, 8)])
def test_what_is_no_file_is_refused_at_once(tmp_path, kind, read):
    path = tmp_path / {"long": "x" * 5000, "nul": "a\0b", "surrogate": "half \ud800"}.get(kind, "a.wav")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind in {"device", "dangling", "loop"}:
        path.symlink_to({"device": "/dev/zero", "dangling": "nowhere", "loop": "a.wav"}[kind])
    with pytest.raises(InputError):
        read(path)


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "absent"])
def test_only_files_have_a_hash(tmp_path, kind):
    path = tmp_path / "a.wav"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(MediaError, match=r"a\.wav"):
        file_hash(path)
