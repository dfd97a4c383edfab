"""Training targets as token ids: the prompt, which has no loss, and the answer, which has; and batches of them.

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
"""Maximum number of ids of prompt and answer together."""
IGNORED = -100
"""The label of tokens without a loss."""
END = "###"
"""The end of every answer; it is part of the target."""


class Target(NamedTuple):
    """Ids and labels of one example.

    Attributes:
        input_ids: Prompt and answer with the template around them.
        labels: The same ids, `IGNORED` for tokens without a loss.
    """

    input_ids: list[int]
    labels: list[int]


def encode_target(tokens: PromptTokenizer, prompt: str, answer: str) -> Target:
    """Return ids and labels of an example; prompt and answer are tokenized separately.

    Args:
        tokens: The language model's tokenizer.
        prompt: The prompt, which ends in `###Assistant: `.
        answer: The answer without the final `###`. It must not end in a space, with which `###` would become another
            token that does not stop generation.

    Raises:
        MediaError: they are longer than `MAX_LENGTH`; upstream draws another example instead.
    """
    given, learnt = tokens.ids(prompt), tokens.ids(answer + END)
    if len(given) + len(learnt) > MAX_LENGTH:
        raise MediaError(f"prompt and answer have {len(given)} + {len(learnt)} tokens; the maximum is {MAX_LENGTH}")
    learnt.append(tokens.padding_id)
    return Target([tokens.start_id, *given, *learnt], [IGNORED] * (1 + len(given)) + learnt)


def collate(targets: Sequence[Target], padding_id: int) -> dict[str, torch.Tensor]:
    """Return a batch, with shorter examples padded on the right.

    The padding token is also the final token of examples, which is therefore masked too. That is as upstream, and has
    no effect, since no tokens follow it.

    Returns:
        `input_ids`, `labels` and `attention_mask`, each of shape (b, L).
    """
    ids, labels = (
        pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=filling)
        for rows, filling in zip(zip(*targets, strict=True), (padding_id, IGNORED), strict=True)
    )
    return {"input_ids": ids, "labels": labels, "attention_mask": (ids != padding_id).long()}
