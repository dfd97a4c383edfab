"""Evaluate clips that are left out of training: generate and score their labels after each epoch.

The caller provides the scoring function, so this module does not depend on the benchmark.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import torch

from merunibench.files import open_atomic
from merunibench.models.affectgpt.generation import clean, generate
from merunibench.models.affectgpt.network import left_padded
from merunibench.models.affectgpt.prompt import QUESTIONS
from merunibench.models.affectgpt.training.data import Example
from merunibench.models.affectgpt.training.network import TrainedNetwork
from merunibench.models.affectgpt.training.plan import Plan
from merunibench.models.base import Decoding

Score = Callable[[Path, Path], float]
"""(answers in JSON Lines, table of labels) -> score in percent."""

_DECODING = Decoding(max_new_tokens=100, temperature=0.0)


def ask_held_out(plan: Plan, network: TrainedNetwork, epoch: int, score: Score) -> float:
    """Generate labels by greedy decoding and score them; the network returns to training mode afterwards."""
    folder = plan.config.run.out / "held_out"
    truth, answers = folder / "truth.csv", folder / f"epoch_{epoch:06d}.jsonl"
    several = len(plan.config.data) > 1
    clips = {f"{each.set + 1}/{each.sample.name}" if several else each.sample.name: each for each in plan.held_out}
    network.eval()
    with open_atomic(truth) as labels, open_atomic(answers) as said:
        table = csv.writer(labels, lineterminator="\n")
        table.writerow(["name", "openset"])
        for name, example in clips.items():
            table.writerow([name, ", ".join(example.labels)])
            text = _answer(plan, network, example)
            said.write(json.dumps({"name": name, "text": text}, ensure_ascii=False) + "\n")
    network.train()
    return score(answers, truth)


@torch.no_grad()
def _answer(plan: Plan, network: TrainedNetwork, example: Example) -> str:
    llm, tokens = network.language_model, plan.tokens
    device = llm.get_input_embeddings().weight.device
    states = {medium: value[None].to(device) for medium, value in plan.features.load(example).items()}
    prompt = plan.prompt(example, QUESTIONS["ovlabel"])
    ids, mask = (part.to(device) for part in left_padded([tokens.encode(prompt)], tokens.padding_id))
    (text,) = generate(llm, network.embed(ids, states), mask, tokens, _DECODING, [example.sample.name])
    return clean(text)
