"""transformers' Trainer with the settings of this training.

Its defaults would clip gradients, use no weight decay, decrease the rate to zero, hide NaN losses, and write the whole
language model at every save. It resumes from a state by itself; which states are complete is determined here.
"""

import shutil
from pathlib import Path
from typing import Any, cast

from safetensors import SafetensorError
from torch.optim.lr_scheduler import LambdaLR
from transformers import PrinterCallback, Trainer, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from merunibench.errors import InputError
from merunibench.files import write_text, writing
from merunibench.models.affectgpt.network import is_trained
from merunibench.models.affectgpt.training.config import RunSettings
from merunibench.models.affectgpt.training.schedule import Schedule

_COMPLETE = "complete"


def arguments(run: RunSettings, folder: Path, device: str, dtype: str, steps: int | None = None) -> TrainingArguments:
    """Return the settings of a run for the Trainer.

    Args:
        run: The settings.
        folder: Folder of saved states.
        device: Device of the computation.
        dtype: Data type of the forward pass.
        steps: Number of steps, if not all; then no state is saved.

    Raises:
        InputError: there are several devices, but only one process.
    """
    found = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=run.batch,
        gradient_accumulation_steps=run.accumulation,
        max_steps=steps or run.steps,
        learning_rate=1.0,  # so that the schedule's factor is exactly the rate
        weight_decay=run.weight_decay,
        max_grad_norm=run.max_grad_norm,
        optim="adamw_torch",
        seed=run.seed,
        train_sampling_strategy="sequential",  # `Draws` determines the order
        save_strategy="no" if steps else "steps",
        save_steps=run.save_every or run.steps_per_epoch,
        save_total_limit=2,  # keeps a complete one while the next is written
        logging_steps=1,
        logging_nan_inf_filter=False,
        remove_unused_columns=False,
        dataloader_num_workers=run.workers,
        dataloader_drop_last=True,
        dataloader_pin_memory=device != "cpu",
        bf16=dtype == "bfloat16",
        fp16=dtype == "float16",
        use_cpu=device == "cpu",
        disable_tqdm=True,
        report_to=[],
    )
    if found.n_gpu > 1:
        raise InputError(
            f"there are {found.n_gpu} accelerators, but only one process; start it with `accelerate launch -m "
            "merunibench affectgpt train …`, or make only one of them visible (CUDA_VISIBLE_DEVICES=0)"
        )
    return found


class FusionTrainer(Trainer):
    """The Trainer with our schedule and saved states.

    Args:
        schedule: The learning rate.
        given: Arguments of the Trainer.
    """

    def __init__(self, schedule: Schedule, **given: Any) -> None:  # noqa: ANN401
        self._schedule = schedule
        super().__init__(**given)
        self.remove_callback(PrinterCallback)

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> LambdaLR:  # noqa: ANN401, ARG002
        """Create the scheduler; our schedule already contains the number of steps."""
        self.lr_scheduler = LambdaLR(optimizer or cast("Any", self.optimizer), self._schedule.rate)
        return self.lr_scheduler

    def _save_checkpoint(self, model: Any, trial: Any) -> None:  # noqa: ANN401
        """Save a state.

        Raises:
            InputError: it cannot be written; the previous state is kept.
        """
        with writing(Path(cast("str", self.args.output_dir)), RuntimeError, SafetensorError):
            super()._save_checkpoint(model, trial)

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        """Save only trained weights, since frozen ones do not change."""
        weights = self.accelerator.unwrap_model(self.model).state_dict() if state_dict is None else state_dict
        super()._save(output_dir, {name: value for name, value in weights.items() if is_trained(name)})


def mark_complete(settings: TrainingArguments, step: int) -> None:
    """Mark the state of a step as complete; the Trainer does not recognise states that were only partly written."""
    write_text(Path(cast("str", settings.output_dir)) / f"{PREFIX_CHECKPOINT_DIR}-{step}" / _COMPLETE, "")


def newest_state(folder: Path) -> tuple[Path | None, int]:
    """Return the newest complete state, from which to resume, and its number of steps."""
    marks = folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*/{_COMPLETE}")
    states = {int(mark.parent.name.rpartition("-")[2]): mark.parent for mark in marks}
    newest = max(states, default=0)
    return states.get(newest), newest


def remove_others(folder: Path, state: Path | None) -> None:
    """Remove states that killed processes wrote or removed only partly.

    The Trainer removes the oldest folders by their time, and could treat these as newer than the given state.
    """
    for other in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*"):
        if other != state:
            shutil.rmtree(other, ignore_errors=True)
