"""The wheel metric as a reward for single replies, with the official or the strict protocol.

The score of a data set is F1 of mean precision and mean recall; the reward of a sample is the mean of its F1 over the
wheels. The two differ by a few points, and only the second is defined for one sample.
"""

import math
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Literal, TypedDict

import numpy as np

from merunibench.lexicon import Level, load_lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.rewards.base import TRUTHS, Reward, Rewarded, joined
from merunibench.rewards.reading import Part, labels_of, truth_labels
from merunibench.rewards.sets import Figures, LabelSet, Sets

Figure = Literal["f", "precision", "recall", "hit"]
Penalty = Literal["p1", "p2", "p3"]

_FEW = 16
"""Up to this many completions are compared one by one, which is faster than using arrays."""


class Scores(TypedDict):
    """Result of `WheelReward.score_one`: only numbers, for the trainer's log."""

    score: float
    f: float
    precision: float
    recall: float
    hit: float
    penalty: float
    labels: int
    unknown: int
    applies: bool


def penalty_of(kind: Penalty | None, labels: int, truths: int) -> float:
    """Return the factor for answers with more labels than the truth; 1 if there are no more.

    With k labels and g true ones: p1 = 1 / (k - g + 1), p2 = g / k, p3 = log g / log k, except log 2 / log(k + 1) for
    g = 1. Source: public re-implementation of AffectGPT-R1 (arXiv 2508.01318).

    Args:
        kind: The penalty; None for no penalty.
        labels: Number of distinct labels of the answer.
        truths: Number of distinct true labels; an empty truth counts as one label, `neutral`.

    Example:
        >>> penalty_of("p1", 4, 2), penalty_of("p2", 4, 2), penalty_of("p3", 4, 2), penalty_of("p3", 2, 2)
        (0.3333333333333333, 0.5, 0.5, 1.0)
    """
    truths = max(truths, 1)
    if kind is None or labels <= truths:
        return 1.0
    if kind == "p1":
        return 1 / (labels - truths + 1)
    if kind == "p2":
        return truths / labels
    return math.log(truths) / math.log(labels) if truths > 1 else math.log(2) / math.log(labels + 1)


