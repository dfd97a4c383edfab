"""All settings, apart from input files, that affect a score or its interval."""

from collections.abc import Callable
from dataclasses import dataclass

from merunibench.errors import InputError
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.scoring.align import Missing
from merunibench.scoring.checkpoints import BEST_PER_DATASET
from merunibench.scoring.resampling import UNITS, By

Progress = Callable[[str, int, int], None]
"""Called with the name of the step, the number of finished items and the total."""


@dataclass(frozen=True)
class Settings:
    """The validated options of an evaluation; `evaluate` describes them."""

    lexicon: Lexicon
    protocol: str = "official"
    level: Level = 1
    checkpoint: str = BEST_PER_DATASET
    missing: Missing = "error"
    bootstrap: int = 1000
    seed: int = 0
    units: By = "auto"

    def __post_init__(self) -> None:
        choices = {
            "protocol": (self.protocol, tuple(PROTOCOLS)),
            "level": (self.level, (1, 2)),
            "units": (self.units, UNITS),
            "missing": (self.missing, ("error", "zero", "skip")),
        }
        for name, (value, allowed) in choices.items():
            if value not in allowed:
                raise InputError(f"{name} must be one of {', '.join(map(str, allowed))}, not {value!r}")
        for name, number in (("bootstrap", self.bootstrap), ("seed", self.seed)):
            if not isinstance(number, int) or number < 0:
                raise InputError(f"{name} must be a non-negative integer, not {number!r}")
