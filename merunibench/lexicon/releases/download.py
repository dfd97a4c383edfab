"""Fetch the pinned files of a release over HTTP, going on where an interrupted transfer stopped.

pooch keeps finished files and checks their hashes; what it lacks is here: a transfer that breaks off leaves
`<file>.part`, and the next attempt, in this run or a later one, asks the server for the rest only.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from merunibench.errors import InputError

if TYPE_CHECKING:
    import requests

_TIMEOUTS = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next bytes of an answer."""
_PAUSES = (0.5, 2.0)
"""Seconds before the second and the third attempt; there is no fourth."""
_MAXIMUM_BYTES = 16 * 2**20
_BLOCK = 4096
"""Bytes read at once; what came of an unfinished block is lost when a transfer breaks off."""


def fetch_files(
    base_url: str, files: Mapping[str, str], folder: Path, notify: Callable[[str], None] | None = None
) -> None:
    """Bring files into a folder; those already there with the right hash are not fetched again.

    Args:
        base_url: Address of the folder they are published in.
        files: File name -> SHA-256.
        folder: Where they go; it is made if need be.
        notify: Called with the address of each file before it is fetched.

    Raises:
        InputError: a file cannot be fetched or is another than expected, or the folder cannot be written.
    """
    import pooch

    # What happens is said by `notify` and by errors; pooch's own log would say it twice.
    pooch.get_logger().setLevel("WARNING")
    for name, sha256 in files.items():
        url = f"{base_url.rstrip('/')}/{name}"
        download = _ResumingDownload(folder / f"{name}.part", sha256, notify)
        try:
            pooch.retrieve(url, known_hash=f"sha256:{sha256}", fname=name, path=folder, downloader=download)
        except OSError as error:
            raise InputError(f"{folder / name}: cannot be written ({error.strerror or error})") from None


class _InterruptedTransferError(Exception):
    """The transfer broke off or could not begin, for a reason that may pass."""


@dataclass(frozen=True)
class _ResumingDownload:
    """A downloader for pooch.

    Attributes:
        part: Where the file grows; what lies there from an earlier attempt is its beginning.
        sha256: The hash of the whole file.
        notify: Called with the address before anything is asked of the server.
    """

    part: Path
    sha256: str
    notify: Callable[[str], None] | None

    def __call__(self, url: str, output_file: str, _pooch: object) -> None:
        """Download `url` to `output_file`, as pooch asks for it."""
        if self.notify:
            self.notify(url)
        if not self._is_whole():
            self._fetch(url)
        self.part.replace(output_file)

    def _fetch(self, url: str) -> None:
        """Ask until the whole file has come."""
        for pause in (*_PAUSES, None):
            try:
                resumed = self._transfer(url)
            except _InterruptedTransferError as error:
                if pause is None:
                    raise InputError(f"{url}: {error}") from None
                time.sleep(pause)
                continue
            if self._is_whole():
                return
            got = _sha256(self.part)
            self.part.unlink()
            # A resumed file may have had the beginning of another one: it gets a chance to come whole.
            if not resumed or pause is None:
                raise InputError(f"{url}: not the expected file: SHA-256 should be {self.sha256}, but is {got}")

    def _transfer(self, url: str) -> bool:
        """One request, its answer written to the part; whether the answer went on from what was there."""
        import requests

        start = self.part.stat().st_size if self.part.exists() else 0
        # Ranges count the bytes of the file, so it must come as it is, not compressed on the way.
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
        try:
            with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUTS) as answer:
                resumed = self._check_answer(answer, url, start)
                with self.part.open("ab" if resumed else "wb") as file:
                    for block in answer.iter_content(_BLOCK):
                        file.write(block)
                        if file.tell() > _MAXIMUM_BYTES:
                            raise InputError(f"{url}: longer than {_MAXIMUM_BYTES:,} bytes, so not the expected file")
                return resumed
        except requests.Timeout:
            raise _InterruptedTransferError("no answer in time") from None
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            reason = "the connection broke off" if self.part.exists() else "no connection"
            raise _InterruptedTransferError(f"{reason} ({type(error).__name__})") from None
        except requests.RequestException as error:
            raise InputError(f"{url}: {error}") from None

    def _check_answer(self, answer: "requests.Response", url: str, start: int) -> bool:
        """Whether the answer continues at `start`; otherwise it is the whole file, or no file at all."""
        if answer.status_code == 200:
            return False
        if answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            return True
        status = f"the server answered {answer.status_code} {answer.reason}"
        if answer.status_code in (206, 416):
            # Another range than asked for, or a part longer than the file: what is there is of no use.
            self.part.unlink(missing_ok=True)
        elif answer.status_code != 429 and answer.status_code < 500:
            raise InputError(f"{url}: {status}")
        raise _InterruptedTransferError(status)

    def _is_whole(self) -> bool:
        return self.part.exists() and _sha256(self.part) == self.sha256


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
