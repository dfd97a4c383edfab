"""The reward for OpenRLHF: `--reward.remote_url THIS_FILE`.

OpenRLHF passes prompt and answer in one text, with the special tokens of the template; the answer follows the prompt.
Exceptions would only appear in a log, so rows never raise one. To change the reward, copy this file.
"""

import re
from collections.abc import Sequence
from typing import Any

import torch

from merunibench.rewards import WheelReward

REWARD = WheelReward("f", on_none=0.0)

_SPECIAL_TOKEN = re.compile(r"<\|[^|<>\n]{0,80}\|>|</?s>")


def reward_func(
    queries: Sequence[str],
    prompts: Sequence[str],
    labels: Sequence[Any],
    **_: Any,  # noqa: ANN401 - arguments of later versions
) -> dict[str, Any]:
    """Return the rewards of a batch.

    Args:
        queries: Prompt and answer of each sample, shape (N,).
        prompts: The prompts.
        labels: The truths: lists, or label-list text.

    Returns:
        `rewards` and `scores` of shape (N,), and `extra_logs` with `precision`, `recall` and `labels`.
    """
    replies = [_answer(query, prompt) for query, prompt in zip(queries, prompts, strict=True)]
    scores = [REWARD.score_one(reply, truth) for reply, truth in zip(replies, labels, strict=True)]
    values = torch.tensor([each["score"] for each in scores])
    logs = {
        "precision": torch.tensor([each["precision"] for each in scores]),
        "recall": torch.tensor([each["recall"] for each in scores]),
        "labels": torch.tensor([float(each["labels"]) for each in scores]),
        "unknown": torch.tensor([float(each["unknown"]) for each in scores]),
    }
    return {"rewards": values, "scores": values.clamp(0.0, 1.0), "extra_logs": logs}


def _answer(query: str, prompt: str) -> str:
    """Return the text after the prompt, ignoring special tokens that a tokenizer adds or leaves out."""
    said, asked = (_SPECIAL_TOKEN.sub("", text).strip() for text in (query, prompt))
    # Decoding may change the prompt's spaces; then its length is used, as in OpenRLHF's own examples.
    return said.removeprefix(asked) if said.startswith(asked) else said[len(asked) :]
