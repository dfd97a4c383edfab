"""Open a detector by name: `mouth`, `light-asd:FILE`, `lr-asd:FILE`, `talknet:FILE`, `file:TABLE`."""

from pathlib import Path

from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.speaking.base import Speaker

OFF = "off"
"""Name for no detector: nothing is measured."""
LEARNED = ("light-asd", "lr-asd", "talknet")
_LEAST_MOUTH, _LEAST_LEARNED = 0.15, 0.5
FORMS = ("mouth", *(f"{family}:FILE" for family in LEARNED), "file:TABLE", OFF)


def check_form(text: str) -> str:
    """Return the text if it has one of the forms; files are not checked.

    Raises:
        ValueError: the text has another form.
    """
    kind, colon, rest = text.partition(":")
    plain = text in ("mouth", OFF)
    if not plain and not (kind in (*LEARNED, "file") and colon and rest):
        raise ValueError(f"{short_repr(text)}: must be one of {', '.join(FORMS)}")
    return text


def open_speaker(text: str) -> Speaker:
    """Open a detector by name, with everything that it needs loaded.

    Raises:
        InputError: the name is unknown, its file cannot be used, or a package is not installed; the message says which.
    """
    try:
        kind, _, rest = check_form(text).partition(":")
    except ValueError as error:
        raise InputError(f"speaker {error}") from None
    if kind == "mouth":
        from merunibench.speaking.mouth import Mouth

        return Mouth()
    if kind == "file":
        from merunibench.speaking.table import Measurements

        return Measurements(Path(rest))
    if kind == OFF:
        raise InputError("speaker off: nothing is measured")
    try:
        import torch  # noqa: F401 - fails here with a clear message
    except ImportError as error:
        raise InputError(f"speaker {kind} needs PyTorch: pip install 'merunibench[models]'") from error
    from merunibench.speaking.detectors.learned import Learned

    return Learned(kind, Path(rest))


def least_of(name: str) -> float:
    """Return the default threshold of a detector: the value from which a clip is assumed to show its speaker.

    A network decides for each tick whether the face speaks, so half of the speech is its natural threshold. For
    `mouth` it is lower, since a mouth is closed for much of the speech; tables from elsewhere use the one of `mouth`.

    Args:
        name: Name of the detector in rows; see `Speaker.name`.

    Example:
        >>> least_of("mouth@1"), least_of("light-asd:efc3758312cd5d7d")
        (0.15, 0.5)
    """
    return _LEAST_LEARNED if name.partition(":")[0] in LEARNED else _LEAST_MOUTH
