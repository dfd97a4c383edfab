"""Pictures: which are taken, and how they are scaled."""

import os
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import MediaError
from merunibench.media import Limits
from merunibench.models.affectgpt.visual_input import frame_indices, read_faces, read_frames
from tests.clips import make_clip
from tests.oracle import affectgpt_media as oracle

DATA = Path(__file__).parent / "data"


@given(st.integers(1, 100_000))
def test_eight_pictures(total):
    assert list(frame_indices(total, 8)) == oracle.indices(total, 8)


@given(st.integers(1, 3000), st.integers(1, 40))
def test_any_number_of_pictures(total, frames):
    found = frame_indices(total, frames)
    assert len(found) == frames
    assert found[0] == 0
    assert list(found) == sorted(found)
    assert found[-1] < total
    assert max(abs(a - b) for a, b in zip(found, oracle.indices(total, frames), strict=True)) <= 1


def make_video(path, size=(360, 202), frames=20):
    """Noise, edges and a gradient: what scalers differ in."""
    width, height = size
    random = np.random.default_rng(2)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            pixels = np.zeros((height, width, 3), np.uint8)
            pixels[..., 0] = np.linspace(0, 255, width)
            pixels[..., 1] = random.integers(0, 256, (height, width))
            pixels[:, (7 * number) % width :: 37, 2] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_frames_are_those_of_decord():
    """data/decord.npz: a clip of twelve frames, and what decord 0.6.0 makes of it (every seventh pixel)."""
    with np.load(DATA / "decord.npz") as archive:
        clip, frames = archive["clip_mp4"].tobytes(), archive["frames_every_7px"].astype(int)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(clip)
        found = read_frames(path)
        with av.open(str(path)) as container:
            decoded = list(container.decode(video=0))
    assert found.indices == (0, 1, 3, 4, 6, 7, 9, 10)
    assert found.pixels.shape == (8, 224, 224, 3)
    assert np.abs(found.pixels[:, ::7, ::7] - frames).mean() < 0.5
    # Not any scaler would do: this one, which also calls itself bilinear, is further away.
    other = [cv2.resize(decoded[index].to_ndarray(format="rgb24"), (224, 224)) for index in found.indices]
    assert np.abs(np.stack(other)[:, ::7, ::7] - frames).mean() > 0.5


@pytest.mark.parametrize("size", [(360, 202), (64, 96)])
def test_frames_are_near_swscale_whatever_their_shape(tmp_path, size):
    path = make_video(tmp_path / "a.mp4", size)
    with av.open(str(path)) as container:
        frames = [frame.reformat(224, 224, "rgb24", interpolation="BILINEAR") for frame in container.decode(video=0)]
    found = read_frames(path)
    assert (found.total, found.indices) == (20, (0, 2, 5, 7, 10, 12, 15, 17))
    expected = np.stack([frames[index].to_ndarray() for index in found.indices]).astype(int)
    assert np.abs(found.pixels - expected).mean() < 4


def test_short_videos_and_pictures_repeat_their_last_frame(tmp_path):
    found = read_frames(make_video(tmp_path / "a.mp4", frames=3))
    assert found.indices == (0, 1, 2, 2, 2, 2, 2, 2)
    assert np.array_equal(found.pixels[2], found.pixels[7])
    assert not np.array_equal(found.pixels[1], found.pixels[2])
    one = read_frames(tmp_path / "a.mp4", 1)
    assert one.indices == (0,)
    assert np.array_equal(one.pixels[0], found.pixels[0])


def test_frames_are_the_ones_by_number(tmp_path):
    path = make_clip(tmp_path / "a.mp4", 3.0, shade=lambda k: 3 * k, sound=False)
    found = read_frames(path)
    assert found.total == 75
    assert np.abs(found.pixels.mean(axis=(1, 2, 3)) - 3 * np.array(found.indices)).max() < 3


def test_faces_are_resized_by_opencv_and_keep_their_colours(tmp_path):
    faces = np.random.default_rng(1).integers(0, 256, (11, 50, 40, 3), np.uint8)
    np.save(tmp_path / "a.npy", faces)
    stored, swapped = read_faces(tmp_path / "a.npy"), read_faces(tmp_path / "a.npy", order="swap")
    expected = np.stack([cv2.resize(face, (224, 224)) for face in faces])[list(oracle.indices(11, 8))]
    assert np.array_equal(stored.pixels, expected)
    assert np.array_equal(swapped.pixels, expected[..., ::-1])
    assert (stored.total, stored.indices) == (11, tuple(oracle.indices(11, 8)))


@pytest.mark.parametrize(
    "content",
    [
        np.zeros((0, 5, 5, 3), np.uint8),
        np.zeros((2, 5, 5, 3), np.float32),
        np.zeros((5, 5, 3), np.uint8),
        np.zeros((2, 5, 5, 4), np.uint8),
        np.array([{"a": 1}], dtype=object),
    ],
    ids=["none", "floats", "one", "four colours", "objects"],
)
def test_other_arrays_are_no_faces(tmp_path, content):
    np.save(tmp_path / "a.npy", content, allow_pickle=True)
    with pytest.raises(MediaError, match=r"a\.npy"):
        read_faces(tmp_path / "a.npy")


def test_broken_and_huge_face_files(tmp_path):
    good = tmp_path / "good.npy"
    np.save(good, np.zeros((20, 50, 50, 3), np.uint8))
    (tmp_path / "cut.npy").write_bytes(good.read_bytes()[:2000])
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "pickle.npy").write_bytes(b"\x80\x04K\x01.")
    np.savez(tmp_path / "archive.npy.npz", a=np.zeros(3))
    (tmp_path / "archive.npy.npz").rename(tmp_path / "archive.npy")
    os.mkfifo(tmp_path / "pipe.npy")  # opening it would wait for ever
    for name in ("cut.npy", "empty.npy", "pickle.npy", "absent.npy", "archive.npy", "pipe.npy"):
        with pytest.raises(MediaError, match=name):
            read_faces(tmp_path / name)
    with pytest.raises(MediaError, match="too large for a clip"):
        read_faces(good, limits=Limits(frame_pixels=100))


def test_a_video_without_picture(tmp_path):
    make_clip(tmp_path / "a.mp4", 1.0, picture=False)
    with pytest.raises(MediaError, match="has no picture"):
        read_frames(tmp_path / "a.mp4")
