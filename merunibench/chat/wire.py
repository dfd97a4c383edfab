"""The HTTP client of an endpoint: it limits the size and time of replies, and does not follow redirects.

An untrusted server may send data forever, byte by byte, or compress gigabytes into kilobytes. A redirect would send the
conversation to a server that the user has not named.
"""

import time
import zlib
from collections.abc import Iterator
from typing import Any

from merunibench.chat.completion import MalformedError

MOST_BYTES = 4 << 20
"""Maximum number of uncompressed bytes of a reply: a thousand times a long answer with its reasoning."""
_MOST_OF_AN_ERROR = 1 << 16
_PLAIN, _PACKED = ("", "identity"), ("gzip", "x-gzip", "deflate")
ACCEPTED = "gzip, deflate"
"""The encodings requested from servers: those that are decompressed here, within limits."""
_EITHER_HEADER = 47
"""zlib's `wbits` for a stream with a gzip or zlib header and any window size."""
_NOT_KEPT = frozenset({"content-encoding", "content-length", "content-type", "transfer-encoding"})


def bounded_client(library: Any, timeout: float) -> Any:  # noqa: ANN401 - the module openai, and its own client
    """Return a client for `openai.OpenAI` that reads each reply completely, whatever its status.

    Its replies are decompressed UTF-8, so headers about the encoding are removed.

    Args:
        library: The module `openai`, which provides the HTTP library.
        timeout: Seconds after which an unfinished reply is abandoned.
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
    """Return the bytes of a reply; only the first ones of an error, of which only the message is used.

    Raises:
        MalformedError: The reply is too long, or its encoding was not requested.
        TimeoutError: The reply is not complete in time.
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
    """Yield the pieces of a reply, each of at most `most` bytes after decompression.

    Raises:
        MalformedError: The encoding of the reply was not requested, or the reply cannot be decompressed.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing in _PLAIN:
        yield from response.iter_raw()
        return
    if packing not in _PACKED:
        raise MalformedError("its content encoding was not requested")
    stream = zlib.decompressobj(_EITHER_HEADER)
    try:
        for piece in response.iter_raw():
            yield stream.decompress(piece, most)
    except zlib.error:
        raise MalformedError("cannot be decompressed") from None
