"""Crops of the lower face for learned detectors: grey, 112 x 112, one per tick of a track.

The crop is the one of TalkNet's and Light-ASD's demos: the lower middle of the face, 1.4 half-faces to each side.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from merunibench.speaking.nets import opencv
from merunibench.speaking.tracks import Track

SIDE = 112
_WHOLE = 224
_MEDIAN = 13
_GREY = 110
_BELOW, _ASIDE = 1.8, 1.4
"""Extent of the crop below and to each side of the face's centre, in half-faces; it is one above the centre."""


def crops_of(frames: Iterable[np.ndarray], tracks: Sequence[Track]) -> list[np.ndarray]:
    """Return the crops of each track, shape (T, 112, 112), uint8.

    Args:
        frames: The frames in which the tracks were found, from the first tick.
        tracks: The tracks of faces.
    """
    found = [np.empty((len(track), SIDE, SIDE), np.uint8) for track in tracks]
    squares = [squares_of(track.boxes) for track in tracks]
    for tick, frame in enumerate(frames):
        for track, square, crops in zip(tracks, squares, found, strict=True):
            if 0 <= (place := tick - track.start) < len(track):
                crops[place] = crop(frame, *square[place])
    return found


def squares_of(boxes: np.ndarray) -> np.ndarray:
    """Return centre and half of the longer side of boxes, each a running median of 13 ticks: (x, y, s), shape (T, 3).

    Args:
        boxes: Of shape (T, 4): left, top, right, bottom.
    """
    sides = boxes[:, 2:] - boxes[:, :2]
    raw = np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, sides.max(axis=1, keepdims=True) / 2], axis=1)
    ends = np.pad(raw, ((_MEDIAN // 2, _MEDIAN // 2), (0, 0)), mode="edge")
    smooth: np.ndarray = np.median(np.lib.stride_tricks.sliding_window_view(ends, _MEDIAN, axis=0), axis=-1)
    return smooth


def crop(frame: np.ndarray, x: float, y: float, half: float) -> np.ndarray:
    """Return the crop of one face, shape (112, 112), uint8; parts outside of the frame are grey.

    Args:
        frame: Of shape (H, W, 3), uint8, red, green, blue.
        x: Centre of the face, from the left.
        y: Centre of the face, from the top.
        half: Half of its longer side.
    """
    cv2 = opencv()
    top, bottom = int(np.floor(y - half)), int(np.floor(y + _BELOW * half))
    left, right = int(np.floor(x - _ASIDE * half)), int(np.floor(x + _ASIDE * half))
    square = np.full((max(bottom - top, 1), max(right - left, 1), 3), _GREY, np.uint8)
    there = frame[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if there.size:
        row, column = max(-top, 0), max(-left, 0)
        square[row : row + there.shape[0], column : column + there.shape[1]] = there
    grey = cv2.cvtColor(cv2.resize(square, (_WHOLE, _WHOLE)), cv2.COLOR_RGB2GRAY)
    edge = (_WHOLE - SIDE) // 2
    result: np.ndarray = grey[edge : edge + SIDE, edge : edge + SIDE]
    return result
