"""The face mesh: 468 points of a face, including lips, forehead and chin.

Kartynnik et al., Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs, 2019.
"""

import numpy as np

from merunibench.speaking.faces import Face
from merunibench.speaking.nets import Net, opencv

POINTS = 468
_KEPT = (10, 152, 13, 14)
FOREHEAD, CHIN, UPPER_LIP, LOWER_LIP, TOP_LEFT, BOTTOM_RIGHT = range(6)
"""Rows of `marks_of`. The lips are the middles of the inner lips; the last two rows are corners of the mesh."""
_SIDE = 192
_SCALE = 1.5
"""Side of the network's input square, relative to the longer side of the box."""


class FaceMesh:
    """Finds the mesh points of faces.

    Attributes:
        settings: Everything that the points depend on.
    """

    def __init__(self) -> None:
        """Load the network.

        Raises:
            InputError: the network is not installed.
        """
        self._net = Net("face_landmark")
        self.settings = {"net": "face_landmark", "scale": _SCALE}

    def fit(self, frame: np.ndarray, face: Face) -> np.ndarray:
        """Return the points of a face, shape (468, 2), (x, y) in pixels of the frame.

        Args:
            frame: Of shape (H, W, 3), uint8, red, green, blue.
            face: One of its faces.
        """
        cv2 = opencv()
        there = crop_of(face)
        # OpenCV maps each pixel of the crop to its source in the frame.
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crop = cv2.warpAffine(frame, there, (_SIDE, _SIDE), flags=flags)
        points = self._net.run(crop / np.float32(255))["conv2d_20"].reshape(POINTS, 3)[:, :2].astype(np.float64)
        placed: np.ndarray = points @ there[:, :2].T + there[:, 2]
        return placed


def marks_of(points: np.ndarray) -> np.ndarray:
    """Return selected points of a face, shape (6, 2): forehead, chin, upper and lower lip, and the mesh's corners."""
    return np.concatenate([points[list(_KEPT)], [points.min(axis=0), points.max(axis=0)]])


def crop_of(face: Face) -> np.ndarray:
    """Return the affine map, shape (2, 3), from pixels of the network's input to pixels of the frame.

    The input is a square around the centre of the box, rotated so that the eyes are level.
    """
    right, left = face.points[0], face.points[1]
    angle = np.arctan2(left[1] - right[1], left[0] - right[0])
    box = face.box
    scale = _SCALE * max(box[2] - box[0], box[3] - box[1]) / _SIDE
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = (box[:2] + box[2:]) / 2
    return np.concatenate([turn, (middle - turn @ np.full(2, _SIDE / 2))[:, None]], axis=1)
