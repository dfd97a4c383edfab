"""API keys: their environment variables, and the endpoints in a file that a key may be sent to."""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from merunibench._text import short_repr
from merunibench.errors import InputError

OWN, GENERAL = KEYS = ("MERUNIBENCH_API_KEY", "OPENAI_API_KEY")
"""The first one that is set is used. The first is only for this toolkit; the second is often set for other programs."""
SCHEME = "openai:"
_ISSUER = "api.openai.com"


def api_key() -> str:
    """Return the key of the environment; empty without one.

    Raises:
        InputError: it has characters that no HTTP header can contain, such as those of a placeholder or a line break.
    """
    name = next(filter(os.environ.get, KEYS), OWN)
    key = os.environ.get(name, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise InputError(f"{name}: contains characters that an API key cannot have (not ASCII, or control characters)")
    return key


def refuse_key_for_file_endpoints(fields: Mapping[str, object]) -> None:
    """Refuse settings of a file that would send a key meant for other programs to an endpoint of the file's choice.

    Args:
        fields: Content of the file: values, and lists and tables of values.

    Raises:
        InputError: a value names an endpoint that is neither this machine nor the issuer of `OPENAI_API_KEY`, and that
            variable has the only key.
    """
    if os.environ.get(OWN) or not os.environ.get(GENERAL):
        return
    for name, value in fields.items():
        inner = value if isinstance(value, Mapping) else dict(enumerate(value)) if isinstance(value, list) else {}
        refuse_key_for_file_endpoints({f"{name}.{key}": each for key, each in inner.items()})
        if isinstance(value, str) and value.lstrip().startswith(SCHEME):
            host = _host(value.lstrip().removeprefix(SCHEME))
            if host is not None and host != _ISSUER and not _is_this_machine(host):
                raise InputError(
                    f"{name}: the key in {GENERAL} is not sent to {short_repr(host)} because a file names it; set "
                    f"{OWN} (empty {GENERAL} if the endpoint needs no key), or name the model on the command line"
                )


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None  # refused when it is opened


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
