"""Clips that are left out of training: drawn by the seed, asked for their labels after each epoch, and scored.

What scores them is given by the caller: nothing here knows the benchmark.
"""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from merunibench.errors import InputError
from merunibench.files import open_atomic
from merunibench.models.affectgpt.generation import clean, generate
from merunibench.models.affectgpt.network import left_padded, splice
from merunibench.models.affectgpt.prompt import Medium, PromptTokenizer
from merunibench.models.affectgpt.training.data import Example, Examples, draw
from merunibench.models.affectgpt.training.draws import States
from merunibench.models.affectgpt.training.network import TrainedNetwork
from merunibench.models.base import Decoding

FOLDER = "held_out"
Score = Callable[[Path, Path], float]
"""(answers of JSON Lines, table of labels) -> score in per cent."""


def take_out(examples: Examples, clips: int, seed: int) -> list[Example]:
    """Take some examples that have labels out of those to learn from; the first by a hash.

    Raises:
        InputError: there are not so many.
    """
    labelled = sorted((each for each in examples.kept if each.labels), key=lambda each: draw(seed, each.identity))
    if clips >= len(labelled) and clips:
        raise InputError(f"held_out.clips is {clips}, and {len(labelled)} examples have labels: leave out fewer")
    taken = labelled[:clips]
    names = {each.identity for each in taken}
    examples.kept = [each for each in examples.kept if each.identity not in names]
    return taken


class HeldOut:
    """The clips, and where their answers go.

    Args:
        folder: Where to.
        examples: The clips.
        prompts: The prompt of each, which asks for its labels.
        load: Example -> states of the encoders.
        tokens: The tokenizer.
        max_new_tokens: Longest answer.
        score: What scores them.
    """

    def __init__(
        self,
        folder: Path,
        examples: Sequence[Example],
        prompts: Sequence[str],
        load: Callable[[Example], States],
        tokens: PromptTokenizer,
        max_new_tokens: int,
        score: Score,
    ) -> None:
        self._folder, self._examples, self._prompts = folder / FOLDER, examples, prompts
        self._load, self._tokens, self._score = load, tokens, score
        self._decoding = Decoding(max_new_tokens=max_new_tokens, temperature=0.0)
        sets = {example.set for example in examples}
        self._names = [f"{each.set + 1}/{each.sample.name}" if len(sets) > 1 else each.sample.name for each in examples]

    def ask(self, network: TrainedNetwork, epoch: int) -> float:
        """Ask for the labels, greedily, and score them; the network is in training mode again afterwards."""
        truth, answers = self._folder / "truth.csv", self._folder / f"epoch_{epoch:06d}.jsonl"
        with open_atomic(truth) as stream:
            rows = ([name, ", ".join(each.labels)] for name, each in zip(self._names, self._examples, strict=True))
            csv.writer(stream, lineterminator="\n").writerows([["name", "openset"], *rows])
        network.eval()
        try:
            texts = [self._answer(network, *each) for each in zip(self._examples, self._prompts, strict=True)]
        finally:
            network.train()
        with open_atomic(answers) as stream:
            for name, text in zip(self._names, texts, strict=True):
                stream.write(json.dumps({"name": name, "text": text}, ensure_ascii=False) + "\n")
        return self._score(answers, truth)

    @torch.no_grad()
    def _answer(self, network: TrainedNetwork, example: Example, prompt: str) -> str:
        llm, known = network.language_model, network.placeholder_ids
        device = llm.get_input_embeddings().weight.device
        states: dict[Medium, torch.Tensor] = {key: value[None].to(device) for key, value in self._load(example).items()}
        if network.acoustic_encoder is not None and "audio" in states:
            states["audio"] = network.acoustic_encoder(states["audio"])
        ids, mask = (part.to(device) for part in left_padded([self._tokens.encode(prompt)], self._tokens.padding_id))
        embeddings = splice(llm.get_input_embeddings(), ids, known, network.fusion(network.mode, states))
        (text,) = generate(llm, embeddings, mask, self._tokens, self._decoding, [example.sample.name])
        return clean(text)
