"""What is learnt, in ids: the prompt, which is given, and the answer, which is not; and several such as a batch.

```
input_ids  <|im_start|>  prompt  answer###  <|im_end|>
labels         -100       -100   answer###  <|im_end|>
```
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn.utils.rnn import pad_sequence

from merunibench.errors import MediaError
from merunibench.models.affectgpt.prompt import PromptTokenizer

MAX_LENGTH = 1024
"""Most ids of prompt and answer together."""
IGNORED = -100
"""The label of what is given, not learnt."""
END = "###"
"""Ends every answer, and is learnt with it."""


class Target(NamedTuple):
    """One example.

    Attributes:
        input_ids: Prompt and answer with the template around them.
        labels: The same, `IGNORED` where nothing is learnt.
    """

    input_ids: list[int]
    labels: list[int]


def encode_target(tokens: PromptTokenizer, prompt: str, answer: str) -> Target:
    """Ids and labels of an example; prompt and answer are tokenised apart from each other.

    Args:
        tokens: The language model's tokenizer.
        prompt: Ends in `###Assistant: `.
        answer: Without the `###` that ends it. A blank at its end would make another token of that, at which an
            answer does not stop.

    Raises:
        MediaError: they are longer than `MAX_LENGTH`, where upstream draws another example in their place.
    """
    given, learnt = tokens.ids(prompt), tokens.ids(answer + END)
    if len(given) + len(learnt) > MAX_LENGTH:
        raise MediaError(f"prompt and answer have {len(given)} + {len(learnt)} tokens; the most is {MAX_LENGTH}")
    learnt.append(tokens.padding_id)
    return Target([tokens.start_id, *given, *learnt], [IGNORED] * (1 + len(given)) + learnt)


def collate(targets: Sequence[Target], padding_id: int) -> dict[str, torch.Tensor]:
    """A batch, shorter examples filled up on the right.

    Padding is what ends a text, so that an example's own end is not attended to either; as upstream, and without
    effect, since nothing comes after it.

    Returns:
        `input_ids`, `labels` and `attention_mask`, each of shape (b, L).
    """
    ids, labels = (
        pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=filling)
        for rows, filling in zip(zip(*targets, strict=True), (padding_id, IGNORED), strict=True)
    )
    return {"input_ids": ids, "labels": labels, "attention_mask": (ids != padding_id).long()}
