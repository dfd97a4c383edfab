"""An evaluation with inspect_ai's mock model, and a finished log scored again; run as a program, offline.

python inspect_run.py FOLDER: reads FOLDER/samples.json, writes logs and FOLDER/figures.json.
"""

import json
import sys
from pathlib import Path

import inspect_ai
from inspect_ai.dataset import Sample
from inspect_ai.log import read_eval_log
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

from merunibench.integrations.inspect import mer


def main(folder):
    samples = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    figures = {}
    for scorer, name in ((mer("ovmerdplus"), "new"), (includes(), "other"), (mer("ovmerdplus", "strict"), "strict")):
        outputs = []
        for sample in samples:
            output = ModelOutput.from_content("mockllm/model", sample["text"])
            output.usage = ModelUsage()  # else tokens are counted by a library that asks the network for its table
            outputs.append(output)
        task = inspect_ai.Task(
            dataset=[Sample(id=each["name"], input="Which emotions?", target=each["truth"]) for each in samples],
            solver=generate(),
            scorer=scorer,
        )
        (log,) = inspect_ai.eval(
            task,
            model=get_model("mockllm/model", custom_outputs=outputs),
            log_dir=str(folder / name),
            display="none",
            max_samples=1,
        )
        figures[name] = results(log)
    # What another scorer had judged is scored again.
    figures["again"] = results(
        inspect_ai.score(read_eval_log(str(*(folder / "other").glob("*.eval"))), mer("ovmerdplus"))
    )
    (folder / "figures.json").write_text(json.dumps(figures), encoding="utf-8")


def results(log):
    if log.status != "success":
        return {"error": str(log.error)}
    return {
        "names": [score.name for score in log.results.scores],
        "metrics": {key: each.value for score in log.results.scores for key, each in score.metrics.items()},
        "values": [{key: each.value for key, each in sample.scores.items()} for sample in log.samples],
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