class WheelReward(Reward):
    """Set-level F1, precision, recall or hit of a reply on the emotion wheels.

    For each wheel on which the truth G has an element, with the reply's set P:

        F = 2 |P ∩ G| / (|P| + |G|), precision = |P ∩ G| / |P|, recall = |P ∩ G| / |G|, hit = 1 if P ∩ G is not empty

    The reward is the mean over these wheels. A reply without labels (unfinished reasoning, a refusal) gets 0. The
    reward does not apply to rows whose truth is on no wheel; with the official protocol, also if it is `neutral`.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of the user
        self,
        figure: Figure = "f",
        *,
        lexicon: str = "builtin",
        protocol: str = "strict",
        level: Level = 1,
        penalty: Penalty | None = None,
        read: Part = "answer",
        truth: Sequence[str] = TRUTHS,
        name: str | None = None,
        on_none: float | None = None,
    ) -> None:
        """Create a reward; the lexicon is loaded when it is first needed, and is not pickled.

        Args:
            figure: The value to reward.
            lexicon: Name of an installed lexicon, or the path of one.
            protocol: `strict`, or `official`, which does not penalise words that are on no wheel.
            level: Level of the wheels.
            penalty: Factor for answers with more labels than the truth; see `penalty_of`.
            read: Part of the reply: the `answer`, the whole `text`, or the reasoning (`think`).
            truth: Possible names of the column of truths.
            name: Name in logs; `wheel_f` for the figure `f`.
            on_none: Reward of rows to which the reward does not apply.

        Raises:
            ValueError: an argument is not one of the above values.
        """
        for what, value, choices in (
            ("figure", figure, Figures._fields),
            ("protocol", protocol, ("strict", "official")),
            ("level", level, (1, 2)),
            ("penalty", penalty, (None, "p1", "p2", "p3")),
            ("read", read, ("answer", "text", "think")),
        ):
            if value not in choices:
                raise ValueError(f"{what} must be one of {', '.join(map(str, choices))}, not {value!r}")
        super().__init__(name or f"wheel_{figure}", truth, on_none)
        self._place = Figures._fields.index(figure)
        self._lexicon, self._protocol, self._level = str(lexicon), protocol, level
        self._penalty: Penalty | None = penalty
        self._read: Part = read

    @property
    def signature(self) -> str:
        """Everything that determines the reward, in one string."""
        from merunibench.extraction import EXTRACTOR

        return joined(
            figure=Figures._fields[self._place],
            protocol=PROTOCOLS[self._protocol].signature,
            lexicon=load_lexicon(self._lexicon).label,
            level=self._level,
            read=self._read,
            labels=EXTRACTOR,
            penalty=self._penalty or "none",
        )

    @cached_property
    def _sets(self) -> Sets:
        return Sets(load_lexicon(self._lexicon), self._level, strict=self._protocol == "strict")

    @cached_property
    def _known_truths(self) -> Callable[[Any], LabelSet | None]:
        """Cached sets of truths, which repeat in every epoch; None if there is no truth."""

        def read(truth: object) -> LabelSet | None:
            labels = truth_labels(truth)
            return None if labels is None else self._sets.of(labels, none_is_neutral=True)

        return lru_cache(maxsize=1 << 16)(read)

    def _truth_set(self, truth: object) -> LabelSet | None:
        try:
            return self._known_truths(tuple(truth) if isinstance(truth, list | np.ndarray) else truth)
        except TypeError:  # not a label field
            return None

    def rewards(self, replies: Sequence[str], truths: Sequence[Any]) -> Rewarded:
        """See `Reward.rewards`."""
        labels = [labels_of(reply, self._read) for reply in replies]
        values, figures = self._scored(labels, truths)
        return Rewarded(values, figures, {"labels": list(map(", ".join, labels))})

    def of_labels(self, answers: Sequence[Sequence[str]], truths: Sequence[Any]) -> list[float | None]:
        """Return the rewards of label lists, for replies whose labels were extracted by other means.

        Args:
            answers: The labels of N replies.
            truths: Their truths: lists, label-list text, or None.
        """
        return self._scored(answers, truths)[0]

    def _scored(
        self, answers: Sequence[Sequence[str]], truths: Sequence[Any]
    ) -> tuple[list[float | None], dict[str, float]]:
        sets = self._sets
        if len(answers) > _FEW:
            sets.learn(label for labels in answers for label in labels)
        said = [sets.of(labels) for labels in answers]
        true = [self._truth_set(truth) for truth in truths]
        rows = [row for row, truth in enumerate(true) if truth is not None]
        found: list[float | None] = [None] * len(said)
        known = [truth for truth in true if truth is not None]
        for row, truth, value in zip(rows, known, self._compared([said[row] for row in rows], known), strict=True):
            if value is not None:
                found[row] = value * penalty_of(self._penalty, said[row].labels, truth.labels)
        return found, self._logged(said, len(said) - len(known))

    def _compared(self, said: list[LabelSet], true: list[LabelSet]) -> list[float | None]:
        """Return the value of each sample before the penalty."""
        if len(said) > _FEW:
            figures = self._sets.compare_all(said, true)[self._place].tolist()
            return [None if math.isnan(value) else value for value in figures]
        pairs = (self._sets.compare(answer, truth) for answer, truth in zip(said, true, strict=True))
        return [None if figures is None else figures[self._place] for figures in pairs]

    @staticmethod
    def _logged(said: list[LabelSet], without_truth: int) -> dict[str, float]:
        """Return values that reveal whether a reward is being hacked."""
        labels = sum(each.labels for each in said)
        logged = {
            "labels_per_sample": labels / max(len(said), 1),
            "unknown_share": sum(each.unknown_labels for each in said) / max(labels, 1),
            "empty_share": sum(not each.labels for each in said) / max(len(said), 1),
        }
        return logged | ({"without_truth_share": without_truth / len(said)} if without_truth else {})

    def score_one(self, reply: str, truth: Any) -> Scores:  # noqa: ANN401 - a list, text or None
        """Return all values of one reply, for trainers that call with one sample at a time.

        Args:
            reply: The raw reply.
            truth: Its truth: a list, label-list text, `<answer>…</answer>`, or None.

        Returns:
            The values; `score` is the reward, or `on_none` or 0 if it does not apply.
        """
        return self.score_labels(labels_of(reply, self._read), truth)

    def score_labels(self, labels: Sequence[str], truth: Any) -> Scores:  # noqa: ANN401
        """Return the same for a reply whose labels were extracted by other means."""
        said, true = self._sets.of(labels), self._truth_set(truth)
        figures = None if true is None else self._sets.compare(said, true)
        if true is None or figures is None:
            return Scores(
                score=self._on_none or 0.0,
                f=0.0,
                precision=0.0,
                recall=0.0,
                hit=0.0,
                penalty=1.0,
                labels=said.labels,
                unknown=said.unknown_labels,
                applies=False,
            )
        penalty = penalty_of(self._penalty, said.labels, true.labels)
        return Scores(
            score=figures[self._place] * penalty,
            f=figures.f,
            precision=figures.precision,
            recall=figures.recall,
            hit=figures.hit,
            penalty=penalty,
            labels=said.labels,
            unknown=said.unknown_labels,
            applies=True,
        )
