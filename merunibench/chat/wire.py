"""The HTTP client of an endpoint: replies of bounded size and time, and no redirects.

A stranger's server may send for ever, a byte at a time, or pack gigabytes into kilobytes; and a redirect would carry
the conversation to somebody whom nobody has named.
"""

import time
import zlib
from collections.abc import Iterator
from typing import Any

from merunibench.chat.completion import MalformedError

MOST_BYTES = 4 << 20
"""Most bytes of a reply, unpacked: a thousand times a long answer with its reasoning."""
_MOST_OF_AN_ERROR = 1 << 16
_PLAIN, _PACKED = ("", "identity"), ("gzip", "x-gzip", "deflate")
ACCEPTED = "gzip, deflate"
"""What may be asked of servers: what is unpacked here, within bounds."""
_EITHER_HEADER = 47
"""zlib's number for a stream with the header of gzip or its own, of any window."""
_NOT_KEPT = frozenset({"content-encoding", "content-length", "content-type", "transfer-encoding"})


def bounded_client(library: Any, timeout: float) -> Any:  # noqa: ANN401 - the module openai, and a client of its own
    """A client for `openai.OpenAI`, which reads each reply at once, whatever its status.

    Its replies are UTF-8, unpacked: what a header says of the coding need not be believed any more.

    Args:
        library: The module `openai`, which brings the HTTP library.
        timeout: Seconds after which a reply that goes on and on is given up.
    """

    class Client(library.DefaultHttpxClient):  # type: ignore[misc]
        def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401
            until = time.monotonic() + timeout
            response = super().send(request, **(options | {"stream": True, "follow_redirects": False}))
            try:
                content = _content(response, until)
            finally:
                response.close()
            headers = [(name, value) for name, value in response.headers.multi_items() if name not in _NOT_KEPT]
            return type(response)(response.status_code, headers=headers, content=content, request=request)

    return Client()


def _content(response: Any, until: float) -> bytes:  # noqa: ANN401
    """The bytes of a reply; of an error, which is read for its message alone, the first ones.

    Raises:
        MalformedError: it is too long, or packed in another way than was asked for.
        TimeoutError: it is not complete in time.
    """
    kept, most = bytearray(), MOST_BYTES if response.is_success else _MOST_OF_AN_ERROR
    for piece in _unpacked(response, most + 1):
        kept += piece
        if len(kept) > most:
            if response.is_success:
                raise MalformedError(f"longer than {MOST_BYTES >> 20} MiB")
            break
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(kept[:most])


def _unpacked(response: Any, most: int) -> Iterator[bytes]:  # noqa: ANN401
    """The pieces of a reply, each of at most `most` bytes however much a packed one holds.

    Raises:
        MalformedError: it is packed in another way than was asked for, or cannot be unpacked.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing in _PLAIN:
        yield from response.iter_raw()
        return
    if packing not in _PACKED:
        raise MalformedError("packed in a way that was not asked for")
    stream = zlib.decompressobj(_EITHER_HEADER)
    try:
        for piece in response.iter_raw():
            yield stream.decompress(piece, most)
    except zlib.error:
        raise MalformedError("cannot be unpacked") from None
