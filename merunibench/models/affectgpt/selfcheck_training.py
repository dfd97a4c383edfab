"""Recompute the training of the authors' classes: ids, losses, gradients, and weights after three steps.

For `merunibench affectgpt selfcheck`; docs/affectgpt.md lists the keys. The Trainer itself updates the weights.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from merunibench.models.affectgpt.checkpoint import is_ignored, released_name
from merunibench.models.affectgpt.configuration import AffectGPTConfig, config_from_shapes, with_changes
from merunibench.models.affectgpt.encoders import AcousticEncoder, VisualEncoder
from merunibench.models.affectgpt.fixture_models import build_clip, build_hubert, build_language_model
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.network import is_trained
from merunibench.models.affectgpt.prompt import Medium, Mode, PromptTokenizer, prompt_tokenizer
from merunibench.models.affectgpt.selfcheck import Arrays, Check, Computed, tensor_of, weights_of
from merunibench.models.affectgpt.training.config import RunSettings
from merunibench.models.affectgpt.training.network import TrainedNetwork
from merunibench.models.affectgpt.training.schedule import Schedule
from merunibench.models.affectgpt.training.targets import collate, encode_target
from merunibench.models.affectgpt.training.trainer import FusionTrainer, arguments

CASES = ("attn", "qformer", "none", "mean")
_RUNS = {
    "published": Schedule(1e-5, 1e-5, 1e-6, 5000, 60, 5000),
    "decay": Schedule(1e-3, 1e-4, 1e-5, 4, 2, 3),
}
"""Two runs of three steps; the second has one step of warm-up and two of cosine decay."""
_BATCH = ("input_ids", "labels", "attention_mask")


@dataclass(frozen=True, eq=False)
class Case:
    """One case of a fixture, ready for training.

    Attributes:
        network: The network with the case's weights and without dropout.
        batch: The two examples.
    """

    network: TrainedNetwork
    batch: dict[str, Any]

    def trained_in(self, steps: int, schedule: Schedule) -> list[float]:
        """Train on the batch for some steps with the Trainer; return the losses."""
        data: Any = [None] * (2 * steps)
        with tempfile.TemporaryDirectory() as folder:
            settings = arguments(RunSettings(out=Path(folder), batch=2), Path(folder), "cpu", "float32", steps)
            batch = {"train_dataset": data, "data_collator": lambda _: dict(self.batch)}
            trainer = FusionTrainer(schedule, model=self.network, args=settings, **batch)
            trainer.train()
        return [told["loss"] for told in trainer.state.log_history if "loss" in told]


def read_case(name: str, arrays: Arrays) -> Case:
    """Build a case's network and batch.

    Raises:
        KeyError: a key is missing.
        RuntimeError: weights do not fit together.
    """
    weights = weights_of(arrays, f"{name}.w.")
    config = _config(name, arrays, weights)
    fusion = AffectGPTFusion(config)
    fusion.load_state_dict({key: weights[released_name(f"fusion.{key}")] for key in fusion.state_dict()})
    frozen = weights_of(arrays, "frozen.")
    llm = build_language_model(_below("llama_model.", frozen) | _below("llama_model.", weights))
    faces = tensor_of(arrays, "batch.raw_faces").transpose(1, 2)
    visual = VisualEncoder(build_clip(_below("visual_encoder.model.", frozen), faces.shape[-1]).eval())
    acoustic = AcousticEncoder(build_hubert(_below("acoustic_encoder.model.", frozen)))
    mode = Mode(_text(arrays, f"{name}.mode"))
    network = TrainedNetwork(fusion, llm, mode, _tokens().placeholder_ids, acoustic).train()
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    with torch.no_grad():
        states: dict[Medium, torch.Tensor] = {mode.stream: visual(faces)}
    states["audio"] = tensor_of(arrays, "batch.raw_audios")[:, :, 0]
    return Case(network, {**_batch(name, arrays, mode, config), "states": states})


def _batch(name: str, arrays: Arrays, mode: Mode, config: AffectGPTConfig) -> dict[str, torch.Tensor]:
    targets = []
    for number in range(2):
        said = {part: _text(arrays, f"{name}.text{number}.{part}") for part in ("question", "subtitle", "answer")}
        prompt = mode.prompt(said["question"], said["subtitle"], config.copies)
        targets.append(encode_target(_tokens(), prompt, said["answer"]))
    return collate(targets, _tokens().padding_id)


def _present(arrays: Arrays) -> Sequence[str]:
    return [case for case in CASES if f"{case}.mode" in arrays]


def _ids(arrays: Arrays) -> Computed:
    """`CASE.input_ids`, `.labels`, `.attention_mask`, from the texts."""
    for name in _present(arrays):
        config = _config(name, arrays, weights_of(arrays, f"{name}.w."))
        batch = _batch(name, arrays, Mode(_text(arrays, f"{name}.mode")), config)
        yield from ((f"{name}.{key}", batch[key]) for key in _BATCH)


def _schedule(arrays: Arrays) -> Computed:
    """`schedule.*.epoch_step_lr` by `.settings`; (epoch from 1, step from 0, rate)."""
    for key in (key for key in arrays if key.startswith("schedule.") and key.endswith(".epoch_step_lr")):
        given = json.loads(_text(arrays, key.replace("epoch_step_lr", "settings")))
        start, each = given["warmup_start_lr"], int(given["iters_per_epoch"])
        rates = (given["init_lr"], given["min_lr"], start if start >= 0 else given["init_lr"])
        schedule = Schedule(*rates, given["warmup_steps"], given["max_epoch"], each)
        yield key, [[e, i, schedule.rate((int(e) - 1) * each + int(i))] for e, i, _ in arrays[key].tolist()]


def _losses(arrays: Arrays) -> Computed:
    """`CASE.loss`, `CASE.token_nll` of shape (2, L - 1), -1 for tokens without a loss; `attn.RUN.losses` by step."""
    for name in _present(arrays):
        case = read_case(name, arrays)
        with torch.no_grad():
            output = case.network(**case.batch)
        labels = case.batch["labels"][:, 1:]
        nll = torch.nn.functional.cross_entropy(output["logits"][:, :-1].transpose(1, 2), labels, reduction="none")
        yield f"{name}.loss", output["loss"]
        yield f"{name}.token_nll", nll.where(labels != -100, -1)
    for run, schedule in _RUNS.items():
        if f"attn.{run}.losses" in arrays:
            yield f"attn.{run}.losses", read_case("attn", arrays).trained_in(3, schedule)


def _gradients(arrays: Arrays) -> Computed:
    """`CASE.grad.*`, and `CASE.grad_norm.*`, -1 without a gradient.

    Gradients of a Q-Former's key biases are 0 in exact arithmetic, since attention does not depend on them. The actual
    values are rounding noise, so they are not compared.
    """
    for name in _present(arrays):
        case = read_case(name, arrays)
        case.network(**case.batch)["loss"].backward()
        for ours, parameter in case.network.named_parameters():
            key = released_name(ours) if is_trained(ours) else ""
            gradient, noise = parameter.grad, key.endswith("self.key.bias") and "_Qformer." in key
            if f"{name}.grad_norm.{key}" in arrays and not noise:
                yield f"{name}.grad_norm.{key}", -1.0 if gradient is None else gradient.norm()
            if f"{name}.grad.{key}" in arrays and not noise and gradient is not None:
                yield f"{name}.grad.{key}", gradient


def _three_steps(run: str, arrays: Arrays) -> Computed:
    """`attn.RUN.lr` and `.w3.*`: three steps on the same batch with the Trainer."""
    yield f"attn.{run}.lr", [_RUNS[run].rate(step) for step in range(3)]
    case = read_case("attn", arrays)
    case.trained_in(3, _RUNS[run])
    for ours, value in case.network.trained().items():
        yield f"attn.{run}.w3.{released_name(ours)}", value


def _config(name: str, arrays: Arrays, weights: Mapping[str, torch.Tensor]) -> AffectGPTConfig:
    shapes = {key: tuple(value.shape) for key, value in weights.items() if not is_ignored(key)}
    tokens = ("visual_tokens", "acoustic_tokens", "multi_tokens", "image_tokens")
    copies = arrays[f"{name}.tokens_of_video_audio_multi_image"].tolist()
    return with_changes(config_from_shapes(shapes), dict(zip(tokens, copies, strict=True)))


def _tokens() -> PromptTokenizer:
    """Return the tokenizer of these fixtures: bytes, `##`, `###`, and Qwen's three special tokens."""
    from transformers import PreTrainedTokenizerFast

    words = [*sorted(pre_tokenizers.ByteLevel.alphabet()), "##", "###"]
    vocabulary = {word: number for number, word in enumerate(words)}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[("#", "#"), ("##", "#")]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(
        [AddedToken(f"<|{name}|>", special=True) for name in ("endoftext", "im_start", "im_end")]
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend)  # type: ignore[no-untyped-call]
    return prompt_tokenizer(tokenizer, len(vocabulary))


def _below(prefix: str, weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}


def _text(arrays: Arrays, key: str) -> str:
    return arrays[key].tobytes().decode("utf-8", "replace")


CHECKS = (
    Check("ids", _ids, tolerance=0.0),
    Check("schedule", _schedule, tolerance=0.0),
    Check("losses", _losses, trains=True),
    Check("gradients", _gradients, tolerance=1e-3, relative=True, trains=True),
    Check("weights", partial(_three_steps, "published"), tolerance=3e-7, trains=True),
    Check("decay", partial(_three_steps, "decay"), tolerance=2e-6, trains=True),
)
"""The checks in order; each gives one line."""
