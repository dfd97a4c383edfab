"""Run a training, or resume it."""

import csv
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Any

import torch
from transformers import TrainerCallback, TrainerState, TrainingArguments

from merunibench._text import in_one_line
from merunibench.errors import InputError
from merunibench.files import open_atomic, write_text, writing
from merunibench.journal import canonical, differences, lock, read_settings
from merunibench.models.affectgpt.checkpoint import read_checkpoint, write_released
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.loading import identities, load_acoustic, load_language_model
from merunibench.models.affectgpt.training.data import Progress, Refused
from merunibench.models.affectgpt.training.draws import collate_items
from merunibench.models.affectgpt.training.held_out import Score, ask_held_out
from merunibench.models.affectgpt.training.network import TrainedNetwork
from merunibench.models.affectgpt.training.plan import Plan
from merunibench.models.affectgpt.training.trainer import (
    FusionTrainer,
    arguments,
    mark_complete,
    newest_state,
    remove_others,
)

_COLUMNS = ("step", "learning_rate", "loss")


@dataclass(frozen=True)
class Hooks:
    """Callbacks of the caller.

    Attributes:
        progress: Called with progress.
        say: Called with messages.
        score: Scores the answers on held-out clips.
        draw: Losses of all steps and a title -> a picture in SVG.
    """

    progress: Progress
    say: Callable[[str], None]
    score: Score
    draw: Callable[[Sequence[float], str], str]


def train(plan: Plan, hooks: Hooks) -> None:
    """Run a training, or resume it.

    Raises:
        InputError: the folder contains another training, or one that is running; the loss is not finite.
    """
    from transformers.utils import logging

    logging.set_verbosity(40)  # errors
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the caller has its own
    run, states = plan.config.run, plan.config.run.out / "state"
    settings = arguments(run, states, plan.device, plan.dtype)
    first = settings.process_index == 0
    held = lock(run.out / "settings.json") if first else None
    try:
        with settings.main_process_first(local=False, desc="features"):
            plan.features.complete(plan.examples, hooks.progress)
        if first:
            _check_settings(plan)
            _write_refused(plan, hooks.say)
        state, done = newest_state(states)
        if done >= run.steps:
            hooks.say(f"{run.out}: all {run.steps} steps are done")
            return
        if first:
            remove_others(states, state)
        if state:
            hooks.say(f"{run.out}: resumes after step {done} of {run.steps}")
        network = build_network(plan)
        count = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
        hooks.say(f"training {count:,} parameters on {sum(map(len, plan.sets))} clips")
        trainer = FusionTrainer(
            run.schedule,
            model=network,
            args=settings,
            train_dataset=plan.draws(settings.world_size),
            data_collator=partial(collate_items, plan.tokens.padding_id),
            callbacks=[_Watch(plan, network, hooks)],
        )
        trainer.train(resume_from_checkpoint=str(state) if state else None)
    finally:
        if held:
            held.release()


