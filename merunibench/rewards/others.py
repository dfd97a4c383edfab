"""Rewards besides the wheel metric: polarity, format, and agreement of reasoning and answer."""

import re
from collections.abc import Sequence
from functools import cached_property
from numbers import Real
from typing import Any

from merunibench.kinds import POLARITIES
from merunibench.lexicon import Level, load_lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.rewards.base import Reward, Rewarded, joined
from merunibench.rewards.reading import labels_of
from merunibench.rewards.sets import Sets

_FORMAT = re.compile(
    r"\s*(?:<context>(?P<context>.*?)</context>\s*)?<think>(?P<think>.*?)</think>\s*<answer>(?P<answer>.*?)</answer>\s*",
    re.DOTALL,
)
_TAG = re.compile(r"</?(?:context|think|answer)>")


class PolarityReward(Reward):
    """1 if the polarity of a reply's labels equals that of the truth, else 0.

    A truth is `positive` or `negative`, or a sentiment value with that sign. The reward does not apply to rows whose
    truth is neutral or 0, as in scoring. With `official`, a neutral reply counts as negative, as in the benchmark; with
    `strict`, it is wrong. A reply without labels gets 0.
    """

    def __init__(
        self,
        *,
        protocol: str = "strict",
        truth: Sequence[str] = ("polarity", "sentiment", "value", "label", "solution"),
        name: str = "polarity",
        on_none: float | None = None,
    ) -> None:
        """Create a reward; see `WheelReward` for the parameters."""
        if protocol not in ("strict", "official"):
            raise ValueError(f"protocol must be one of strict, official, not {protocol!r}")
        super().__init__(name, truth, on_none)
        self._protocol = protocol

    @property
    def signature(self) -> str:
        """Everything that determines the reward, in one string."""
        from merunibench.extraction import EXTRACTOR

        lexicon, protocol = load_lexicon("builtin").label, PROTOCOLS[self._protocol].signature
        return joined(figure="polarity", protocol=protocol, lexicon=lexicon, labels=EXTRACTOR)

    def rewards(self, replies: Sequence[str], truths: Sequence[Any]) -> Rewarded:
        """See `Reward.rewards`."""
        from merunibench.extraction import polarity

        found: list[float | None] = []
        silent = 0
        for reply, truth in zip(replies, truths, strict=True):
            labels, sign = labels_of(reply), _sign(truth)
            silent += not labels
            said = POLARITIES[polarity(labels)]
            if self._protocol == "official":
                said = 1 if said > 0 else -1
            found.append(None if sign is None else float(bool(labels) and said == sign))
        return Rewarded(found, {"empty_share": silent / max(len(replies), 1)})


def _sign(truth: object) -> int | None:
    """Return 1 or -1 for a positive or negative truth; None for any other."""
    if isinstance(truth, str):
        word = _TAG.sub("", truth).strip().lower()
        if word in POLARITIES:
            return POLARITIES[word] or None
        try:
            truth = float(word)
        except ValueError:
            return None
    if isinstance(truth, bool) or not isinstance(truth, Real):
        return None
    return 1 if float(truth) > 0 else -1 if float(truth) < 0 else None


class FormatReward(Reward):
    """1 if a reply is exactly `<think>…</think><answer>…</answer>` with non-empty parts, else 0.

    Source: R1-Omni; with `context`, HumanOmniV2, whose replies begin with `<context>…</context>`.
    """

    def __init__(self, *, context: bool = False, name: str = "answer_format") -> None:
        """Create a reward that needs no truth.

        Args:
            context: Whether a reply must begin with `<context>…</context>`; otherwise it must not.
            name: Name in logs.
        """
        super().__init__(name, ())
        self._context = context

    @property
    def signature(self) -> str:
        """Everything that determines the reward, in one string."""
        return joined(figure="format", context=self._context)

    def rewards(self, replies: Sequence[str], truths: Sequence[Any]) -> Rewarded:  # noqa: ARG002
        """See `Reward.rewards`."""
        return Rewarded([float(self._is_right(reply)) for reply in replies])

    def _is_right(self, reply: str) -> bool:
        found = _FORMAT.fullmatch(reply)
        if found is None or (found["context"] is not None) != self._context:
            return False
        return all(part is None or (part.strip() != "" and not _TAG.search(part)) for part in found.groups())


class Consistency(Reward):
    """Agreement of the labels in a reply's reasoning and in its answer: mean over the wheels of |T ∩ A| / |T ∪ A|.

    Wheels on which neither has an element are left out; a reply without reasoning or without labels gets 0. Source:
    alignment term of the public re-implementation of AffectGPT-R1 (arXiv 2508.01318).
    """

    def __init__(
        self, *, lexicon: str = "builtin", protocol: str = "strict", level: Level = 1, name: str = "consistency"
    ) -> None:
        """Create a reward that needs no truth; see `WheelReward` for the parameters."""
        if protocol not in ("strict", "official"):
            raise ValueError(f"protocol must be one of strict, official, not {protocol!r}")
        super().__init__(name, ())
        self._lexicon, self._protocol, self._level = str(lexicon), protocol, level

    @property
    def signature(self) -> str:
        """Everything that determines the reward, in one string."""
        from merunibench.extraction import EXTRACTOR

        return joined(
            figure="consistency",
            protocol=PROTOCOLS[self._protocol].signature,
            lexicon=load_lexicon(self._lexicon).label,
            level=self._level,
            labels=EXTRACTOR,
        )

    @cached_property
    def _sets(self) -> Sets:
        return Sets(load_lexicon(self._lexicon), self._level, strict=self._protocol == "strict")

    def rewards(self, replies: Sequence[str], truths: Sequence[Any]) -> Rewarded:  # noqa: ARG002
        """See `Reward.rewards`."""
        pairs = [(labels_of(reply, "think"), labels_of(reply)) for reply in replies]
        return Rewarded([self._sets.jaccard(*map(self._sets.of, pair)) for pair in pairs])
