"""A model by its name on the Hub, out of the Hub's cache and without a network: found, and known by its commit."""

import json
import os
import shutil
import subprocess
import sys

COMMIT = "0123456789abcdef0123456789abcdef01234567"

CODE = """
import json, sys
from merunibench.errors import InputError
from merunibench.chat import LocalModel
from merunibench.models import Options, load_model
found = [LocalModel("me/text").settings["identity"]]
for spec in sys.argv[1:]:
    try:
        settings = load_model(spec, Options("How do they feel?", ("video",))).settings
        found.append([settings["model"], settings["revision"]])
    except InputError as error:
        found.append(str(error))
print(json.dumps(found))
"""


def test_a_name_on_the_hub_is_known_by_its_commit(tiny_models, tmp_path):
    for name, family in (("tiny", "llava"), ("text", "text_only")):
        model = tmp_path / "hub" / f"models--me--{name}"
        shutil.copytree(tiny_models / family, model / "snapshots" / COMMIT)
        (model / "refs").mkdir()
        (model / "refs" / "main").write_text(COMMIT)
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    environment.pop("HF_HUB_CACHE", None)
    command = [sys.executable, "-c", CODE, "me/tiny", f"me/tiny@{COMMIT}", "me/tiny@v2", "me/other"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    chat, named, pinned, absent, unknown = json.loads(run.stdout)
    assert chat == COMMIT
    assert named == pinned == ["me/tiny", COMMIT]
    assert absent.startswith("me/tiny@v2: cannot be loaded: ")
    assert unknown.startswith("me/other: cannot be loaded: ")
