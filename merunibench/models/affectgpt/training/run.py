"""Carrying a training out, from where it was left."""

import csv
import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean

import torch
from transformers import TrainerCallback, TrainerState, TrainingArguments

from merunibench._text import in_one_line
from merunibench.errors import InputError
from merunibench.files import open_atomic, write_text
from merunibench.files.json_text import read_json
from merunibench.journal import canonical, differences, lock
from merunibench.models.affectgpt.checkpoint import read_checkpoint
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.loading import identities, load_acoustic, load_language_model
from merunibench.models.affectgpt.training.data import Progress
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
from merunibench.models.affectgpt.training.writing import (
    append_point,
    authors_sections,
    draw_curve,
    points_of,
    write_checkpoint,
    write_points,
)

SETTINGS, STATES, REFUSED, CURVE, PICTURE = "settings.json", "state", "refused.csv", "loss.csv", "loss.svg"
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

Say = Callable[[str], None]


def train(plan: Plan, progress: Progress, say: Say, score: Score) -> Path:
    """Carry a training out, or go on with it; the folder that it is in.

    Args:
        plan: The training.
        progress: Told what is being done.
        say: Told what happens.
        score: What scores the answers on held-out clips.

    Raises:
        InputError: the folder holds another training, or one that is running; the loss is no number.
    """
    from transformers.utils import logging

    logging.set_verbosity(40)  # errors
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # there is one of ours
    run = plan.config.run
    settings = arguments(run, run.out / STATES, plan.device, plan.dtype)
    first = settings.process_index == 0
    held = lock(run.out / SETTINGS) if first else None
    try:
        with settings.main_process_first(local=False, desc="features"):
            plan.features.complete(plan.examples, progress)
        if first:
            _check_settings(plan)
            _write_refused(plan, say)
        state, done = newest_state(run.out / STATES)
        if done >= run.steps:
            say(f"{run.out}: all {run.steps} steps are done")
            return run.out
        if first:
            remove_others(run.out / STATES, state)
        if state:
            say(f"{run.out}: goes on after step {done} of {run.steps}")
        network = build_network(plan)
        count = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
        say(f"{count:,} numbers are trained, on {sum(map(len, plan.sets))} clips")
        collate = partial(collate_items, plan.tokens.padding_id)
        watch = _Watch(plan, network, progress, say, score)
        data = plan.draws(settings.world_size)
        trainer = FusionTrainer(network, data, collate, run.schedule, settings, [watch])
        trainer.train(resume_from_checkpoint=str(state) if state else None)
    finally:
        if held:
            held.release()
    return run.out


@dataclass(eq=False)
class _Watch(TrainerCallback):
    """Tells and writes what becomes of each step, and stops where the loss is no number; attributes as in `train`."""

    plan: Plan
    network: TrainedNetwork
    progress: Progress
    say: Say
    score: Score

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:  # noqa: ARG002
        """Take back what was written after the state that the training goes on from."""
        run = self.plan.config.run
        if state.is_world_process_zero:
            write_points(run.out / CURVE, points_of(state.log_history, run.steps_per_epoch))

    def on_log(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:  # noqa: ARG002
        """Tell the loss of a step.

        Raises:
            InputError: it is no number.
        """
        run = self.plan.config.run
        for point in points_of(state.log_history[-1:], run.steps_per_epoch):
            if not math.isfinite(point.loss):
                raise InputError(
                    f"the loss of step {point.step} is {point.loss}: the weights are lost. Begin another training "
                    "(out), if need be with the last checkpoint (model.start), at a lower rate (lr) or in bfloat16"
                )
            if state.is_world_process_zero:
                append_point(run.out / CURVE, point)
                self.progress("training", point.step, run.steps)

    def on_save(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:
        """Write what belongs to a state, and only then say that it is whole: what is killed before is done again."""
        from accelerate import PartialState  # type: ignore[import-untyped]

        PartialState().wait_for_everyone()
        if not state.is_world_process_zero:
            return
        out, each = self.plan.config.run.out, self.plan.config.run.steps_per_epoch
        points = points_of(state.log_history, each)
        write_text(out / PICTURE, draw_curve(points, f"Training {out.name}"))
        epoch, within = divmod(state.global_step, each)
        if not within:
            loss = fmean(point.loss for point in points[-each:])
            described = json.loads(canonical(self.plan.config.identity()["run"]))
            sections = authors_sections(self.plan.network, described)
            said = write_checkpoint(out, epoch, loss, self.network.trained(), sections).name
            if held_out := self.plan.held_out:
                found = ask_held_out(self.plan, self.network, epoch, self.score)
                said += f"; {found:.2f} on {len(held_out)} held-out clips"
            self.say(said)
        mark_complete(args, state.global_step)


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
    acoustic = load_acoustic(plan.network) if plan.features.live and "audio" in plan.mode.inputs else None
    fusion = AffectGPTFusion(plan.network)
    network = TrainedNetwork(fusion, language_model, plan.mode, plan.tokens.placeholder_ids, acoustic)
    if config.start:
        shapes = {name: tuple(value.shape) for name, value in network.trained().items()}
        network.load_state_dict(read_checkpoint(config.start).parameters(shapes), strict=False)
    if not config.lora:  # it stays as it begins, which is without effect
        for name, parameter in network.named_parameters():
            parameter.requires_grad &= ".lora_" not in name
    return network.train()


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
