"""Download the pinned files of a release over HTTP.

pooch checks the hash before it stores a file, keeps finished files and retries after failures. This module adds a size
limit, no retries after permanent errors, and a one-line message for each error.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from merunibench.errors import InputError

_TIMEOUTS = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next bytes of a response."""
_RETRIES = 2
_MAXIMUM_BYTES = 16 * 2**20


def fetch_files(
    base_url: str, files: Mapping[str, str], folder: Path, notify: Callable[[str], None] | None = None
) -> None:
    """Download files into a folder; existing files with the right hash are not downloaded again.

    Args:
        base_url: URL of the folder that contains them.
        files: File name -> SHA-256.
        folder: Output folder; created if it does not exist.
        notify: Called with the URL of each file before it is requested.

    Raises:
        InputError: A file cannot be downloaded or is not the expected one, or the folder cannot be written.
    """
    import pooch
    import requests

    # `notify` and the errors report everything; pooch's own log would repeat it.
    pooch.get_logger().setLevel("WARNING")
    registry = {name: f"sha256:{sha256}" for name, sha256 in files.items()}
    store = pooch.create(folder, f"{base_url.rstrip('/')}/", registry=registry, retry_if_failed=_RETRIES)
    for name in files:
        url = store.get_url(name)
        try:
            store.fetch(name, downloader=partial(_download, notify=notify))
        except _FinalError as error:
            raise InputError(f"{url}: {error}") from None
        except requests.RequestException as error:
            raise InputError(f"{url}: {_reason(error)}") from None
        except ValueError as error:  # another hash
            raise InputError(f"{url}: not the expected file: {error}") from None
        except OSError as error:
            raise InputError(f"{folder / name}: cannot be written ({error.strerror or error})") from None


class _FinalError(Exception):
    """A permanent error; pooch retries only after a ValueError or an error of requests."""


def _download(url: str, output: str, pooch: object, notify: Callable[[str], None] | None) -> None:
    """Download one file, called by pooch."""
    import requests
    from pooch import HTTPDownloader

    if notify:
        notify(url)
    responses: list[requests.Response] = []
    hooks = {"response": lambda response, **_: responses.append(response)}
    try:
        HTTPDownloader(progressbar=_Limit(), timeout=_TIMEOUTS, hooks=hooks)(url, output, pooch)
    except requests.HTTPError as error:
        if error.response.status_code != requests.codes.too_many_requests and error.response.status_code < 500:
            raise _FinalError(_reason(error)) from None
        raise
    finally:
        for response in responses:  # pooch leaves the connection open if it did not read the whole response
            response.close()


def _reason(error: Exception) -> str:
    """Return a short description of why a request failed."""
    import requests

    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return f"no connection ({type(error).__name__})"
    return str(error)


class _Limit:
    """A progress bar for pooch that stops downloads that are too long to be the expected file."""

    total = 0

    def __init__(self) -> None:
        self._received = 0

    def update(self, size: int) -> None:
        """Count received bytes."""
        self._received += size
        if self._received > _MAXIMUM_BYTES:
            raise _FinalError(f"larger than {_MAXIMUM_BYTES:,} bytes, so not the expected file")

    def reset(self) -> None:
        """Start again from zero when a file is complete."""
        self._received = 0

    def close(self) -> None:
        """Do nothing, because nothing is displayed."""
