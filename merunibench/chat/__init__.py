"""Chat models: conversations in, replies out, from a model on this machine or behind an OpenAI-compatible endpoint.

Importing this package loads no model library; `Endpoint` and `LocalModel` load theirs when they are made.
"""

from merunibench.chat.base import ChatModel, Conversation, Message, Reply, fit_for_name
from merunibench.chat.endpoint import Endpoint
from merunibench.chat.local import LocalModel
from merunibench.chat.opening import open_chat_model

__all__ = ["ChatModel", "Conversation", "Endpoint", "LocalModel", "Message", "Reply", "fit_for_name", "open_chat_model"]
