"""The reward for EasyR1: `worker.reward.reward_function=THIS_FILE:compute_score`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from merunibench.rewards import FormatReward, WheelReward

REWARD_NAME = "merunibench"
REWARD_TYPE = "batch"

_FORMAT = FormatReward()


def compute_score(
    reward_inputs: Sequence[Mapping[str, Any]],
    format_weight: float = 0.1,
    **options: Any,  # noqa: ANN401 - those of WheelReward
) -> list[dict[str, float]]:
    """Return the rewards of a batch.

    Args:
        reward_inputs: `response` and `ground_truth` of each sample.
        format_weight: Weight of `<think>…</think><answer>…</answer>` in the reward.
        **options: `reward_function_kwargs`: figure, lexicon, protocol, level, penalty, read of
            `merunibench.rewards.WheelReward`.

    Returns:
        For each sample `overall`, and values to log: f, precision, recall, format, labels, unknown.
    """
    reward = _reward(tuple(sorted(options.items())))
    found = []
    for given in reward_inputs:
        reply = str(given.get("response", ""))
        scores = reward.score_one(reply, given.get("ground_truth"))
        form = _FORMAT([reply])[0] or 0.0
        overall = (1 - format_weight) * scores["score"] + format_weight * form
        logged = {name: float(scores[name]) for name in ("f", "precision", "recall", "labels", "unknown")}
        found.append({"overall": overall, "format": form, **logged})
    return found


@lru_cache(maxsize=32)
def _reward(options: tuple[tuple[str, Any], ...]) -> WheelReward:
    return WheelReward(**dict(options))
