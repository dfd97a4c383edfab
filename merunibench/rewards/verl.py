"""The reward function of verl and veRL-Omni, which call with one sample at a time.

reward.custom_reward_function.path=pkg://merunibench.rewards.verl
reward.custom_reward_function.name=compute_score
"""

from functools import lru_cache
from typing import Any

from merunibench.rewards.wheel import WheelReward

_OPTIONS = ("figure", "lexicon", "protocol", "level", "penalty", "read", "on_none")


def compute_score(
    data_source: str | None = None,  # noqa: ARG001 - verl gives it
    solution_str: str = "",
    ground_truth: Any = None,  # noqa: ANN401 - a list, text or None
    extra_info: Any = None,  # noqa: ANN401, ARG001
    **options: Any,  # noqa: ANN401
) -> dict[str, float]:
    """The reward of one reply, with the figures that verl logs beside it.

    Args:
        data_source: Not needed.
        solution_str: The raw reply.
        ground_truth: True labels: a list, or label-list text.
        extra_info: Not needed.
        **options: `reward_kwargs` of verl: figure, lexicon, protocol, level, penalty, read, on_none of
            `merunibench.rewards.WheelReward`; others are left alone.

    Returns:
        `score`, and `f`, `precision`, `recall`, `hit`, `penalty`, `labels`, `unknown`, `applies`. A row to which the
        reward does not apply scores `on_none`, or 0.
    """
    chosen = tuple((name, options[name]) for name in _OPTIONS if options.get(name) is not None)
    scores: Any = _reward(chosen).score_one(solution_str, ground_truth)
    return {name: float(value) for name, value in scores.items()}


@lru_cache(maxsize=32)
def _reward(options: tuple[tuple[str, Any], ...]) -> WheelReward:
    return WheelReward(**dict(options))
