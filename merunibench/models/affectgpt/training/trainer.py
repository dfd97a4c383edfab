"""transformers' Trainer with the settings of this training.

Its defaults would clip gradients, decay nothing, let the rate fall to zero, hide losses that are no numbers, and write
the whole language model at every save. How it goes on from a state is its own; only which states are whole is not.
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
    """The settings of a run as the Trainer takes them.

    Args:
        run: The settings.
        folder: Where states are saved.
        device: Where it computes.
        dtype: In which the forward pass computes.
        steps: How many, if not all; then no state is saved.

    Raises:
        InputError: there are several devices, and nothing that starts a process for each.
    """
    found = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=run.batch,
        gradient_accumulation_steps=run.accumulation,
        max_steps=steps or run.steps,
        learning_rate=1.0,  # the schedule's factor then is the rate itself, to the last bit
        weight_decay=run.weight_decay,
        max_grad_norm=run.max_grad_norm,
        optim="adamw_torch",
        seed=run.seed,
        train_sampling_strategy="sequential",  # `Draws` has them in order
        save_strategy="no" if steps else "steps",
        save_steps=run.save_every or run.steps_per_epoch,
        save_total_limit=2,  # one that is whole, while the next is written
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
            f"{found.n_gpu} accelerators and one process: start it with `accelerate launch -m merunibench "
            "affectgpt train …`, or show it one of them (CUDA_VISIBLE_DEVICES=0)"
        )
    return found


class FusionTrainer(Trainer):
    """The Trainer.

    Args:
        schedule: The learning rate.
        given: What the Trainer takes.
    """

    def __init__(self, schedule: Schedule, **given: Any) -> None:  # noqa: ANN401
        self._schedule = schedule
        super().__init__(**given)
        self.remove_callback(PrinterCallback)

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> LambdaLR:  # noqa: ANN401, ARG002
        """The learning rate by the schedule, which knows the number of steps."""
        self.lr_scheduler = LambdaLR(optimizer or cast("Any", self.optimizer), self._schedule.rate)
        return self.lr_scheduler

    def _save_checkpoint(self, model: Any, trial: Any) -> None:  # noqa: ANN401
        """Save a state.

        Raises:
            InputError: it cannot be written; the one before stays.
        """
        with writing(Path(cast("str", self.args.output_dir)), RuntimeError, SafetensorError):
            super()._save_checkpoint(model, trial)

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        """Trained weights alone: the frozen ones are where they were loaded from."""
        weights = self.accelerator.unwrap_model(self.model).state_dict() if state_dict is None else state_dict
        super()._save(output_dir, {name: value for name, value in weights.items() if is_trained(name)})


def mark_complete(settings: TrainingArguments, step: int) -> None:
    """Say that the state of a step is whole; the Trainer takes what a killed process left half written for one too."""
    write_text(Path(cast("str", settings.output_dir)) / f"{PREFIX_CHECKPOINT_DIR}-{step}" / _COMPLETE, "")


def newest_state(folder: Path) -> tuple[Path | None, int]:
    """The whole state to go on from, and its number of steps."""
    marks = folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*/{_COMPLETE}")
    states = {int(mark.parent.name.rpartition("-")[2]): mark.parent for mark in marks}
    newest = max(states, default=0)
    return states.get(newest), newest


def remove_others(folder: Path, state: Path | None) -> None:
    """Remove what killed processes left beside a state: half of one that was written, or of one that was taken away.

    The Trainer goes by the age of folders when it takes the oldest away, and could take them for newer than this one.
    """
    for other in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*"):
        if other != state:
            shutil.rmtree(other, ignore_errors=True)
