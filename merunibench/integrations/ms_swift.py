"""The rewards for ms-swift: `swift rlhf --external_plugins THIS_FILE --reward_funcs mer_wheel_f mer_format …`.

ms-swift creates an instance of a class by its name in `orms`, and calls it with the completions and the columns of the
data set. The truth is read from the columns that `merunibench.rewards` names. To change a reward, copy this file.
"""

from collections.abc import Sequence
from typing import Any

try:
    from swift.rewards import ORM, orms
except ImportError:  # before version 4
    from swift.plugin import ORM, orms

from merunibench import rewards

REWARDS = {
    "mer_wheel_f": rewards.WheelReward("f"),
    "mer_wheel_f_p3": rewards.WheelReward("f", penalty="p3", name="wheel_f_p3"),
    "mer_wheel_precision": rewards.WheelReward("precision"),
    "mer_wheel_recall": rewards.WheelReward("recall"),
    "mer_wheel_hit": rewards.WheelReward("hit"),
    "mer_polarity": rewards.PolarityReward(),
    "mer_format": rewards.FormatReward(),
    "mer_consistency": rewards.Consistency(),
}
"""Name for `--reward_funcs` -> the reward."""


def _class_of(name: str, reward: rewards.Reward) -> type:
    """Return a class for ms-swift, whose logs show the name of the class."""

    def call(_: object, completions: Sequence[Any], **columns: Any) -> list[float | None]:  # noqa: ANN401
        return reward(completions, **columns)

    return type(name, (ORM,), {"__call__": call, "__doc__": type(reward).__doc__})


orms.update({name: _class_of(name, reward) for name, reward in REWARDS.items()})
