"""Generation (Figure 3): sampling an answer, stopping it, and cleaning it."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from merunibench.chat.base import LENGTH, STOP
from merunibench.models.affectgpt.prompt import PromptTokenizer
from merunibench.models.base import Answer, Decoding
from merunibench.models.huggingface.generation import arguments

AUTHORS = Decoding(max_new_tokens=1200, temperature=1.0, top_p=0.9, extra={"top_k": 20})
"""The authors' sampling settings; they set no seed. The 20 comes from Qwen's generation configuration."""


class StopRule(StoppingCriteria):
    """Stops each sample independently at `<|im_end|>`, or at `###` as one token or two.

    Other tokens with the same characters, such as ` ###` or `###` with a newline, do not stop it, as upstream.
    """

    def __init__(self, tokens: PromptTokenizer) -> None:
        self.endings = [(tokens.padding_id,), *tokens.stops]

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:  # noqa: ANN401, ARG002
        """Return which samples are done, shape (b,)."""
        done = torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)
        for ending in self.endings:
            if input_ids.shape[1] >= len(ending):
                done |= (input_ids[:, -len(ending) :] == input_ids.new_tensor(ending)).all(dim=1)
        return done


def generate(
    language_model: Any,  # noqa: ANN401 - of transformers or peft
    embeddings: torch.Tensor,
    attention_mask: torch.Tensor,
    tokens: PromptTokenizer,
    decoding: Decoding,
    names: Sequence[str],
) -> list[Answer]:
    """Return the raw answers to a batch.

    Args:
        language_model: A model with `generate` and an empty generation configuration (`network.with_lora`).
        embeddings: Prompts of shape (b, L, D), shorter ones padded on the left.
        attention_mask: Of shape (b, L); 0 for padding.
        tokens: The tokenizer.
        decoding: Sampling settings.
        names: Names of the samples; each has its own random numbers, so that answers are independent of each other.
    """
    ids = language_model.generate(
        inputs_embeds=embeddings,
        attention_mask=attention_mask,
        eos_token_id=list(tokens.eos_ids),
        pad_token_id=tokens.eos_ids[-1],
        stopping_criteria=StoppingCriteriaList([StopRule(tokens)]),
        **arguments(decoding, names),
    )
    rows = [until_stop(row, tokens) for row in cast("list[list[int]]", ids.tolist())]
    longest = decoding.max_new_tokens
    return [
        Answer(tokens.decode(row), LENGTH if len(row) == longest and not _ends(row, tokens) else STOP) for row in rows
    ]


def until_stop(ids: Sequence[int], tokens: PromptTokenizer) -> list[int]:
    """Return the ids up to and including the first ending; the ids after it are padding of the batch."""
    for length in range(1, len(ids) + 1):
        if _ends(ids[:length], tokens):
            return list(ids[:length])
    return list(ids)


def _ends(ids: Sequence[int], tokens: PromptTokenizer) -> bool:
    endings = [*((number,) for number in tokens.eos_ids), *tokens.stops]
    return any(tuple(ids[max(len(ids) - len(ending), 0) :]) == ending for ending in endings)


def clean(text: str) -> str:
    """Return the answer without chat markers and without further turns that the model wrote.

    It is the part between the first `<|im_start|>` and the next one, before the first `<|im_end|>`, before the last
    `###`, and after the last `Assistant:`, stripped. (`<|endoftext|>` is kept, as upstream.)

    Example:
        >>> clean("A. ###Human: next? ###Assistant: B.###")
        'B.'
    """
    if "<|im_start|>" in text:
        text = text.split("<|im_start|>")[1]
    text = text.split("<|im_end|>")[0]
    text = text.rpartition("###")[0] if "###" in text else text
    return text.split("Assistant:")[-1].strip()
