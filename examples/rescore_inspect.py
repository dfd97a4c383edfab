"""Score a finished log of inspect_ai again, by the wheel metric.

python examples/rescore_inspect.py [LOG DATASET]        # pip install '.[harnesses]'

Without a log, one is made first with inspect_ai's mock model, judged by another scorer.
"""

import sys
import tempfile
from pathlib import Path

import inspect_ai
from inspect_ai.dataset import Sample
from inspect_ai.log import read_eval_log
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

from merunibench.integrations.inspect import mer

SAMPLES = [("a", "She looks happy and calm.", "joyful"), ("b", "sad", "angry"), ("c", "worried, tense", "anxious")]


def make_log(folder):
    """A log of three samples; their names are ids, their true labels are targets."""
    outputs = [ModelOutput.from_content("mockllm/model", answer) for _, answer, _ in SAMPLES]
    for output in outputs:
        output.usage = ModelUsage()  # else a library counts tokens, and asks the network for its table
    task = inspect_ai.Task(
        dataset=[Sample(id=name, input="What does the person feel?", target=truth) for name, _, truth in SAMPLES],
        solver=generate(),
        scorer=includes(),
    )
    model = get_model("mockllm/model", custom_outputs=outputs)
    inspect_ai.eval(task, model=model, log_dir=str(folder), display="none", max_samples=1)
    return next(Path(folder).glob("*.eval"))


def main(arguments):
    """Score the log again, and print what each scorer found."""
    with tempfile.TemporaryDirectory() as scratch:
        path, dataset = arguments or (make_log(scratch), "ovmerdplus")
        log = inspect_ai.score(read_eval_log(str(path)), mer(dataset))
    for score in log.results.scores:
        for name, metric in score.metrics.items():
            print(f"{score.name} {name}: {metric.value:.4f}")


if __name__ == "__main__":
    main(sys.argv[1:])
