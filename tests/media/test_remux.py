"""Files without their sound: the same picture, packet by packet, and nothing to hear."""

import io
import re
from contextlib import suppress

import av
import numpy as np
import pytest

from merunibench.errors import MediaError
from merunibench.media import read_frames, without_sound
from tests.clips import broken_files, make_clip


def packets(source):
    with av.open(source) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.dts is not None]


@pytest.mark.parametrize(("name", "kind"), [("a.mp4", "mp4"), ("a.mov", "mp4"), ("a.mkv", "x-matroska")])
def test_the_picture_stays_as_it_is(tmp_path, name, kind):
    path = make_clip(tmp_path / name)
    content, found = without_sound(path)
    assert (found, packets(io.BytesIO(content))) == (kind, packets(path))
    with av.open(io.BytesIO(content)) as container:
        assert not container.streams.audio
    assert without_sound(path)[0] == content, "the same bytes each time"
    silent = tmp_path / f"silent_{name}"
    silent.write_bytes(content)
    assert np.array_equal(read_frames(silent, 8).pixels, read_frames(path, 8).pixels)


def test_a_file_without_sound_is_left_alone(tmp_path):
    assert without_sound(make_clip(tmp_path / "a.mp4", sound=False)) is None


def test_broken_files_are_told(tmp_path):
    files = broken_files(tmp_path)
    for name in ("empty.mp4", "playlist.mp4", "half_index_last.mp4", "sound_alone.mp4"):
        with pytest.raises(MediaError, match=re.escape(name)):
            without_sound(files[name])
    for path in files.values():
        with suppress(MediaError):
            without_sound(path)


def test_a_phone_held_upright_stays_upright(tmp_path):
    path = make_clip(tmp_path / "a.mp4")
    quarter_turn = np.array([0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30], ">i4").tobytes()
    data = path.read_bytes()
    matrix = data.find(b"tkhd") + 4 + 40
    path.write_bytes(data[:matrix] + quarter_turn + data[matrix + 36 :])
    silent = tmp_path / "silent.mp4"
    silent.write_bytes(without_sound(path)[0])
    assert read_frames(silent, 2).pixels.shape == read_frames(path, 2).pixels.shape == (2, 96, 64, 3)