@dataclass(eq=False)
class _Watch(TrainerCallback):
    """Reports and records each step, and stops if the loss is not finite; attributes as in `train`."""

    plan: Plan
    network: TrainedNetwork
    hooks: Hooks

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:  # noqa: ARG002
        """Remove records written after the state from which the training resumes."""
        if state.is_world_process_zero:
            self._write_losses([dict(zip(_COLUMNS, _COLUMNS, strict=True)), *_steps(state)], "w")

    def on_log(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:  # noqa: ARG002
        """Report the loss of a step.

        Raises:
            InputError: it is not finite.
        """
        last = state.log_history[-1]
        if "loss" not in last:  # the summary at the end
            return
        if not math.isfinite(last["loss"]):
            raise InputError(
                f"the loss of step {last['step']} is {last['loss']}, so the weights are unusable. Start another "
                "training (out), e.g. from the last checkpoint (model.start), with a lower rate (lr) or in bfloat16"
            )
        if state.is_world_process_zero:
            self._write_losses([last], "a")
            self.hooks.progress("training", int(last["step"]), self.plan.config.run.steps)

    def on_save(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:
        """Write the files of a state, then mark it as complete; if killed before, its steps are repeated."""
        from accelerate import PartialState  # type: ignore[import-untyped]

        PartialState().wait_for_everyone()
        if not state.is_world_process_zero:
            return
        run, losses = self.plan.config.run, [step["loss"] for step in _steps(state)]
        write_text(run.out / "loss.svg", self.hooks.draw(losses, f"Training {run.out.name}"))
        epoch, within = divmod(state.global_step, run.steps_per_epoch)
        if not within:
            path = run.out / f"checkpoint_{epoch:06d}_loss_{fmean(losses[-run.steps_per_epoch :]):.3f}.pth"
            write_released(path, self.plan.network, self.network.trained(), epoch, self.plan.config.identity()["run"])
            said = path.name
            if run.held_out:
                score = ask_held_out(self.plan, self.network, epoch, self.hooks.score)
                said += f"; {score:.2f} on {run.held_out} held-out clips"
            self.hooks.say(said)
        mark_complete(args, state.global_step)

    def _write_losses(self, rows: Iterable[Mapping[str, Any]], mode: str) -> None:
        """Write losses; a partial line left by a killed process is removed when the training resumes."""
        path = self.plan.config.run.out / "loss.csv"
        with writing(path), path.open(mode, encoding="utf-8", newline="") as stream:
            csv.DictWriter(stream, _COLUMNS, extrasaction="ignore", lineterminator="\n").writerows(rows)


def _steps(state: TrainerState) -> list[dict[str, float]]:
    """Return number, learning rate and loss of each step, from the Trainer's history, which is part of its states."""
    return [each for each in state.log_history if "loss" in each]


def build_network(plan: Plan) -> TrainedNetwork:
    """Return the initial network, with weights drawn by the seed or from a checkpoint.

    Raises:
        InputError: a frozen model or the checkpoint does not fit.
    """
    from transformers import set_seed

    config, run = plan.config.model, plan.config.run
    set_seed(run.seed)
    language_model, _ = load_language_model(plan.network, getattr(torch, plan.dtype))
    if run.gradient_checkpointing:
        language_model.activation_checkpointing_enable({"use_reentrant": False})
    acoustic = load_acoustic(plan.network) if run.cache == "visual" and "audio" in plan.mode.inputs else None
    fusion = AffectGPTFusion(plan.network)
    network = TrainedNetwork(fusion, language_model, plan.mode, plan.tokens.placeholder_ids, acoustic)
    if config.start:
        shapes = {name: tuple(value.shape) for name, value in network.trained().items()}
        network.load_state_dict(read_checkpoint(config.start).parameters(shapes), strict=False)
    if not config.lora:  # its initial values have no effect
        for name, parameter in network.named_parameters():
            parameter.requires_grad &= ".lora_" not in name
    return network.train()


def _check_settings(plan: Plan) -> None:
    """Check that the folder does not contain another training.

    Raises:
        InputError: it contains another training; the message names the differences.
    """
    start, kept = plan.config.model.start, plan.examples.kept
    texts = canonical({"kept": [[each.set, each.sample.name, each.sample.subtitle, each.texts] for each in kept]})
    settings = {
        "config": plan.config.identity(),
        "frozen": identities(plan.network),
        "examples": {"kept": len(kept), "sha256": hashlib.sha256(texts.encode()).hexdigest()[:16]},
        "start": read_checkpoint(start).sha256 if start else None,
    }
    path = plan.config.run.out / "settings.json"
    if not path.is_file():
        write_text(path, json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
    elif found := differences(read_settings(path), settings):
        raise InputError(f"{path.parent}: contains another training ({found}); choose another folder (out)")


def _write_refused(plan: Plan, say: Callable[[str], None]) -> None:
    refused, path = plan.examples.refused, plan.config.run.out / "refused.csv"
    with open_atomic(path) as stream:
        csv.writer(stream, lineterminator="\n").writerows([Refused._fields, *refused])
    if refused:
        first = in_one_line(f"{refused[0].name}: {refused[0].reason}", 200)
        say(f"{len(refused)} clips are left out; the first: {first} ({path})")
