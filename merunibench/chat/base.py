"""The interface of chat models."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypedDict


class Message(TypedDict):
    """One turn: the role, and the content as text or as a list of parts in OpenAI's format (text, image_url, …)."""

    role: Literal["system", "user", "assistant"]
    content: str | list[dict[str, Any]]


Conversation = Sequence[Message]


class Turns(tuple[Message, ...]):
    """A conversation with additional fields for its request to an endpoint.

    Attributes:
        request: Fields that override those of every request.
    """

    request: Mapping[str, Any]

    def __new__(cls, messages: Iterable[Message], request: Mapping[str, Any]) -> "Turns":
        """Create the conversation from messages and request fields."""
        turns = super().__new__(cls, messages)
        turns.request = request
        return turns


STOP, LENGTH = "stop", "length"
"""How an answer ended, in OpenAI's terms: by itself or at the maximum length; see `Reply.finish_reason`."""
CUT_OFF = "cut off in its reasoning, before any answer; raise --max-new-tokens"
"""The error of a reply whose reasoning used all tokens."""
NOTHING = "the model gave an empty answer"
"""The error of an empty reply."""
ONLY_REASONING = "the model wrote only its reasoning, no answer"
"""The error of a reply with reasoning only."""


class Reply(NamedTuple):
    """The reply to one conversation.

    Attributes:
        text: The answer; empty if there is none.
        error: Why there is no answer; None if there is one.
        finish_reason: How it ended, in OpenAI's terms: `stop`, `length`, `content_filter`, …; None if unknown.
        prompt_tokens: Number of tokens of the prompt; None if unknown.
        reasoning: The reasoning before the answer, if it is in a separate field; otherwise None.
    """

    text: str
    error: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    reasoning: str | None = None


class ChatModel(ABC):
    """A model that answers conversations.

    Attributes:
        name: Short name that identifies the weights, usable in a signature: without `|`, `:` or white space.
        group: Number of conversations answered together. In low precision an answer may depend on the others of its
            group, so a resumed run must repeat whole groups, counted from the first conversation.
    """

    name: str
    group: int = 1

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """All settings that determine an answer, as JSON values; never an API key."""

    @abstractmethod
    def replies(self, conversations: Iterable[Conversation]) -> Iterator[tuple[int, Reply]]:
        """Answer conversations in a stream, a few at a time, so that there can be millions.

        Args:
            conversations: The conversations; consumed one by one, when the model is ready for more.

        Yields:
            The index of a conversation and its reply, in the order in which they finish. A conversation that cannot be
            answered gets a reply with an error; it does not end the run.

        Raises:
            InputError: No conversation can be answered (wrong key, unknown model, no server).
        """

    def complete(self, conversations: Sequence[Conversation]) -> list[Reply]:
        """Return the replies to all conversations, in their order."""
        found = dict(self.replies(conversations))
        return [found[index] for index in range(len(conversations))]


def as_reply(text: str, finish_reason: str | None = None) -> Reply:
    """Turn an answer into a reply: an empty one is an error, and lone surrogates are replaced."""
    said = text.encode("utf-8", "replace").decode("utf-8").strip()
    return Reply(said, None if said else NOTHING, finish_reason)


def endings(tokens: Sequence[Sequence[int]], eos: int | Sequence[int] | None, longest: int) -> list[str]:
    """Return how each answer of a batch ended: `length` if it reached the maximum length, else `stop`.

    Args:
        tokens: The tokens generated for each sample, padded at the end to equal length.
        eos: The tokens that end an answer.
        longest: Maximum number of tokens of an answer.

    Example:
        >>> endings([[5, 6, 7], [5, 2, 0], [5, 6, 2]], 2, 3)
        ['length', 'stop', 'stop']
    """
    ends = {eos} if isinstance(eos, int) else set(eos or ())
    return [STOP if len(row) < longest or ends.intersection(row) else LENGTH for row in tokens]


def fit_for_name(text: str) -> str:
    """Return a model's name in a form that is allowed in a signature.

    Example:
        >>> fit_for_name("127.0.0.1/Qwen/Qwen3-8B (AWQ)")
        '127.0.0.1/Qwen/Qwen3-8B_AWQ_'
    """
    return re.sub(r"[^\w./@-]+", "_", text)
