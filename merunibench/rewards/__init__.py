"""Rewards for training with the benchmark's metric: ready callables, and classes to configure.

`wheel_f` and the others are what trainers take (`GRPOTrainer(reward_funcs=[wheel_f, answer_format])`, or
`--reward_funcs merunibench.rewards.wheel_f`): builtin lexicon, strict protocol. `WheelReward("f", penalty="p3")` makes
another. Neither torch nor transformers is imported; docs/rewards.md says what each pays for, and how it is hacked.
"""

from merunibench.rewards.base import Reward
from merunibench.rewards.others import Consistency, FormatReward, PolarityReward
from merunibench.rewards.wheel import WheelReward, penalty_of

wheel_f = WheelReward("f")
wheel_precision = WheelReward("precision")
wheel_recall = WheelReward("recall")
wheel_hit = WheelReward("hit")
polarity = PolarityReward()
answer_format = FormatReward()
consistency = Consistency()

__all__ = [
    "Consistency",
    "FormatReward",
    "PolarityReward",
    "Reward",
    "WheelReward",
    "answer_format",
    "consistency",
    "penalty_of",
    "polarity",
    "wheel_f",
    "wheel_hit",
    "wheel_precision",
    "wheel_recall",
]
