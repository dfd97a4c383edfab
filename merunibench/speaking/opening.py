"""From what the user writes to a measure: `mouth`, `light-asd:FILE`, `lr-asd:FILE`, `talknet:FILE`, `file:TABLE`."""

from pathlib import Path

from merunibench._text import shown
from merunibench.errors import InputError
from merunibench.speaking.base import Speaker

OFF = "off"
"""Nothing is measured."""
LEARNED = ("light-asd", "lr-asd", "talknet")
FORMS = ("mouth", *(f"{family}:FILE" for family in LEARNED), "file:TABLE", OFF)


def check_form(text: str) -> str:
    """The same text, if it has one of the forms; no file is looked at.

    Raises:
        ValueError: it has none.
    """
    kind, colon, rest = text.partition(":")
    plain = text in ("mouth", OFF)
    if not plain and not (kind in (*LEARNED, "file") and colon and rest):
        raise ValueError(f"{shown(text)}: must be one of {', '.join(FORMS)}")
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
