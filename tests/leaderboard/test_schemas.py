"""The published JSON Schemas are those of the code, and real files fit them."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from tests.leaderboard.sample import sample
from tools.schemas import MODELS, schemas

DOCS = Path(__file__).parents[2] / "docs" / "schemas"


def schema(name):
    return json.loads((DOCS / name).read_text(encoding="utf-8"))


def test_the_published_schemas_are_those_of_the_code():
    assert {path.name for path in DOCS.iterdir()} == set(MODELS)
    for name, text in schemas().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, "python -m tools.schemas docs/schemas"


def test_a_board_fits_its_schema():
    results, details = sample(4)
    validator = jsonschema.Draft202012Validator(schema("leaderboard.schema.json"))
    validator.validate(json.loads(results.to_json()))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**json.loads(results.to_json()), "rows": [{"model": "x"}]})
    for each in details.values():
        content = json.loads(each.to_json())
        jsonschema.validate(content, schema("leaderboard-details.schema.json"))


def test_a_real_board_fits_its_schema(small):
    folder = small.add("one", link="https://example.org")
    results, _ = small.build()
    jsonschema.validate(json.loads(results.to_json()), schema("leaderboard.schema.json"))
    metadata = tomllib.loads((folder / "submission.toml").read_text(encoding="utf-8"))
    jsonschema.validate(metadata, schema("submission.schema.json"))


def test_the_committed_board_fits_its_schema():
    board = Path(__file__).parents[2] / "leaderboard"
    content = json.loads((board / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, schema("leaderboard.schema.json"))
