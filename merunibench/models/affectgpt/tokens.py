"""Prompts as token ids: Qwen's tokenizer with five placeholder words, and the ids that end an answer."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from merunibench.errors import InputError
from merunibench.models.affectgpt.prompt import PLACEHOLDERS, Medium

MAX_PROMPT = 2000
"""Longest prompt in tokens; what is beyond is cut off its end."""

MAX_CONTEXT = 800
"""Tokens of it that the language model is given: the last ones, 2000 less the 1200 that an answer may take."""

QWEN_VOCABULARY = 152_064
"""Rows of Qwen2.5-7B's embedding matrix: how the real tokenizer is told from a small stand-in."""

_QWEN_IDS: Mapping[str, int] = {
    "<|endoftext|>": 151643,
    "<|im_start|>": 151644,
    "<|im_end|>": 151645,
    "<ImageHere>": 151665,
    "<AudioHere>": 151666,
    "<FrameHere>": 151667,
    "<FaceHere>": 151668,
    "<MultiHere>": 151669,
    "###": 14374,
    "##": 565,
    "#": 2,
}


@dataclass(frozen=True, eq=False)
class PromptTokenizer:
    """The language model's tokenizer, with the placeholders added.

    Attributes:
        tokenizer: A tokenizer of transformers.
        placeholder_ids: Medium -> id of its word.
        eos_ids: Ids that end a text for the language model: `<|im_end|>` first, `<|endoftext|>`.
        stops: Endings of an answer in ids: `###` as one token and as two.
    """

    tokenizer: Any
    placeholder_ids: Mapping[Medium, int]
    eos_ids: tuple[int, ...]
    stops: tuple[tuple[int, ...], ...]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def padding_id(self) -> int:
        """The id of `<|im_end|>`, which stands in for padding; wherever it occurs is not attended to."""
        return self.eos_ids[0]

    def encode(self, prompt: str) -> list[int]:
        """Ids of a prompt: nothing added in front, its first 2000, and of these the last 800."""
        # Tokenizers keep settings as state: two threads must not share one at the same time.
        with self._lock:
            ids: list[int] = self.tokenizer(prompt, add_special_tokens=False)["input_ids"]
        return ids[:MAX_PROMPT][-MAX_CONTEXT:]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, special tokens kept."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text


def prompt_tokenizer(tokenizer: Any, rows: int) -> PromptTokenizer:  # noqa: ANN401 - transformers
    """Add the placeholders to a tokenizer of transformers.

    Args:
        tokenizer: The language model's.
        rows: Of its embedding matrix; Qwen2.5-7B's number means that its ids are checked.

    Raises:
        InputError: the ids are not those that AffectGPT was trained with, or `<|im_end|>` is no token.
    """
    vocabulary = tokenizer.get_vocab()  # the id of an unknown word is no sign: Qwen's is <|endoftext|> itself
    if "<|im_end|>" not in vocabulary:
        raise InputError(
            "the language model's tokenizer has no token <|im_end|>: AffectGPT needs one of Qwen2's family"
        )
    eos_ids = tuple(vocabulary[word] for word in ("<|im_end|>", "<|endoftext|>") if word in vocabulary)
    tokenizer.add_special_tokens({"bos_token": "<|im_start|>", "pad_token": "<|im_end|>"})
    tokenizer.add_tokens(list(PLACEHOLDERS.values()), special_tokens=True)
    if rows == QWEN_VOCABULARY:
        _check_qwen(tokenizer)
    return PromptTokenizer(
        tokenizer,
        {medium: tokenizer.convert_tokens_to_ids(word) for medium, word in PLACEHOLDERS.items()},
        eos_ids,
        _stops(tokenizer),
    )


def _stops(tokenizer: Any) -> tuple[tuple[int, ...], ...]:  # noqa: ANN401
    """`###`, `##` then `#`, `#` then `##`; the last two by how they are written after a letter."""
    whole, two, one = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in ("###", "a##", "a#"))
    stops: list[tuple[int, ...]] = [(whole[0],)]
    if len(two) > 1 and len(one) > 1:
        stops += [(two[1], one[1]), (one[1], two[1])]
    return tuple(stops)


def _check_qwen(tokenizer: Any) -> None:  # noqa: ANN401
    found = {word: tokenizer.convert_tokens_to_ids(word) for word in _QWEN_IDS}
    wrong = [f"{word} is {found[word]}, not {number}" for word, number in _QWEN_IDS.items() if found[word] != number]
    if wrong:
        raise InputError(
            f"the language model's tokenizer is not Qwen2.5's: {'; '.join(wrong)}. Fetch Qwen/Qwen2.5-7B-Instruct anew"
        )
