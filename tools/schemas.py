"""The JSON Schemas that docs/schemas/ publishes: task files, and what the leaderboard and `curate` read and write.

python -m tools.schemas docs/schemas      # after a change of a model
"""

import argparse
import json
from pathlib import Path

from pydantic import BaseModel

from merunibench.files import write_text
from merunibench.leaderboard.details import ModelDetails
from merunibench.leaderboard.results import Results
from merunibench.leaderboard.submission import Submission
from merunibench.tasks import TaskFile
from tools.curation_schema import Decision, Report

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[BaseModel]] = {
    "submission.schema.json": Submission,
    "leaderboard.schema.json": Results,
    "leaderboard-details.schema.json": ModelDetails,
    "task.schema.json": TaskFile,
    "curation-report.schema.json": Report,
    "curation-decision.schema.json": Decision,
}
"""File name -> what it describes: submission.toml, results.json, details/<model>.json; a task file;
of a data set that is curated, report.json and a line of decisions/<set>.jsonl."""
_WRITTEN = (Report, Decision)
"""What is only ever written: every key that may be absent says so."""


def schemas() -> dict[str, str]:
    """File name -> JSON Schema."""
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
