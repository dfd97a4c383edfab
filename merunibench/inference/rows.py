"""Make the prediction row of a sample, answered or failed, and the hash that identifies its input."""

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
    """Return the row of an answer; a failed row if the answer is empty or ends within its reasoning."""
    about = _about(text)
    answer = clean_answer(text)
    reason = None if text.strip() else NOTHING
    if answer.had_trace and not answer.text:
        reason = CUT_OFF if about.get("finish_reason", LENGTH) == LENGTH else ONLY_REASONING
    if reason is not None:
        return failed(prepared.sample, NoAnswerError(reason, **about), prepared)
    return {"name": prepared.sample.name, "text": text, "status": "ok", **about, **_given(prepared)}


def failed(sample: Sample, error: BaseException, prepared: Prepared | None = None) -> Row:
    """Return the row of a sample without an answer, with the reason in one line."""
    reason = str(error) if isinstance(error, MediaError) else f"{type(error).__name__}: {one_line(error)}"
    row = {"name": sample.name, "status": "failed", "error": reason}
    return {**row, **_about(error), **(_given(prepared) if prepared else {})}


def _about(outcome: object) -> Row:
    """Return the further attributes of an `Answer` or a `NoAnswerError`: finish reason, token count, reasoning."""
    said = {name: getattr(outcome, name, None) for name in ("finish_reason", "tokens", "reasoning")}
    return {name: value for name, value in said.items() if value is not None}


def _given(prepared: Prepared) -> Row:
    return {"modalities": "+".join(prepared.modalities), "media": dict(prepared.media)}


def input_hash(sample: Sample, modalities: tuple[Modality, ...]) -> str:
    """Return the hash of a sample's input: its subtitle and the content of its files, for the requested modalities.

    Returns:
        16 hexadecimal digits. An unreadable file also contributes, so the input counts as changed once it is readable.
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
    """Return the hash of a clip's video, else of its audio, whatever the clip's name; None if neither is readable."""
    path = sample.video if sample.video is not None else sample.audio
    found = _UNREADABLE if path is None else _content(path)
    return None if found == _UNREADABLE else found


def _content(path: Path) -> str:
    try:
        # Opening a named pipe would wait for a writer forever.
        return file_hash(path) if path.is_file() else _UNREADABLE
    except MediaError:
        return _UNREADABLE
