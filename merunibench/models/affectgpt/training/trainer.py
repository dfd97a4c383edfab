"""transformers' Trainer with the settings of this training, and with states that a killed run goes on from.

Its defaults would clip gradients, decay nothing, let the rate fall to zero, hide losses that are no numbers, and write
the whole language model at every save.
"""

import math
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import torch
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import Dataset, SequentialSampler
from transformers import Trainer, TrainingArguments

from merunibench.errors import InputError
from merunibench.files import write_text
from merunibench.models.affectgpt.training.network import TrainedNetwork
from merunibench.models.affectgpt.training.schedule import Schedule

_COMPLETE = "complete"
"""The file that is written last into the folder of a state."""
_STATE = "checkpoint-"
"""What the Trainer's folders begin with."""


@dataclass(frozen=True)
class Optimisation:
    """How weights are changed; the defaults are the published settings.

    Attributes:
        batch: Examples of a step on each device, or of a micro-batch where several are accumulated.
        accumulation: Micro-batches of a step.
        steps: Steps in all.
        weight_decay: Of everything but biases and LayerNorms.
        beta2: Of AdamW; its other numbers are 0.9 and 1e-8.
        max_grad_norm: Norm that gradients are clipped to; 0 for not at all.
        seed: Of dropout.
        save_every: Steps between two states; None for no state at all.
        dtype: In which the forward pass computes.
        workers: Processes that read examples.
    """

    batch: int = 3
    accumulation: int = 1
    steps: int = 300_000
    weight_decay: float = 0.05
    beta2: float = 0.999
    max_grad_norm: float = 0.0
    seed: int = 42
    save_every: int | None = None
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    workers: int = 0

    def arguments(self, folder: Path, device: str) -> TrainingArguments:
        """As the Trainer takes them.

        Raises:
            InputError: there are several devices, and nothing that starts a process for each.
        """
        arguments = TrainingArguments(
            output_dir=str(folder),
            per_device_train_batch_size=self.batch,
            gradient_accumulation_steps=self.accumulation,
            max_steps=self.steps,
            learning_rate=1.0,  # the schedule's factor then is the rate itself, to the last bit
            weight_decay=self.weight_decay,
            adam_beta2=self.beta2,
            adam_epsilon=1e-8,
            max_grad_norm=self.max_grad_norm,
            optim="adamw_torch",
            seed=self.seed,
            save_strategy="no" if self.save_every is None else "steps",
            save_steps=self.save_every or 1,
            logging_steps=1,
            logging_nan_inf_filter=False,
            remove_unused_columns=False,
            dataloader_num_workers=self.workers,
            dataloader_drop_last=True,
            dataloader_pin_memory=device != "cpu",
            bf16=self.dtype == "bfloat16",
            fp16=self.dtype == "float16",
            use_cpu=device == "cpu",
            disable_tqdm=True,
            report_to=[],
        )
        if arguments.n_gpu > 1:
            raise InputError(
                f"{arguments.n_gpu} accelerators and one process: start it with `accelerate launch -m merunibench "
                "affectgpt train …`, or show it one of them (CUDA_VISIBLE_DEVICES=0)"
            )
        return arguments


@dataclass(frozen=True)
class Watch:
    """What is told of a training that goes on.

    Attributes:
        step: Called after each step with its number from 1, its learning rate and its loss.
        save: Called before a state is saved, with the number of steps done.
    """

    step: Callable[[int, float, float], None] = lambda *_: None
    save: Callable[[int], None] = lambda _: None


class FusionTrainer(Trainer):
    """The Trainer.

    Args:
        network: What is trained.
        data: The examples of all steps, in their order.
        collate: Examples -> the arguments of the network's forward pass.
        schedule: The learning rate.
        arguments: Of `Optimisation.arguments`; states are saved in their folder.
        watch: What is told.
    """

    def __init__(
        self,
        network: TrainedNetwork,
        data: Dataset[Any],
        collate: Callable[[Sequence[Any]], dict[str, Any]],
        schedule: Schedule,
        arguments: TrainingArguments,
        watch: Watch | None = None,
    ) -> None:
        from transformers import PrinterCallback

        self._schedule, self._watch = schedule, watch or Watch()
        super().__init__(model=network, args=arguments, train_dataset=data, data_collator=collate)
        self.remove_callback(PrinterCallback)

    @property
    def _folder(self) -> Path:
        return Path(cast("str", self.args.output_dir))

    @property
    def network(self) -> TrainedNetwork:
        """What is trained, without what is wrapped around it on several devices."""
        network: TrainedNetwork = self.accelerator.unwrap_model(self.model)
        return network

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> LambdaLR:  # noqa: ANN401
        """The learning rate by the schedule."""
        del num_training_steps  # the schedule knows
        self.lr_scheduler = LambdaLR(cast("torch.optim.Optimizer", optimizer or self.optimizer), self._schedule.rate)
        return self.lr_scheduler

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Tell the loss of a step; without the Trainer's history, which would grow with every step.

        Raises:
            InputError: it is no number.
        """
        del start_time
        if "loss" not in logs:  # the summary at the end
            return
        step, loss = self.state.global_step, logs["loss"]
        if not math.isfinite(loss):
            raise InputError(
                f"the loss of step {step} is {loss}: the weights are lost. The last state stays; lower the rate (lr), "
                "or compute in bfloat16 (upstream's float16 fails at 2e-5)"
            )
        if self.is_world_process_zero():
            self._watch.step(step, self._schedule.rate(step - 1), loss)

    def _get_train_sampler(self, train_dataset: Any = None) -> SequentialSampler:  # noqa: ANN401
        return SequentialSampler(cast("Any", self.train_dataset if train_dataset is None else train_dataset))

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        """Trained weights alone: the frozen ones are where they were loaded from."""
        from safetensors.torch import save_file

        if not self.args.should_save:
            return
        folder = Path(output_dir) if output_dir else self._folder
        folder.mkdir(parents=True, exist_ok=True)
        names = self.network.trained()
        weights = names if state_dict is None else {name: state_dict[name] for name in names}
        tensors = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    def _issue_warnings_after_load(self, load_result: Any) -> None:  # noqa: ANN401
        """What is missing are the frozen weights."""
        lacking = [*set(load_result.missing_keys) & set(self.network.trained()), *load_result.unexpected_keys]
        if lacking:
            raise InputError(f"the saved state is another model's: {lacking[0]}; choose another folder (out)")

    def _save_checkpoint(self, model: Any, trial: Any) -> None:  # noqa: ANN401
        if self.args.should_save:
            self._watch.save(self.state.global_step)
        super()._save_checkpoint(model, trial)
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            newest = self._folder / f"{_STATE}{self.state.global_step}"
            write_text(newest / _COMPLETE, "")
            for other in self._folder.glob(f"{_STATE}*"):
                if other != newest:
                    shutil.rmtree(other, ignore_errors=True)


def newest_state(folder: Path) -> tuple[Path | None, int]:
    """The state to go on from and its number of steps; a killed process may have left half of another beside it."""
    steps = {
        int(path.name.removeprefix(_STATE)): path
        for path in folder.glob(f"{_STATE}*")
        if path.name.removeprefix(_STATE).isdecimal() and (path / _COMPLETE).is_file()
    }
    newest = max(steps, default=0)
    return steps.get(newest), newest


def freeze_lora(network: TrainedNetwork) -> None:
    """Leave LoRA as it begins, which is without effect."""
    for name, parameter in network.named_parameters():
        if ".lora_" in name:
            parameter.requires_grad = False


def count_trained(network: torch.nn.Module) -> int:
    """How many numbers have a gradient."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
