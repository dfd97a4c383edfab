"""The JSON Schemas of what the leaderboard reads and writes, as docs/schemas/ publishes them.

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

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[BaseModel]] = {
    "submission.schema.json": Submission,
    "leaderboard.schema.json": Results,
    "leaderboard-details.schema.json": ModelDetails,
}
"""File name -> what it describes: submission.toml, results.json, details/<model>.json."""


def schemas() -> dict[str, str]:
    """File name -> JSON Schema."""
    found = {}
    for name, model in MODELS.items():
        schema = {"$schema": _DIALECT, **model.model_json_schema(by_alias=True)}
        found[name] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
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
