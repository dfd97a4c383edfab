"""Carrying a training out, from where it was left."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from merunibench._text import in_one_line, shown
from merunibench.errors import InputError
from merunibench.files import open_atomic, write_text
from merunibench.files.json_text import read_json
from merunibench.journal import canonical, differences, lock
from merunibench.models.affectgpt.checkpoint import read_checkpoint
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.loading import identities, load_acoustic, load_language_model
from merunibench.models.affectgpt.prompt import QUESTIONS
from merunibench.models.affectgpt.training.data import Examples
from merunibench.models.affectgpt.training.draws import Collator
from merunibench.models.affectgpt.training.features import Progress
from merunibench.models.affectgpt.training.held_out import HeldOut, Score
from merunibench.models.affectgpt.training.network import TrainedNetwork
from merunibench.models.affectgpt.training.plan import Plan
from merunibench.models.affectgpt.training.trainer import (
    FusionTrainer,
    Optimisation,
    Watch,
    count_trained,
    freeze_lora,
    newest_state,
)
from merunibench.models.affectgpt.training.writing import Curve, authors_sections, write_checkpoint

SETTINGS = "settings.json"
STATES = "state"
REFUSED = "refused.csv"
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

Say = Callable[[str], None]


def train(plan: Plan, progress: Progress, say: Say, score: Score) -> Path:
    """Carry a training out, or go on with it; the folder that it is in.

    Args:
        plan: The training.
        progress: Told what is being done, the steps done, and their number.
        say: Told what happens.
        score: What scores the answers on held-out clips.

    Raises:
        InputError: the folder holds another training, or one that is running; the loss is no number.
    """
    from transformers.utils import logging

    logging.set_verbosity(40)  # errors
    run = plan.config.run
    arguments = Optimisation(
        batch=run.batch,
        accumulation=run.accumulation,
        steps=run.steps,
        weight_decay=run.weight_decay,
        beta2=run.beta2,
        max_grad_norm=run.max_grad_norm,
        seed=run.seed,
        save_every=run.save_every or run.steps_per_epoch,
        dtype=plan.dtype,  # type: ignore[arg-type]
        workers=run.workers,
    ).arguments(run.out / STATES, plan.device)
    first = arguments.process_index == 0
    held = lock(run.out / SETTINGS) if first else None
    try:
        with arguments.main_process_first(local=False, desc="features"):
            plan.features.complete(plan.examples, progress)
        if first:
            _check_settings(plan)
            _write_refused(plan, say)
        _carry_out(plan, arguments, progress, say, score)
    finally:
        if held:
            held.release()
    return run.out


def _carry_out(plan: Plan, arguments: Any, progress: Progress, say: Say, score: Score) -> None:  # noqa: ANN401
    run = plan.config.run
    state, done = newest_state(run.out / STATES)
    if done >= run.steps:
        say(f"{run.out}: all {run.steps} steps are done")
        return
    if state:
        say(f"{run.out}: goes on after step {done} of {run.steps}")
    network = build_network(plan)
    say(f"{count_trained(network):,} numbers are trained, on {len(plan.examples.kept)} clips")
    curve = Curve(run.out, run.steps_per_epoch, done) if arguments.process_index == 0 else None
    sections = authors_sections(plan.network, json.loads(canonical(plan.config.identity()["run"])))
    held_out = _held_out(plan, score) if plan.held_out else None

    def step(number: int, rate: float, loss: float) -> None:
        assert curve is not None
        curve.add(number, rate, loss)
        progress("training", number, run.steps)

    def save(number: int) -> None:
        assert curve is not None
        curve.draw(f"Training {run.out.name}")
        epoch, within = divmod(number, run.steps_per_epoch)
        if within:
            return
        loss = curve.mean_of_epoch(epoch)
        path = write_checkpoint(run.out, epoch, loss, trainer.network.trained(), sections)
        scored = ""
        if held_out:
            scored = f"; {held_out.ask(trainer.network, epoch):.2f} on {len(plan.held_out)} held-out clips"
        say(f"{path.name}{scored}")

    collate = Collator(plan.tokens.padding_id)
    data = plan.draws(arguments.world_size)
    trainer = FusionTrainer(network, data, collate, run.schedule, arguments, Watch(step, save))
    trainer.train(resume_from_checkpoint=str(state) if state else None)


def build_network(plan: Plan) -> TrainedNetwork:
    """The network at its start: weights drawn by the seed, or those of a checkpoint.

    Raises:
        InputError: a frozen model or the checkpoint does not fit.
    """
    from transformers import set_seed

    config, run = plan.config.model, plan.config.run
    set_seed(run.seed)
    language_model, _ = load_language_model(plan.network, _DTYPES[plan.dtype])
    if run.gradient_checkpointing:
        # The second is the name that transformers had before.
        enable = getattr(
            language_model, "activation_checkpointing_enable", language_model.gradient_checkpointing_enable
        )
        enable({"use_reentrant": False})
    acoustic = load_acoustic(plan.network) if run.cache == "visual" and "audio" in plan.mode.inputs else None
    fusion = AffectGPTFusion(plan.network)
    network = TrainedNetwork(fusion, language_model, plan.mode, plan.tokens.placeholder_ids, acoustic)
    if config.start:
        shapes = {name: tuple(value.shape) for name, value in network.trained().items()}
        network.load_state_dict(read_checkpoint(config.start).parameters(shapes), strict=False)
    if not config.lora:
        freeze_lora(network)
    return network.train()


def _held_out(plan: Plan, score: Score) -> HeldOut:
    lost = Examples(kept=list(plan.held_out))
    plan.features.complete(lost, lambda *_: None)
    if lost.refused:
        raise InputError(
            f"held-out clip {shown(lost.refused[0].name)}: {lost.refused[0].reason}; mend it, or take it out"
        )
    prompts = [plan.prompt(example, QUESTIONS["ovlabel"]) for example in plan.held_out]
    longest = plan.config.held_out.max_new_tokens
    return HeldOut(plan.config.run.out, plan.held_out, prompts, plan.features.load, plan.tokens, longest, score)


def _check_settings(plan: Plan) -> None:
    """See to it that a folder holds one training alone.

    Raises:
        InputError: it holds another; what differs is named.
    """
    texts = canonical({each.identity: [each.sample.subtitle, each.texts] for each in plan.examples.kept})
    start = plan.config.model.start
    settings = {
        "config": plan.config.identity(),
        "frozen": identities(plan.network),
        "examples": {"kept": len(plan.examples.kept), "sha256": hashlib.sha256(texts.encode()).hexdigest()[:16]},
        "start": read_checkpoint(start).sha256 if start else None,
    }
    path = plan.config.run.out / SETTINGS
    if not path.is_file():
        write_text(path, json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
        return
    before = read_json(path)
    found = differences(before, settings) if isinstance(before, dict) else "it is no settings file"
    if found:
        raise InputError(f"{path.parent}: holds another training ({found}); choose another folder (out)")


def _write_refused(plan: Plan, say: Say) -> None:
    refused, path = plan.examples.refused, plan.config.run.out / REFUSED
    with open_atomic(path) as stream:
        rows = ([each.set + 1, each.name, each.reason] for each in refused)
        csv.writer(stream, lineterminator="\n").writerows([["set", "name", "reason"], *rows])
    if refused:
        first = in_one_line(f"{refused[0].name}: {refused[0].reason}", 200)
        say(f"{len(refused)} clips are left out, the first {first} ({path})")
