"""Generation (Figure 3): how an answer is drawn, where it stops, and what is cut off it."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from merunibench.chat.base import LENGTH, STOP
from merunibench.models.affectgpt.prompt import PromptTokenizer
from merunibench.models.base import Answer, Decoding
from merunibench.models.huggingface.generation import arguments

AUTHORS = Decoding(max_new_tokens=1200, temperature=1.0, top_p=0.9, extra={"top_k": 20})
"""How the authors draw answers, who set no seed. The 20 comes from Qwen's own generation configuration."""


class StopRule(StoppingCriteria):
    """Each sample stops by itself at `<|im_end|>` or at `###`, written as one token or two.

    Other tokens with the same characters, as ` ###` or `###` with a line end, do not stop it; so it is upstream.
    """

    def __init__(self, tokens: PromptTokenizer) -> None:
        self.endings = [(tokens.padding_id,), *tokens.stops]

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:  # noqa: ANN401, ARG002
        """Which samples are done, of shape (b,)."""
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
    """The answers to a batch, as the model wrote them.

    Args:
        language_model: With `generate`, and an empty generation configuration of its own (`network.with_lora`).
        embeddings: Prompts of shape (b, L, D), shorter ones padded on the left.
        attention_mask: Of shape (b, L); 0 where nothing stands.
        tokens: The tokenizer.
        decoding: How to draw.
        names: Names of the samples; each has its own noise, so that no answer depends on the others.
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
    """The ids up to the first ending, which is kept: what follows it fills up the batch."""
    for length in range(1, len(ids) + 1):
        if _ends(ids[:length], tokens):
            return list(ids[:length])
    return list(ids)


def _ends(ids: Sequence[int], tokens: PromptTokenizer) -> bool:
    endings = [*((number,) for number in tokens.eos_ids), *tokens.stops]
    return any(tuple(ids[max(len(ids) - len(ending), 0) :]) == ending for ending in endings)


def clean(text: str) -> str:
    """The answer without marks of the chat and turns it had no business to write.

    The part after the first `<|im_start|>` up to the next; before the first `<|im_end|>`; before the last `###`; after
    the last `Assistant:`; without white space around. (`<|endoftext|>` stays, as upstream.)

    Example:
        >>> clean("A. ###Human: next? ###Assistant: B.###")
        'B.'
    """
    if "<|im_start|>" in text:
        text = text.split("<|im_start|>")[1]
    text = text.split("<|im_end|>")[0]
    text = text.rpartition("###")[0] if "###" in text else text
    return text.split("Assistant:")[-1].strip()
