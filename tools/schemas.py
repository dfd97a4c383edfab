"""Write the JSON Schemas in docs/schemas/: task files, and the files of the leaderboard and of `curate`.

python -m tools.schemas docs/schemas      # after a model has changed
"""

import argparse
import json
from pathlib import Path

from pydantic import BaseModel

from merunibench.files import write_text
from merunibench.leaderboard.schema.details import ModelDetails
from merunibench.leaderboard.schema.lock import Lock
from merunibench.leaderboard.schema.results import Pairs, Results
from merunibench.leaderboard.submissions.submission import Submission
from merunibench.tasks import TaskFile
from tools.curation_schema import Decision, Report

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[BaseModel]] = {
    "submission.schema.json": Submission,
    "leaderboard.schema.json": Results,
    "leaderboard-details.schema.json": ModelDetails,
    "leaderboard-lock.schema.json": Lock,
    "task.schema.json": TaskFile,
    "leaderboard-pairs.schema.json": Pairs,
    "curation-report.schema.json": Report,
    "curation-decision.schema.json": Decision,
}
"""File name -> model of the file that it describes: submission.toml, results.json, details/<model>.json, results.lock,
a task file, the pairs of a board; of a curated data set, report.json and a line of decisions/<set>.jsonl."""
_WRITTEN = (Report, Decision)
"""Models that are only written, never read: every key that may be absent is declared so."""


def schemas() -> dict[str, str]:
    """Return file name -> JSON Schema."""
    found = {}
    for name, model in MODELS.items():
        schema = model.model_json_schema(mode="serialization" if model in _WRITTEN else "validation")
        found[name] = json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"
    return found


def main() -> None:
    """Write the schemas to a folder."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="where they go: docs/schemas")
    folder = parser.parse_args().folder
    for name, text in schemas().items():
        write_text(folder / name, text)


if __name__ == "__main__":
    main()
