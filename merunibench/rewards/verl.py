"""The reward function for verl and veRL-Omni, which call it with one sample at a time.

reward.custom_reward_function.path=pkg://merunibench.rewards.verl
reward.custom_reward_function.name=compute_score
"""

from functools import lru_cache
from typing import Any

from merunibench.rewards.wheel import WheelReward

_OPTIONS = ("figure", "lexicon", "protocol", "level", "penalty", "read", "on_none")


def compute_score(
    data_source: str | None = None,  # noqa: ARG001 - passed by verl
    solution_str: str = "",
    ground_truth: Any = None,  # noqa: ANN401 - a list, text or None
    extra_info: Any = None,  # noqa: ANN401, ARG001
    **options: Any,  # noqa: ANN401
) -> dict[str, float]:
    """Return the reward of one reply, with further values that verl logs.

    Args:
        data_source: Not needed.
        solution_str: The raw reply.
        ground_truth: True labels: a list, or label-list text.
        extra_info: Not needed.
        **options: `reward_kwargs` of verl: figure, lexicon, protocol, level, penalty, read, on_none of
            `merunibench.rewards.WheelReward`; others are ignored.

    Returns:
        `score`, and `f`, `precision`, `recall`, `hit`, `penalty`, `labels`, `unknown`, `applies`. If the reward does
        not apply to a row, its score is `on_none`, or 0.
    """
    chosen = tuple((name, options[name]) for name in _OPTIONS if options.get(name) is not None)
    scores: Any = _reward(chosen).score_one(solution_str, ground_truth)
    return {name: float(value) for name, value in scores.items()}


@lru_cache(maxsize=32)
def _reward(options: tuple[tuple[str, Any], ...]) -> WheelReward:
    return WheelReward(**dict(options))
