"""The example notebook runs without a network in under a minute, and gives the outputs that are committed with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "examples" / "notebook.ipynb"


def _outputs(path):
    """What each cell printed and showed, pictures apart: their bytes depend on the version of matplotlib."""
    found = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        shown = [
            {"text": output.get("text"), "data": {k: v for k, v in output.get("data", {}).items() if k != "image/png"}}
            for output in cell.get("outputs", [])
        ]
        found.append(("".join(cell["source"]), shown))
    return found


def test_the_example_notebook_runs_and_its_outputs_are_current(tmp_path):
    # A proxy that is not there: whatever asks for the network fails.
    away = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    environment = {**os.environ, **away, "IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tools.notebook", str(NOTEBOOK), str(tmp_path / "run.ipynb")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    assert _outputs(tmp_path / "run.ipynb") == _outputs(NOTEBOOK), "run it anew: python -m tools.notebook " + str(
        NOTEBOOK
    )
    text = NOTEBOOK.read_text("utf-8")
    assert text.count("image/png") == 2
    assert str(Path.home()) not in text
    assert str(ROOT) not in text
