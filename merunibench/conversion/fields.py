"""Find values in a row of nested JSON: dotted paths, texts of chat messages, names of media files."""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from merunibench._text import short_repr

Row = Mapping[str, Any]

MEDIA = ("videos", "audios", "images", "video_path", "video", "audio_path", "audio", "image_path", "path")
"""Keys under which result files store the paths of a sample's media."""

_MEDIA_ENDINGS = "mp4 avi mkv mov webm flv wmv mpg mpeg m4v wav mp3 flac m4a ogg opus aac jpg jpeg png webp bmp npy"
_MEDIA_SUFFIXES = frozenset(f".{ending}" for ending in _MEDIA_ENDINGS.split())
_TEXT_PARTS = ("text", "output_text")
_DEEPEST = 8


def walk(value: Any, path: Iterable[str]) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value at a path in a nested value, or None if the path does not exist.

    Args:
        value: The value.
        path: Keys of objects, and indices of lists (`-1` is the last).

    Example:
        >>> walk({"choices": [{"text": "calm"}]}, "choices.0.text".split("."))
        'calm'
    """
    for key in path:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and re.fullmatch(r"-?[0-9]{1,6}", key) and -len(value) <= int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def dig(row: Row, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value at a dotted path in a row; a key that contains the dots itself takes precedence."""
    return row[path] if path in row else walk(row, path.split("."))


def one_text(value: object, what: str) -> str | None:
    """Return a text, or the only text in (nested) lists.

    Args:
        value: The value in the row.
        what: The value's name in messages.

    Raises:
        ValueError: There are several texts, or the value is something else.
    """
    for _ in range(_DEEPEST):
        if not isinstance(value, list):
            break
        if len(value) > 1:
            raise ValueError(f"{what}: {len(value)} answers for one sample; keep one of them")
        value = value[0] if value else None
    return as_text(value, what)


def as_text(value: object, what: str) -> str | None:
    """Return the text, or None if the value is null.

    Raises:
        ValueError: The value is something else.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and math.isnan(value):
        raise ValueError(f"{what}: NaN instead of an answer; write null for a failed row")
    raise ValueError(f"{what}: must be text, not {short_repr(value)}")


def content_text(content: object, what: str, joint: str = "") -> str | None:
    """Return the text of a chat message, which is text or a list of parts; parts with reasoning are ignored.

    Args:
        content: The content of the message.
        what: The content's name in errors.
        joint: The separator between the texts of several parts.

    Raises:
        ValueError: The content is neither.
    """
    if not isinstance(content, list):
        return as_text(content, what)
    texts = [part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") in _TEXT_PARTS]
    if not texts:
        return None
    return joint.join(as_text(text, what) or "" for text in texts)


def media_stem(row: Row) -> str | None:
    """Return the name of a row's first media file, without its folder and the suffix of a media format.

    Example:
        >>> media_stem({"videos": ["/data/clip_7.v2.mp4"]})
        'clip_7.v2'
    """
    for key in MEDIA:
        value = row.get(key)
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, Mapping):
            value = value.get("path")
        if isinstance(value, str) and value:
            return stem(value)
    return None


def stem(path: str) -> str:
    """Return the name of a file without its folder, and without the suffix of a media format."""
    place = PurePosixPath(path.replace("\\", "/"))
    return place.stem if place.suffix.lower() in _MEDIA_SUFFIXES else place.name


def whole_number(value: object) -> int | None:
    """Return a running number from JSON or a text table, or None if the value is not one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else None
