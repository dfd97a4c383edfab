"""Building blocks of a board's files: names, texts, figures, and pydantic models that reject unknown keys."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
)

from merunibench.kinds import KINDS
from merunibench.leaderboard.schema.texts import fit_to_show, one_line_to_show
from merunibench.protocols import PROTOCOLS
from merunibench.signature import Signature
from merunibench.tasks import BUILTIN


def _plain(value: object) -> dict[str, Any]:
    """Return a part as it is written: in a fraction of the time of pydantic, of whose features these models use few."""
    if isinstance(value, Sparse):
        return {name: each for name, each in vars(value).items() if each is not None}
    if isinstance(value, Plain):
        return vars(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


as_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode
"""Strict JSON without spaces, of plain values and of parts of a board's files without aliases."""


@lru_cache(maxsize=4096)
def parsed(signature: str) -> Signature:
    """Parse the text of a signature; equal texts share one object.

    Raises:
        ValueError: the text is not a signature.
    """
    return Signature.parse(signature)


@lru_cache(maxsize=4096)
def metric_part(signature: str) -> str:
    """Return the part of a signature that must agree for two scores to be comparable.

    Raises:
        ValueError: the text is not a signature.
    """
    return parsed(signature).metric_part


def _signature(text: str) -> str:
    parsed(text)
    return one_line_to_show(text)


_ID = "[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,199}"
_CHOICE = "[A-Za-z0-9_+-][A-Za-z0-9_.+ -]{0,199}"

Identifier = Annotated[str, StringConstraints(pattern=f"^{_ID}$")]
"""Part of file names and addresses."""
RowId = Annotated[str, StringConstraints(pattern=f"^{_ID}/{_CHOICE}/{_ID}$")]
Selection = Annotated[str, StringConstraints(pattern=f"^{_CHOICE}$")]
Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Bounded = StringConstraints(max_length=20_000)
Line = Annotated[str, Bounded, AfterValidator(one_line_to_show)]
Term = Annotated[str, Bounded, AfterValidator(lru_cache(maxsize=512)(one_line_to_show))]
"""A line of which there are few, repeated thousands of times: the key of a metric, a data set, a sector."""
Text = Annotated[str, Bounded, AfterValidator(fit_to_show)]
SignatureText = Annotated[str, Bounded, AfterValidator(_signature)]
Figure = Annotated[float, Field(ge=-1e6, le=1e6)]
Count = Annotated[int, Field(ge=0, le=2**53)]
MeanCount = Annotated[float, Field(ge=0, le=2**53)]
Interval = tuple[Figure, Figure]
T = TypeVar("T")
Several = Annotated[tuple[T, ...], FailFast()]
"""Validated only up to the first error."""


def _of(registry: Mapping[str, Any]) -> Callable[[str], str]:
    """Return a check that a name is registered."""

    def check(name: str) -> str:
        if name not in registry:
            raise ValueError(f"unknown name {name!r}; choose from {', '.join(registry)}")
        return name

    return check


DatasetId = Annotated[str, AfterValidator(_of(BUILTIN))]
KindName = Annotated[str, AfterValidator(_of(KINDS)), WithJsonSchema({"type": "string", "enum": list(KINDS)})]
_ON_BOARDS = [protocol.name for protocol in PROTOCOLS.values() if protocol.on_boards]
ProtocolName = Annotated[str, AfterValidator(_of(PROTOCOLS)), WithJsonSchema({"type": "string", "enum": _ON_BOARDS})]


class Plain(BaseModel):
    """Base of all parts: unknown keys are rejected, and instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


AnyPlain = TypeVar("AnyPlain", bound=Plain)


class Sparse(Plain):
    """A part whose unknown values (None) are omitted when written."""

    @model_serializer(mode="wrap")
    def _without_none(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}
