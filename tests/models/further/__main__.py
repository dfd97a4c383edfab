"""Try every further type and record what held: `python -m tests.models.further`."""

import json
import re
import tempfile
import textwrap
from pathlib import Path

from merunibench.hub import load_transformers
from merunibench.models.registry import FAMILIES
from tests.clips import make_clip
from tests.models.further import BUILDERS, FAIL, UNTRIED
from tests.models.further.trials import tried

ROOT = Path(__file__).parents[3]
RECORD = ROOT / "merunibench" / "models" / "further.json"
PAGE = ROOT / "docs" / "models.md"
BEGIN, END = "<!-- further types: begin -->", "<!-- further types: end -->"


def record():
    """What holds for every type: model type -> what it takes and who may share a batch, or the cause and its owner."""
    types = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        clips = {"a": make_clip(folder / "a.mp4")}
        clips["b"] = make_clip(folder / "b.mp4", seconds=3, shade=lambda k: 255 - k % 250, tone=900)
        for name, build in sorted(BUILDERS.items()):
            if name in FAIL:
                cause, owner = FAIL[name]
                types[name] = {"cause": cause, "owner": owner}
                continue
            trial = tried(build(folder / name), clips)
            types[name] = {"takes": list(trial.takes), "batches": trial.batches}
    return {"transformers": load_transformers().__version__, "types": types, "untried": untried()}


def untried():
    """Multimodal types of transformers that were not tried: model type -> cause and owner, or nothing."""
    known = load_transformers().models.auto.modeling_auto.MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES
    listed = {name for entry in FAMILIES for name in (entry.name, f"{entry.name}_thinker")}
    left = sorted(set(known) - set(BUILDERS) - listed)
    return {name: dict(zip(("cause", "owner"), UNTRIED.get(name, ()), strict=False)) for name in left}


def table(found):
    """The record as a table of the documentation."""
    lines = [
        f"Tried with transformers {found['transformers']}:",
        "",
        "| model type | takes | in a batch |",
        "|---|---|---|",
    ]
    shares = {"any": "any clips", "equal": "sounds of equal length", "alone": "one clip"}
    for name, facts in found["types"].items():
        if "takes" in facts:
            lines.append(f"| `{name}` | {', '.join(facts['takes'])} | {shares[facts['batches']]} |")
        else:
            lines.append(f"| `{name}` | – | does not work: {facts['cause']} ({facts['owner']}) |")
    left = found["untried"]
    lines += [f"| `{name}` | – | not tried: {why['cause']} ({why['owner']}) |" for name, why in left.items() if why]
    rest = f"Not tried: {', '.join(f'`{name}`' for name, why in left.items() if not why)}."
    lines += ["", textwrap.fill(rest, 130, break_on_hyphens=False)]
    return "\n".join(lines)


def with_table(page, found):
    """The page with the table in its place."""
    return re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{table(found)}\n{END}", page, flags=re.DOTALL)


if __name__ == "__main__":
    found = record()
    RECORD.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), found), "utf-8")
