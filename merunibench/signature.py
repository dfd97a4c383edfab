"""Everything that determines a score, in one string that is reported with it.

As in sacreBLEU, two scores may be compared if, and only if, the metric parts of their signatures are equal. The system
part (where the labels come from, how a checkpoint was chosen) and the resampling may differ, and are shown.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

_UNSAFE = re.compile(r"[|:\s\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_METRIC_FIELDS = ("data", "kind", "protocol", "lexicon", "level", "missing", "n", "gt", "v")
_OF_A_DATASET = ("data", "kind", "n", "gt")
_SHORT = {
    "data": "d",
    "kind": "k",
    "protocol": "pr",
    "lexicon": "lx",
    "level": "lv",
    "labels": "lb",
    "polarity": "po",
    "checkpoint": "ck",
    "missing": "mi",
    "n": "n",
    "gt": "gt",
    "v": "v",
    "bootstrap": "bs",
    "seed": "sd",
    "units": "un",
    "interval": "ci",
    "runs": "rn",
}
_FIRST_VERSIONS = {"strict": "strict@1"}
"""Protocols whose version was not in signatures while there was only one."""
_FORMERLY = {"interval": "percentile@1", "runs": "1"}
"""Values of fields that are missing in older signatures."""


@dataclass(frozen=True)
class Signature:
    """What a score was computed with.

    Attributes:
        data: Data set id; several are joined by `+`.
        kind: Kind of task; `mixed` for several.
        protocol: Scoring protocol, with its version if there are several (`strict@2`).
        lexicon: Lexicon name and mapping hash (`mer2026@1a2b3c4d`); `none` if no lexicon is used.
        level: Wheel level whose sectors count; `none` if no lexicon is used.
        labels: Origin of the labels: `given` with the predictions, or an extractor and its version.
        polarity: Origin of the polarity, in the same form.
        checkpoint: How the checkpoint was chosen.
        missing: How samples without a prediction were treated.
        n: Number of ground-truth samples scored against.
        gt: First eight digits of the hash of their sorted names and truths.
        v: Metric version.
        bootstrap: Number of resamples behind the intervals.
        seed: Seed of the resampling.
        units: What was resampled: `samples`, or `clusters` (dialogues, videos); several are joined by `+`.
        interval: Method of the interval and its version (`percentile@2`); `none` without an interval.
        runs: Number of runs of the model over which the score is averaged.
    """

    data: str
    kind: str
    protocol: str
    lexicon: str
    level: str
    labels: str
    polarity: str
    checkpoint: str
    missing: str
    n: int
    gt: str
    v: int
    bootstrap: int
    seed: int
    units: str
    interval: str = "none"
    runs: int = 1

    def __str__(self) -> str:
        """Return the long form, e.g. `mub|data:meld|kind:basic|protocol:official|…`."""
        return self._join({field.name: field.name for field in fields(self)})

    @property
    def short(self) -> str:
        """The short form with abbreviated keys, for tables."""
        return self._join(_SHORT)

    @classmethod
    def parse(cls, text: str) -> "Signature":
        """Parse a signature written by `str`.

        Raises:
            ValueError: it is not a signature.
        """
        head, *parts = text.split("|")
        pairs = _FORMERLY | dict(part.split(":", 1) for part in parts if ":" in part)
        if "protocol" in pairs:
            pairs["protocol"] = _FIRST_VERSIONS.get(pairs["protocol"], pairs["protocol"])
        numbers = {"n", "v", "bootstrap", "seed", "runs"}
        if head != "mub" or set(pairs) != {field.name for field in fields(cls)}:
            raise ValueError(f"{text!r} is not a signature of this toolkit")
        return cls(**{name: int(value) if name in numbers else value for name, value in pairs.items()})  # type: ignore[arg-type]

    @property
    def metric_part(self) -> str:
        """The part that must be equal for two scores to be compared."""
        return self._join({name: name for name in _METRIC_FIELDS})

    def _join(self, keys: Mapping[str, str]) -> str:
        # A lexicon or checkpoint may have any name; it must not look like another field.
        return "|".join(["mub", *(f"{key}:{_UNSAFE.sub('_', str(getattr(self, name)))}" for name, key in keys.items())])

    def differences(self, other: "Signature") -> list[str]:
        """Return the fields of the metric part in which two signatures differ, as `level 1 against 2`."""
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in _METRIC_FIELDS)
        return [f"{name} {ours} against {theirs}" for name, ours, theirs in pairs if ours != theirs]


def joint_signature(signatures: Sequence[Signature]) -> Signature:
    """Return one signature for several data sets: common fields, joined names, and a hash of their hashes."""
    if len(signatures) == 1:
        return signatures[0]
    first = next((each for each in signatures if each.lexicon != "none"), signatures[0])
    kinds = {each.kind for each in signatures}
    return Signature(
        **{
            **vars(first),
            "data": "+".join(each.data for each in signatures),
            "kind": kinds.pop() if len(kinds) == 1 else "mixed",
            "labels": _origins(each.labels for each in signatures),
            "polarity": _origins(each.polarity for each in signatures),
            "units": _origins(each.units for each in signatures),
            "interval": _origins(each.interval for each in signatures),
            "n": sum(each.n for each in signatures),
            "gt": _joint_truth(each.gt for each in signatures),
        }
    )


def joint_metric_part(parts: Sequence[str]) -> str | None:
    """Return one metric part for several data sets; None if they differ in more than data-set-specific fields.

    These are name, kind, samples and truths. Sentiment has no lexicon, and takes that of the other data sets.
    """
    known = [dict(part.split(":", 1) for part in text.split("|")[1:]) for text in parts]
    first = next((each for each in known if each["lexicon"] != "none"), known[0])
    common = [name for name in _METRIC_FIELDS if name not in _OF_A_DATASET]
    for each in known:
        shared = [name for name in common if each["lexicon"] != "none" or name not in ("lexicon", "level")]
        if any(each[name] != first[name] for name in shared):
            return None
    kinds = {each["kind"] for each in known}
    joint = first | {
        "data": "+".join(each["data"] for each in known),
        "kind": kinds.pop() if len(kinds) == 1 else "mixed",
        "n": str(sum(int(each["n"]) for each in known)),
        "gt": known[0]["gt"] if len(known) == 1 else _joint_truth(each["gt"] for each in known),
    }
    return "|".join(["mub", *(f"{name}:{joint[name]}" for name in _METRIC_FIELDS)])


def _joint_truth(hashes: Iterable[str]) -> str:
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:8]


def _origins(origins: Iterable[str]) -> str:
    """Join the distinct values of one field of several data sets, such as the origin of labels."""
    return "+".join(sorted({part for origin in origins for part in origin.split("+")}))
