"""From what the user writes to a measure: `mouth`, `light-asd:FILE`, `lr-asd:FILE`, `talknet:FILE`, `file:TABLE`."""

from pathlib import Path

from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.speaking.base import Speaker

OFF = "off"
"""Nothing is measured."""
LEARNED = ("light-asd", "lr-asd", "talknet")
_LEAST_MOUTH, _LEAST_LEARNED = 0.15, 0.5
FORMS = ("mouth", *(f"{family}:FILE" for family in LEARNED), "file:TABLE", OFF)


def check_form(text: str) -> str:
    """The same text, if it has one of the forms; no file is looked at.

    Raises:
        ValueError: it has none.
    """
    kind, colon, rest = text.partition(":")
    plain = text in ("mouth", OFF)
    if not plain and not (kind in (*LEARNED, "file") and colon and rest):
        raise ValueError(f"{short_repr(text)}: must be one of {', '.join(FORMS)}")
    return text


def open_speaker(text: str) -> Speaker:
    """The measure that a text names, with everything loaded that it needs.

    Raises:
        InputError: there is none, its file cannot be used, or a package is not installed; the message says which.
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
        import torch  # noqa: F401 - named here, in one line, before it is missed somewhere inside
    except ImportError as error:
        raise InputError(f"speaker {kind} needs PyTorch: pip install 'merunibench[models]'") from error
    from merunibench.speaking.detectors.learned import Learned

    return Learned(kind, Path(rest))


def least_of(name: str) -> float:
    """The value from which a clip is taken to show its speaker, for who gives no threshold.

    A network says of each tick whether the face speaks, so that half of the speech is its natural threshold. A mouth is
    shut for much of what it says; tables from elsewhere are read as `mouth` is.

    Args:
        name: What rows call the measure; see `Speaker.name`.

    Example:
        >>> least_of("mouth@1"), least_of("light-asd:efc3758312cd5d7d")
        (0.15, 0.5)
    """
    return _LEAST_LEARNED if name.partition(":")[0] in LEARNED else _LEAST_MOUTH
