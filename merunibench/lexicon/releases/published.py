"""The official lexicon releases: URLs, and the hashes of their files and compiled mappings.

This module contains constants only. official.py reads releases, download.py downloads them, store.py loads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

REPOSITORY = "https://github.com/zeroQiaoba/MERTools"
COMMIT = "89120b780ab18b28349f0e37dcc12b8cc253cb02"
RAW_FILES = f"https://raw.githubusercontent.com/zeroQiaoba/MERTools/{COMMIT}"
"""Base URL of single files of the repository; a mirror needs the same folders below its own URL."""

LICENCE_NOTE = (
    f"The lexicon is the work of the authors of {REPOSITORY}: code under Apache-2.0, "
    'and its README adds "non-commercial use only".'
)

TABLE_FILES = ("format.csv", "synonym.xlsx", *(f"wheel{number}.xlsx" for number in range(1, 6)))
"""The files of a release in the authors' format."""
MAPPING_FILE = "wheel_mapping.npz"
"""The same tables in one file, which newer releases also contain."""

DEFAULT_MAX_BYTES = 64 * 2**20
"""Maximum unpacked size of a lexicon file: a hundred times the largest official file."""

# Both releases share these files; only format.csv differs.
_SHARED_FILES = {
    "synonym.xlsx": "23f81f9ab1d2418aaf96775304fb5dc52c62bb5d5ef652a97471d045fc9d2e29",
    "wheel1.xlsx": "e70485d354b82a7491ff24648273182a5f4f13f92c76e6b3e4f9033f5e6afcc1",
    "wheel2.xlsx": "acc001e076a8e60440361f58dd8c05ed900c4890c84bb7d8d1df93708a7d9c87",
    "wheel3.xlsx": "d62f30bf88c17c55876634cd088eacaef98278fc25457474364439872f9dbf83",
    "wheel4.xlsx": "660260561b7fe15550f3679a01e7c783608ce3403d4c28db0a88520f68d83aea",
    "wheel5.xlsx": "2dd4595b2cf8e7628ca06a416a8e38ac831614b244f23d1ae613dc34007649f1",
}


@dataclass(frozen=True)
class Release:
    """One official release.

    Attributes:
        folder: Its folder in the authors' repository.
        files: File name -> SHA-256.
        mapping: SHA-256 of the compiled mapping (`Lexicon.sha256`), independent of the files it was compiled from.
    """

    folder: str
    files: Mapping[str, str]
    mapping: str


RELEASES: Mapping[str, Release] = {
    "mer2025": Release(
        folder="MER2025/MER2025_Track23/emotion_wheel",
        files={"format.csv": "ba6de7d61db8e129d1d7ef8a2aae22a9e93a2c2e3e683e6f2735d04455f016f2", **_SHARED_FILES},
        mapping="a819711c143af571214f4d20470ba9443eacc4a71c909a6129f580f1f46bbbaf",
    ),
    "mer2026": Release(
        folder="MER2026/MER2026_Track2/emotion_wheel",
        files={"format.csv": "82234299875465ecf6c196ace42ffbe745baaeea72b5e39de955af36929982a4", **_SHARED_FILES},
        mapping="cc917dfba748476a6d4f29ef5777ea997aa012694d70dcb96309004c1612685f",
    ),
}

KNOWN_RELEASES: Mapping[str, str] = {name: release.mapping for name, release in RELEASES.items()}
"""Release name -> SHA-256 of its compiled mapping."""


def release_with(mapping: str) -> str | None:
    """Return the name of the release whose compiled mapping has this SHA-256, or None."""
    return next((name for name, known in KNOWN_RELEASES.items() if known == mapping), None)
