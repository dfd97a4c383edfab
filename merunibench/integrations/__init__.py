"""Adapters for trainers and harnesses that call the metric; each imports only its own library, this module none.

`INTEGRATIONS` is the table of `merunibench integrations`: names, files and configuration.
"""

from pathlib import Path
from typing import NamedTuple

from merunibench._registry import Registry

_HERE = Path(__file__).parent
_REWARDS = _HERE.parent / "rewards"


class Integration(NamedTuple):
    """A program that calls the metric.

    Attributes:
        name: Name on the command line.
        about: What it uses.
        path: The file that it imports or is given; the package's own file if it takes a dotted name.
        configuration: Text for its command line, configuration or code; `{path}` is replaced by the file.
    """

    name: str
    about: str
    path: Path
    configuration: str

    @property
    def line(self) -> str:
        """The configuration with the path of this installation."""
        return self.configuration.format(path=self.path)


INTEGRATIONS = Registry(
    "integration",
    (
        Integration(
            "trl",
            "rewards for GRPO, RLOO and relatives",
            _REWARDS / "__init__.py",
            "trl grpo --reward_funcs merunibench.rewards.wheel_f merunibench.rewards.answer_format",
        ),
        Integration(
            "ms-swift",
            "rewards for GRPO",
            _HERE / "ms_swift.py",
            "swift rlhf --external_plugins {path} --reward_funcs mer_wheel_f mer_format",
        ),
        Integration(
            "verl",
            "a reward function, also for veRL-Omni",
            _REWARDS / "verl.py",
            "reward.custom_reward_function.path=pkg://merunibench.rewards.verl "
            "reward.custom_reward_function.name=compute_score",
        ),
        Integration("openrlhf", "a reward function", _HERE / "openrlhf.py", "--reward.remote_url {path}"),
        Integration(
            "easyr1", "a reward function", _HERE / "easyr1.py", "worker.reward.reward_function={path}:compute_score"
        ),
        Integration(
            "inspect",
            "a scorer; can also score finished logs",
            _HERE / "inspect.py",
            "inspect score LOG --scorer merunibench/mer -S dataset=DATASET",
        ),
        Integration(
            "lm-eval",
            "a folder of tasks with subtitles only",
            _HERE / "lm_eval.py",
            "merunibench integrations write lm-eval DIR --data-root DATASET",
        ),
        Integration(
            "lmms-eval",
            "a folder of tasks with clips",
            _HERE / "lmms_eval.py",
            "merunibench integrations write lmms-eval DIR --data-root DATASET",
        ),
    ),
    name=lambda each: each.name,
)
"""Programs by name."""

__all__ = ["INTEGRATIONS", "Integration"]
