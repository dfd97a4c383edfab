"""What becomes of a sample: a row of the predictions contract, answered or failed, and what identifies its input."""

import hashlib
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench.chat.base import CUT_OFF, LENGTH, NOTHING, ONLY_REASONING
from merunibench.errors import MediaError
from merunibench.extraction.envelope import clean_answer
from merunibench.media import file_hash
from merunibench.models.base import Modality, NoAnswerError, Prepared, Sample

Row = dict[str, Any]

_UNREADABLE = "unreadable"


def answered(prepared: Prepared, text: str) -> Row:
    """The row of an answer; of an empty one, and of one that ends within its reasoning, a failed one."""
    about = _about(text)
    answer = clean_answer(text)
    reason = None if text.strip() else NOTHING
    if answer.had_trace and not answer.text:
        reason = CUT_OFF if about.get("finish_reason", LENGTH) == LENGTH else ONLY_REASONING
    if reason is not None:
        return failed(prepared.sample, NoAnswerError(reason, **about), prepared)
    return {"name": prepared.sample.name, "text": text, "status": "ok", **about, **_given(prepared)}


def failed(sample: Sample, error: BaseException, prepared: Prepared | None = None) -> Row:
    """The row of a sample without an answer, with the reason in one line."""
    reason = str(error) if isinstance(error, MediaError) else f"{type(error).__name__}: {one_line(error)}"
    row = {"name": sample.name, "status": "failed", "error": reason}
    return {**row, **_about(error), **(_given(prepared) if prepared else {})}


def _about(outcome: object) -> Row:
    """What an `Answer` or a `NoAnswerError` says besides: how it ended, the question's length, the reasoning."""
    said = {name: getattr(outcome, name, None) for name in ("finish_reason", "tokens", "reasoning")}
    return {name: value for name, value in said.items() if value is not None}


def _given(prepared: Prepared) -> Row:
    return {"modalities": "+".join(prepared.modalities), "media": dict(prepared.media)}


def input_hash(sample: Sample, modalities: tuple[Modality, ...]) -> str:
    """What identifies the input of a sample: its subtitle and the content of its files, as far as they are asked for.

    Returns:
        16 hexadecimal digits. A file that cannot be read has a part in it too, and counts as changed once it can.
    """
    text, video, audio = ("text" in modalities, "video" in modalities, "audio" in modalities)
    parts = [sample.name, repr(sample.subtitle) if text else ""]
    files = {
        "video": sample.video if video or (audio and sample.audio is None) else None,
        "audio": sample.audio if audio else None,
        "face": sample.face if video else None,
    }
    for kind, path in files.items():
        if path is not None:
            parts.append(f"{kind}:{_content(path)}")
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def content_hash(sample: Sample) -> str | None:
    """What identifies a clip's content, whatever it is called: the hash of its video, else its sound; None without."""
    path = sample.video if sample.video is not None else sample.audio
    found = _UNREADABLE if path is None else _content(path)
    return None if found == _UNREADABLE else found


def _content(path: Path) -> str:
    try:
        # Opening a named pipe would wait for ever for somebody to write to it.
        return file_hash(path) if path.is_file() else _UNREADABLE
    except MediaError:
        return _UNREADABLE
