"""What a chat model is to whoever asks it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypedDict


class Message(TypedDict):
    """One turn: who speaks, and what; text, or a list of parts as OpenAI's interface has them (text, image_url, …)."""

    role: Literal["system", "user", "assistant"]
    content: str | list[dict[str, Any]]


Conversation = Sequence[Message]


class Turns(tuple[Message, ...]):
    """A conversation with further fields of its request, where an endpoint is asked.

    Attributes:
        request: Fields that go before those of every request.
    """

    request: Mapping[str, Any]

    def __new__(cls, messages: Iterable[Message], request: Mapping[str, Any]) -> "Turns":
        """The messages, and the fields."""
        turns = super().__new__(cls, messages)
        turns.request = request
        return turns


STOP, LENGTH = "stop", "length"
"""How an answer ended, by itself or at its longest length, as OpenAI's interface has it; see `Reply.finish_reason`."""
CUT_OFF = "cut off in its reasoning, before any answer; raise --max-new-tokens"
"""Why there is no answer where the reasoning took all tokens."""
NOTHING = "the model answered nothing"
"""Why there is no answer where the model ended at once."""
ONLY_REASONING = "the model wrote nothing besides its reasoning"
"""Why there is no answer where the model had none."""


class Reply(NamedTuple):
    """What came of one conversation.

    Attributes:
        text: The answer; empty if there is none.
        error: Why there is none; None if there is.
        finish_reason: How it ended, in OpenAI's words: `stop`, `length`, `content_filter`, …; None if nobody says.
        prompt_tokens: How many tokens the question had; None if nobody says.
        reasoning: What went before the answer, in a field of its own; None if nothing did.
    """

    text: str
    error: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    reasoning: str | None = None


class ChatModel(ABC):
    """A model that answers conversations.

    Attributes:
        name: Short name with what identifies the weights, fit for a signature: no `|`, `:` or white space.
        group: How many conversations are answered together. In low precision an answer may depend on its neighbours,
            so whoever takes up a run again asks whole groups, counted from the first conversation.
    """

    name: str
    group: int = 1

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """All that decides an answer, as JSON values; never a key."""

    @abstractmethod
    def replies(self, conversations: Iterable[Conversation]) -> Iterator[tuple[int, Reply]]:
        """Answer conversations as they come, few at a time, so that millions can be streamed.

        Args:
            conversations: What to answer; taken one by one, when there is room for it.

        Yields:
            The number of a conversation and its reply, in the order in which they are finished. A conversation that
            cannot be answered gets a reply with an error; it does not end the run.

        Raises:
            InputError: no conversation can be answered (wrong key, unknown model, nobody there).
        """

    def complete(self, conversations: Sequence[Conversation]) -> list[Reply]:
        """The replies to all conversations, in their order."""
        found = dict(self.replies(conversations))
        return [found[index] for index in range(len(conversations))]


def as_reply(text: str, finish_reason: str | None = None) -> Reply:
    """An answer as a reply: nothing said is a failure, and half a character is replaced."""
    said = text.encode("utf-8", "replace").decode("utf-8").strip()
    return Reply(said, None if said else NOTHING, finish_reason)


def endings(tokens: Sequence[Sequence[int]], eos: int | Sequence[int] | None, longest: int) -> list[str]:
    """How each of a batch of answers ended: `length` where it ran into the longest length, else `stop`.

    Args:
        tokens: What was generated for each sample, of equal length, shorter ones padded behind.
        eos: The tokens that end an answer.
        longest: Most tokens of an answer.

    Example:
        >>> endings([[5, 6, 7], [5, 2, 0], [5, 6, 2]], 2, 3)
        ['length', 'stop', 'stop']
    """
    ends = {eos} if isinstance(eos, int) else set(eos or ())
    return [STOP if len(row) < longest or ends.intersection(row) else LENGTH for row in tokens]


def fit_for_name(text: str) -> str:
    """A model's name as it may stand in a signature.

    Example:
        >>> fit_for_name("127.0.0.1/Qwen/Qwen3-8B (AWQ)")
        '127.0.0.1/Qwen/Qwen3-8B_AWQ_'
    """
    return re.sub(r"[^\w./@-]+", "_", text)
