"""Generation (Figure 3): how an answer is drawn, where it stops, and what is cut off it.

Every sample has a random generator of its own, so that an answer does not depend on which samples share its batch.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from merunibench.models.affectgpt.tokens import PromptTokenizer


@dataclass(frozen=True)
class Decoding:
    """How an answer is drawn; the defaults are the authors', who set no seed.

    Attributes:
        max_new_tokens: Longest answer.
        temperature: 0 for greedy decoding.
        top_k: How many tokens sampling draws from, at most; 20 comes from Qwen's own generation configuration.
        top_p: Share of the probability that it draws from.
        seed: Seed of the sampling, with each sample's name.
    """

    max_new_tokens: int = 1200
    temperature: float = 1.0
    top_k: int = 20
    top_p: float = 0.9
    seed: int = 0


class SeededSampling(LogitsProcessor):
    """Sampling as a greedy choice: `argmax(log p + g)` with Gumbel noise g draws from p (the Gumbel-max trick).

    Args:
        decoding: Temperature, top k, top p, seed.
        names: Names of the batch's samples; each has its own noise.
    """

    def __init__(self, decoding: Decoding, names: Sequence[str]) -> None:
        self.temperature = decoding.temperature
        self.warpers = [TopKLogitsWarper(decoding.top_k), TopPLogitsWarper(decoding.top_p)]
        # Noise is drawn on the processor: the same on every device.
        self.generators = [torch.Generator().manual_seed(_seed(decoding.seed, name)) for name in names]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores of shape (b, vocabulary), those left out at minus infinity, with noise."""
        scores = scores.float() / self.temperature
        for warper in self.warpers:
            scores = warper(input_ids, scores)
        uniform = torch.stack([torch.rand(scores.shape[1], generator=random) for random in self.generators])
        tiny = torch.finfo(uniform.dtype).tiny
        gumbel = -torch.log(-torch.log(uniform.clamp(min=tiny)).clamp(min=tiny))
        return scores + gumbel.to(scores.device)


def _seed(seed: int, name: str) -> int:
    """A seed of 63 bits from the run's and a name, the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{name}".encode()).digest()[:8], "big") >> 1


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
) -> list[str]:
    """The answers to a batch, as the model wrote them.

    Args:
        language_model: With `generate`.
        embeddings: Prompts of shape (b, L, D), shorter ones padded on the left.
        attention_mask: Of shape (b, L); 0 where nothing stands.
        tokens: The tokenizer.
        decoding: How to draw.
        names: Names of the samples.
    """
    processors = [SeededSampling(decoding, names)] if decoding.temperature else []
    # Sampling is in the processor. (language.py has emptied the model's own configuration, which would fill the gaps.)
    config = GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=decoding.max_new_tokens,
        do_sample=False,
        num_beams=1,
        eos_token_id=list(tokens.eos_ids),
        pad_token_id=tokens.eos_ids[-1],
    )
    ids = language_model.generate(
        inputs_embeds=embeddings,
        attention_mask=attention_mask,
        generation_config=config,
        logits_processor=LogitsProcessorList(processors),
        stopping_criteria=StoppingCriteriaList([StopRule(tokens)]),
    )
    return [tokens.decode(until_stop(row, tokens)) for row in cast("list[list[int]]", ids.tolist())]


def until_stop(ids: Sequence[int], tokens: PromptTokenizer) -> list[int]:
    """The ids up to the first ending, which is kept: what follows it fills up the batch."""
    endings = [*((number,) for number in tokens.eos_ids), *tokens.stops]
    for length in range(1, len(ids) + 1):
        if any(tuple(ids[max(length - len(ending), 0) : length]) == ending for ending in endings):
            return list(ids[:length])
    return list(ids)


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
