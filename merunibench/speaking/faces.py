"""BlazeFace: detects the faces of a frame, each with six key points.

Bazarevsky et al., BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs, 2019. For each of 896 anchors on two
grids, the network returns a score, and the offsets of box and points from the anchor's centre.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from merunibench.speaking.nets import Net, opencv

Range = Literal["short", "back"]

_NETS = {
    "short": ("face_detection_short_range", 128, (8, 16, 16, 16)),
    "back": ("face_detection_back", 256, (16, 32, 32, 32)),
}
"""File, side of its input in pixels, and strides of its anchor layers; each layer has two anchors per cell."""
LEAST_SCORE = 0.5
MOST_OVERLAP = 0.3
_LARGEST_LOGIT = 80.0
_POINTS = 6


@dataclass(frozen=True, eq=False)
class Face:
    """A face in a frame.

    Attributes:
        box: (left, top, right, bottom) in pixels; parts may be outside of the frame.
        points: Shape (6, 2), (x, y) in pixels: right eye, left eye, nose, mouth, right ear, left ear.
        score: From 0.5 to 1.
    """

    box: np.ndarray
    points: np.ndarray
    score: float


class FaceDetector:
    """Finds the faces of frames.

    Attributes:
        settings: Everything that the detected faces depend on.
    """

    def __init__(self, kind: Range = "back") -> None:
        """Load the network for faces up to 2 m (`short`) or 5 m (`back`) from the camera.

        Raises:
            InputError: the network is not installed.
        """
        name, self._side, strides = _NETS[kind]
        self._net = Net(name)
        self._anchors = anchors(self._side, strides)
        self.settings = {"net": name, "least_score": LEAST_SCORE, "most_overlap": MOST_OVERLAP}

    def find(self, frame: np.ndarray) -> list[Face]:
        """Return the faces of a frame, the best score first.

        Args:
            frame: Of shape (H, W, 3), uint8, red, green, blue.
        """
        picture, scale, corner = _letterbox(frame, self._side)
        found = self._net.run(picture / np.float32(127.5) - 1)
        logits = found["classificators"][0, :, 0].astype(np.float64)
        scores = 1 / (1 + np.exp(-np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT)))
        kept = np.flatnonzero(scores > LEAST_SCORE)
        raw, centres = found["regressors"][0, kept].astype(np.float64), self._anchors[kept] * self._side
        # All offsets are in pixels of the network's input.
        middle, size = raw[:, :2] + centres, raw[:, 2:4]
        points = raw[:, 4:].reshape(-1, _POINTS, 2) + centres[:, None]
        boxes = np.concatenate([middle - size / 2, middle + size / 2], axis=1)
        boxes, points = (boxes - np.tile(corner, 2)) / scale, (points - corner) / scale
        best = not_overlapping(boxes, scores[kept], MOST_OVERLAP)
        return [Face(boxes[k], points[k], float(scores[kept[k]])) for k in best]


def anchors(side: int, strides: tuple[int, ...]) -> np.ndarray:
    """Return the centres of a network's anchors, shape (N, 2), (x, y) as fractions of the input's side.

    Layers of the same stride share one grid, whose cells have two anchors per layer.
    """
    grids = []
    for stride in dict.fromkeys(strides):
        cells = side // stride
        rows, columns = np.divmod(np.arange(cells * cells), cells)
        centres = (np.stack([columns, rows], axis=1) + 0.5) / cells
        grids.append(np.repeat(centres, 2 * strides.count(stride), axis=0))
    return np.concatenate(grids)


def overlap(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return the intersection over union of a box with others, shape (N,).

    Args:
        box: (left, top, right, bottom).
        boxes: Of shape (N, 4).
    """
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = np.prod(np.maximum(sides, 0), axis=1)
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    union: np.ndarray = np.prod(np.maximum(box[2:] - box[:2], 0)) + areas - common
    shares: np.ndarray = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return shares


def not_overlapping(boxes: np.ndarray, scores: np.ndarray, most: float) -> list[int]:
    """Return indices of boxes that do not overlap a better one by more than `most`, the best score first."""
    kept: list[int] = []
    for place in np.argsort(-scores, kind="stable").tolist():
        if not kept or overlap(boxes[place], boxes[kept]).max() <= most:
            kept.append(place)
    return kept


def _letterbox(frame: np.ndarray, side: int) -> tuple[np.ndarray, float, np.ndarray]:
    """Return the frame in the middle of a black square (float32), the scale, and the position of the frame's corner."""
    cv2 = opencv()
    height, width = frame.shape[:2]
    scale = side / max(height, width)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    square = np.zeros((side, side, 3), np.float32)
    square[top : top + size[1], left : left + size[0]] = small
    return square, scale, np.array([left, top], np.float64)
