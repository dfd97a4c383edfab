"""The settings of a run: canonical, hashed, and compared so that a message can say what differs."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from merunibench._text import shown

HASH_DIGITS = 12
_ABSENT = "absent"
_MOST_SHOWN = 5


def canonical(settings: Mapping[str, Any]) -> str:
    """The one JSON text of some settings: sorted keys, no blanks, no NaN.

    Raises:
        ValueError: a number is not finite.
        TypeError: a value is no JSON value.

    Example:
        >>> canonical({"b": (1, 2), "a": None})
        '{"a":null,"b":[1,2]}'
    """
    return json.dumps(settings, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def config_hash(settings: Mapping[str, Any]) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of the canonical settings.

    Example:
        >>> config_hash({"model": "m", "seed": 0}) == config_hash({"seed": 0, "model": "m"})
        True
    """
    return hashlib.sha256(canonical(settings).encode("utf-8")).hexdigest()[:HASH_DIGITS]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """What differs between two settings, `seed 0 -> 1; prompt.version 1 -> 2`; empty if nothing does.

    Example:
        >>> differences({"seed": 0, "prompt": {"version": 1}}, {"seed": 1, "prompt": {"version": 1}})
        'seed 0 -> 1'
    """
    before, after = (dict(_leaves(json.loads(canonical(each)))) for each in (old, new))
    names = [name for name in {**before, **after} if before.get(name, _ABSENT) != after.get(name, _ABSENT)]
    found = [f"{name} {_value(before, name)} -> {_value(after, name)}" for name in names]
    rest = [f"and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
    return "; ".join(found[:_MOST_SHOWN] + rest)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else key)
    else:
        yield name, value


def _value(leaves: Mapping[str, Any], name: str) -> str:
    if name not in leaves:
        return _ABSENT
    value = leaves[name]
    return shown(value) if not isinstance(value, list | dict) else shown(canonical({"": value})[4:-1])
