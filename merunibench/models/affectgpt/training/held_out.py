"""Clips that are left out of training, asked for their labels after each epoch, and scored.

What scores them is given by the caller: nothing here knows the benchmark.
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

FOLDER = "held_out"
Score = Callable[[Path, Path], float]
"""(answers of JSON Lines, table of labels) -> score in per cent."""


def ask_held_out(plan: Plan, network: TrainedNetwork, epoch: int, score: Score) -> float:
    """Ask for the labels, greedily, and score them; the network is in training mode again afterwards."""
    folder = plan.config.run.out / FOLDER
    truth, answers = folder / "truth.csv", folder / f"epoch_{epoch:06d}.jsonl"
    several = len(plan.config.data) > 1
    clips = {f"{each.set + 1}/{each.sample.name}" if several else each.sample.name: each for each in plan.held_out}
    with open_atomic(truth) as stream:
        rows = ([name, ", ".join(each.labels)] for name, each in clips.items())
        csv.writer(stream, lineterminator="\n").writerows([["name", "openset"], *rows])
    network.eval()
    try:
        texts = {name: _answer(plan, network, each) for name, each in clips.items()}
    finally:
        network.train()
    with open_atomic(answers) as stream:
        for name, text in texts.items():
            stream.write(json.dumps({"name": name, "text": text}, ensure_ascii=False) + "\n")
    return score(answers, truth)


@torch.no_grad()
def _answer(plan: Plan, network: TrainedNetwork, example: Example) -> str:
    llm, tokens = network.language_model, plan.tokens
    device = llm.get_input_embeddings().weight.device
    states = {medium: value[None].to(device) for medium, value in plan.features.load(example).items()}
    prompt = plan.prompt(example, QUESTIONS["ovlabel"])
    ids, mask = (part.to(device) for part in left_padded([tokens.encode(prompt)], tokens.padding_id))
    decoding = Decoding(max_new_tokens=plan.config.held_out.max_new_tokens, temperature=0.0)
    (text,) = generate(llm, network.embed(ids, states), mask, tokens, decoding, [example.sample.name])
    return clean(text)
