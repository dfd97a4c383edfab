"""Rewards for training with the benchmark's metric: ready callables, and classes to configure.

Give `wheel_f` and the others to trainers (`GRPOTrainer(reward_funcs=[wheel_f, answer_format])`, or
`--reward_funcs merunibench.rewards.wheel_f`); they use the builtin lexicon and the strict protocol. Create others with
`WheelReward("f", penalty="p3")`. Neither torch nor transformers is imported; docs/rewards.md describes what each
reward measures, and how it can be hacked.
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
