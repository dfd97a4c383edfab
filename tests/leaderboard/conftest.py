"""Small submissions and boards, and the real one where the official files are at hand."""

import gzip
import json
from pathlib import Path

import pytest

from merunibench.data import open_predictions
from merunibench.leaderboard.build import build
from merunibench.leaderboard.inputs import Request
from merunibench.leaderboard.submission import describe, pack
from tests.small import rows, write_files, write_rows


def submit(predictions, folder, name="A model", **fields):
    """Pack predictions as a submission."""
    pack(open_predictions(predictions), describe(model=name, **fields), folder)
    return folder


def rewrite(path, lines):
    """Replace a compressed prediction file; `lines` are rows, or text as it is."""
    text = lines if isinstance(lines, str) else "".join(json.dumps(line) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode("utf-8", "surrogatepass"), mtime=0))


def read(path):
    """The rows of a compressed prediction file."""
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


class Small:
    """Three small data sets, and submissions of several models below `submissions`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.predictions, self.truth = write_files(folder)
        self.submissions = folder / "board" / "submissions"
        self.submissions.mkdir(parents=True)
        self.cache = folder / "cache.sqlite"

    def add(self, key="good", change=None, **fields):
        """A submission of the small predictions; `change` may alter their rows by data set."""
        source = self.folder / f"source-{key}"
        for dataset, lines in rows().items():
            write_rows(source / f"{dataset}.jsonl", change(dataset, lines) if change else lines)
        return submit(source, self.submissions / key, fields.pop("name", key), **fields)

    def build(self, **options):
        """Results and details, with labels unless said otherwise."""
        options = {"data_root": self.truth, "resamples": 50, "cache": self.cache, **options}
        return build(Request(self.submissions, **options))


@pytest.fixture
def small(tmp_path):
    return Small(tmp_path)


@pytest.fixture(scope="session")
def affectgpt(shared, tmp_path_factory):
    """Folder with the submission of AffectGPT's released outputs."""
    folder = tmp_path_factory.mktemp("real") / "submissions"
    submit(
        shared / "official" / "nine" / "output",
        folder / "affectgpt",
        "AffectGPT",
        modalities=("audio", "video", "text"),
    )
    return folder


@pytest.fixture(scope="session")
def real(shared, affectgpt):
    """The board of the released outputs under both official releases: results and details."""
    lexicons = tuple(shared / "official" / "emotion_wheel" / name for name in ("mer2025", "mer2026"))
    published = Path(__file__).parents[2] / "leaderboard" / "published.csv"
    return build(Request(affectgpt, shared / "official" / "nine" / "dataset", lexicons, published=published))
