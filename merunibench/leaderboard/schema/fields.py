"""What the parts of a board's files are made of: names, texts, figures, and models of pydantic without unknown keys."""

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

as_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
"""Strict JSON without spaces."""


@lru_cache(maxsize=4096)
def parsed(signature: str) -> Signature:
    """The signature that a text is; models that were scored alike share theirs.

    Raises:
        ValueError: it is none.
    """
    return Signature.parse(signature)


@lru_cache(maxsize=4096)
def metric_part(signature: str) -> str:
    """What must agree before two scores are compared, of the text of a signature.

    Raises:
        ValueError: it is none.
    """
    return parsed(signature).metric_part


def _signature(text: str) -> str:
    parsed(text)
    return one_line_to_show(text)


_ID = "[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,199}"
_CHOICE = "[A-Za-z0-9_+-][A-Za-z0-9_.+ -]{0,199}"

Identifier = Annotated[str, StringConstraints(pattern=f"^{_ID}$")]
"""Part of names of files and of addresses."""
RowId = Annotated[str, StringConstraints(pattern=f"^{_ID}/{_CHOICE}/{_ID}$")]
Selection = Annotated[str, StringConstraints(pattern=f"^{_CHOICE}$")]
Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Bounded = StringConstraints(max_length=20_000)
Line = Annotated[str, Bounded, AfterValidator(one_line_to_show)]
Text = Annotated[str, Bounded, AfterValidator(fit_to_show)]
SignatureText = Annotated[str, Bounded, AfterValidator(_signature)]
Figure = Annotated[float, Field(ge=-1e6, le=1e6)]
Count = Annotated[int, Field(ge=0, le=2**53)]
MeanCount = Annotated[float, Field(ge=0, le=2**53)]
Interval = tuple[Figure, Figure]
T = TypeVar("T")
Several = Annotated[tuple[T, ...], FailFast()]
"""Of which the first that is wrong is enough to know."""


def _of(registry: Mapping[str, Any]) -> Callable[[str], str]:
    """A check that a name is registered."""

    def check(name: str) -> str:
        if name not in registry:
            raise ValueError(f"{name!r} is unknown; known are {', '.join(registry)}")
        return name

    return check


DatasetId = Annotated[str, AfterValidator(_of(BUILTIN))]
KindName = Annotated[str, AfterValidator(_of(KINDS)), WithJsonSchema({"type": "string", "enum": list(KINDS)})]
_ON_BOARDS = [protocol.name for protocol in PROTOCOLS.values() if protocol.on_boards]
ProtocolName = Annotated[str, AfterValidator(_of(PROTOCOLS)), WithJsonSchema({"type": "string", "enum": _ON_BOARDS})]


class Plain(BaseModel):
    """What all parts share: unknown keys are refused, nothing is changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


AnyPlain = TypeVar("AnyPlain", bound=Plain)


class Sparse(Plain):
    """A part whose unknown values (None) are left out when it is written."""

    @model_serializer(mode="wrap")
    def _without_none(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}
