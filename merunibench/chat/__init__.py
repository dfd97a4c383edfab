"""Chat models that reply to conversations: a model on this machine, or behind an OpenAI-compatible endpoint.

Importing this package does not load any model library; `Endpoint` and `LocalModel` load theirs when created.
"""

from pathlib import Path

from merunibench._text import short_repr
from merunibench.chat.base import ChatModel, Conversation, Message, Reply, Turns, fit_for_name
from merunibench.chat.endpoint import Endpoint
from merunibench.chat.local import LocalModel
from merunibench.errors import InputError

__all__ = [
    "ChatModel",
    "Conversation",
    "Endpoint",
    "LocalModel",
    "Message",
    "Reply",
    "Turns",
    "fit_for_name",
    "open_chat_model",
]


def open_chat_model(
    spec: str,
    *,
    max_tokens: int = 256,
    batch_size: int = 8,
    concurrency: int = 8,
    dtype: str = "auto",
    device: str = "auto",
) -> ChatModel:
    """Open the chat model that `spec` names.

    Args:
        spec: `hf:` and a folder or a name on the Hub (optionally followed by `@REVISION`); or `openai:URL#MODEL`.
        max_tokens: Maximum length of an answer.
        batch_size: Number of conversations per batch, for a model on this machine.
        concurrency: Number of simultaneous requests to an endpoint.
        dtype: Precision of a model on this machine; see `LocalModel`.
        device: Device of a model on this machine; see `LocalModel`.

    Raises:
        InputError: `spec` is invalid, or the model cannot be loaded.
    """
    kind, _, name = spec.partition(":")
    if kind == "openai" and name:
        return Endpoint(name, concurrency=concurrency, max_tokens=max_tokens)
    if kind == "hf" and name:
        model, _, revision = (name, "", "") if Path(name).is_dir() else name.partition("@")
        return LocalModel(
            model, revision=revision or None, batch_size=batch_size, max_tokens=max_tokens, dtype=dtype, device=device
        )
    raise InputError(f"{short_repr(spec)}: a language model must be hf:MODEL or openai:URL#MODEL")
