"""A clip at 25 ticks a second, whatever its own rate; its sound from the moment its picture begins."""

import shutil
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from merunibench.errors import MediaError
from merunibench.media import Limits, steady_frames, steady_sound
from tests.clips import broken_files, make_clip
from tests.oracle import speaking as oracle


def shades(path, rate=25):
    return [int(frame[8, 8, 0]) for frame in steady_frames(path, rate)]


@pytest.mark.parametrize("rate", [5, 10, 12, 24, 25, 30, 50])
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_the_last_frame_at_or_before_a_tick(rate, ending, tmp_path):
    path = make_clip(tmp_path / f"a.{ending}", seconds=1.5, rate=rate, shade=lambda k: 3 * k)
    count = round(1.5 * rate)
    expected = oracle.steady([k / rate for k in range(count)], count / rate, 25)
    found = [round(shade / 3) for shade in shades(path)]
    assert found == expected
    if rate == 25:
        assert found == list(range(count))


def test_a_frame_that_stands_for_several_ticks_is_the_same_array(tmp_path):
    frames = list(steady_frames(make_clip(tmp_path / "a.mp4", seconds=1, rate=5), 25))
    assert len(frames) == 25
    assert len({id(frame) for frame in frames}) == 5


def irregular(path, stamps):
    """A clip whose frames stand at the given milliseconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "crf": "1", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for k, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 3 * k, np.uint8), format="rgb24")
            frame.pts, frame.time_base = stamp, stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Path(path)


def test_frames_that_come_now_and_then(tmp_path):
    stamps = [0, 40, 45, 50, 300, 320, 1000]
    found = [round(shade / 3) for shade in shades(irregular(tmp_path / "a.mkv", stamps))]
    expected = oracle.steady([stamp / 1000 for stamp in stamps], 1.04, 25)
    assert found[: len(expected) - 1] == expected[:-1]


def test_time_begins_with_the_first_frame(tmp_path):
    """Broadcast streams begin at any time."""
    path = make_clip(tmp_path / "a.ts", seconds=1, shade=lambda k: 3 * k)
    assert [round(shade / 3) for shade in shades(path)] == list(range(25))
    assert abs(len(steady_sound(path)) - 16000) < 0.06 * 16000


def late(path, out, seconds):
    """The same clip, with its sound so many seconds later."""
    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        streams = {each.index: target.add_stream_from_template(each) for each in source.streams}
        for packet in source.demux():
            if packet.dts is None:
                continue
            if packet.stream.type == "audio":
                packet.pts += round(seconds / packet.time_base)
                packet.dts += round(seconds / packet.time_base)
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
    return out


@pytest.mark.parametrize("seconds", [0.0, 0.4])
def test_sound_that_begins_late(seconds, tmp_path):
    path = late(make_clip(tmp_path / "a.mkv", seconds=1.5), tmp_path / "b.mkv", seconds)
    samples = steady_sound(path)
    loud = np.flatnonzero(np.abs(samples) > 0.05)[0] / 16000
    assert loud == pytest.approx(seconds, abs=0.03)


def test_sound_of_a_file_of_its_own_begins_with_the_picture(tmp_path):
    video, sound = make_clip(tmp_path / "a.mp4", sound=False), make_clip(tmp_path / "b.mp4", picture=False)
    assert steady_sound(video) is None
    assert len(steady_sound(sound, video)) == pytest.approx(32000, abs=1100)


def test_what_cannot_be_decoded_says_so(tmp_path):
    for name, path in broken_files(tmp_path).items():
        if name == "silent.mp4":  # whose picture is whole
            continue
        with pytest.raises(MediaError, match=name.replace(".", r"\.")):
            list(steady_frames(path, 25))


def test_limits(tmp_path):
    path = make_clip(tmp_path / "a.mp4")
    with pytest.raises(MediaError, match="too many to decode"):
        list(steady_frames(path, 25, Limits(decoded_pixels=30 * 96 * 64)))
    with pytest.raises(MediaError, match=r"long; the maximum|longer than"):
        list(steady_frames(path, 25, Limits(seconds=1)))


def test_the_files_are_left_alone(tmp_path):
    path = make_clip(tmp_path / "a.mp4")
    shutil.copy(path, tmp_path / "b.mp4")
    list(steady_frames(path, 25))
    assert path.read_bytes() == (tmp_path / "b.mp4").read_bytes()
