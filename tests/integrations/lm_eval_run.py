"""lm-evaluation-harness with a model whose answers are given; run as a program, offline.

python lm_eval_run.py FOLDER: reads FOLDER/answers.json (question -> answer) and FOLDER/tasks, writes FOLDER/found.json.
"""

import json
import sys
from pathlib import Path


def main(folder):
    import lm_eval
    from lm_eval.models.dummy import DummyLM
    from lm_eval.tasks import TaskManager

    answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))

    class Scripted(DummyLM):
        def generate_until(self, requests, **_):
            return [answers[request.args[0]] for request in requests]

    found = lm_eval.simple_evaluate(
        model=Scripted(),
        tasks=["merunibench_ovmerdplus", "merunibench_cmumosi"],
        task_manager=TaskManager(include_path=str(folder / "tasks"), include_defaults=False),
        log_samples=True,
    )
    for task, samples in found["samples"].items():
        # As the harness' own tracker writes them.
        with (folder / f"samples_{task}.jsonl").open("w", encoding="utf-8") as file:
            for sample in samples:
                file.write(json.dumps({**sample, "arguments": {"gen_args_0": {"arg_0": "?"}}}, default=str) + "\n")
    scores = {task: figures["mer_score,none"] for task, figures in found["results"].items()}
    (folder / "found.json").write_text(json.dumps(scores), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
