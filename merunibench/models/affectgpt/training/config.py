"""The settings of a training: a TOML file with the tables `data` (one or several), `model` and `run`.

Paths are relative to the current directory, as on the command line. The defaults are the published settings.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from merunibench.models.affectgpt.configuration import ACOUSTIC, LLM, VISUAL, Fusion, PreFusion, QFormerConfig
from merunibench.models.affectgpt.training.questions import Question
from merunibench.models.affectgpt.training.schedule import Schedule
from merunibench.settings import Settings


class DataSettings(Settings):
    """A set of examples.

    Attributes:
        official: A folder in the authors' layout, or one that `curate export` wrote (format affectgpt).
        table: Your own table instead: `name`, and `subtitle`, `audio`, `face`, `video`, and the columns that the
            questions need (`questions.NEEDED`): `labels`, `description`, `label`, `question` and `answer`.
        media: The folder of the media, if it is not that of the tables.
        labels: Table of labels (`name`, `openset`) in `official`.
        descriptions: Table of descriptions (`name`, `reason`) in `official`.
        subtitles: Table of subtitles (`name`, `english`) in `official`.
        questions: The questions, drawn with equal probability: the authors' label types.
        weight: Relative frequency of batches from this set.
        allow_outside: Whether media may be links to files outside of their folder.
    """

    official: Path | None = None
    table: Path | None = None
    media: Path | None = None
    labels: str = "track2_train_mercaptionplus.csv"
    descriptions: str = "track3_train_mercaptionplus.csv"
    subtitles: str = "subtitle_chieng.csv"
    questions: tuple[Question, ...] = Field(("description", "ovlabel"), min_length=1)
    weight: PositiveFloat = 1.0
    allow_outside: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> "DataSettings":
        if (self.official is None) == (self.table is None):
            raise ValueError("give either official or table")
        return self


class ModelSettings(Settings):
    """The network; see `AffectGPTConfig`.

    Attributes:
        mode: Media and prompt.
        llm: Language model of the Qwen2 family: a name on the Hub or a folder.
        visual: CLIP: a name on the Hub or a folder.
        acoustic: HuBERT: a name on the Hub or a folder.
        visual_pooling: Temporal pooling of faces and frames.
        acoustic_pooling: Temporal pooling of the voice.
        pre_fusion: How picture and voice are fused; it is not trained in modes without `<MultiHere>`.
        visual_tokens: Number of embeddings for faces or frames.
        acoustic_tokens: Number of embeddings for the voice.
        multi_tokens: Number of embeddings for both together.
        qformer: Sizes of the Q-Formers.
        lora: Whether to train the language model with LoRA.
        lora_rank: Rank of LoRA.
        frames: Number of faces or frames per clip.
        start: Initial checkpoint; by default weights are initialised at random.
    """

    mode: str = "multiface_audio_face_text"
    llm: str = LLM
    visual: str = VISUAL
    acoustic: str = ACOUSTIC
    visual_pooling: Fusion = "attention"
    acoustic_pooling: Fusion = "attention"
    pre_fusion: PreFusion = "attention"
    visual_tokens: PositiveInt = 1
    acoustic_tokens: PositiveInt = 1
    multi_tokens: PositiveInt = 1
    qformer: QFormerConfig = QFormerConfig()
    lora: bool = True
    lora_rank: PositiveInt = 16
    frames: PositiveInt = 8
    start: Path | None = None


class RunSettings(Settings):
    """Settings of the training run.

    Attributes:
        out: Folder for all results.
        cache: `both`: states of both encoders are computed once, HuBERT without dropout and normalised per sample.
            `visual`: HuBERT runs at each step in training mode over the batch, as upstream (docs/affectgpt.md).
        features: Folder of the cached states; several trainings may share one.
        held_out: Number of labelled clips that are left out of training, and evaluated after each epoch.
        seed: Seed of initial weights, order, held-out clips and dropout.
        batch: Number of examples per step and device.
        accumulation: Number of micro-batches per step; the loss is the mean over the tokens of all.
        epochs: Number of epochs; a checkpoint is written at the end of each.
        steps_per_epoch: Number of steps per epoch, which is not a pass over the data.
        save_every: Number of steps between saved states, from which a run can resume; by default one epoch.
        lr: Highest learning rate; see `Schedule` for this and the next three.
        min_lr: Lowest learning rate; by default `lr`.
        warmup_lr: Learning rate of the first step.
        warmup_steps: Number of warm-up steps.
        weight_decay: Weight decay of AdamW.
        max_grad_norm: Norm to which gradients are clipped; 0 for no clipping, as published.
        dtype: `auto` is float32 on a CPU, else bfloat16; the authors used float16.
        device: auto, cpu, cuda, mps.
        workers: Number of processes that read examples.
        gradient_checkpointing: Whether to save memory by computing the language model twice.
    """

    out: Path
    cache: Literal["both", "visual"] = "both"
    features: Path | None = None
    held_out: NonNegativeInt = 0
    seed: NonNegativeInt = 42
    batch: PositiveInt = 3
    accumulation: PositiveInt = 1
    epochs: PositiveInt = 60
    steps_per_epoch: PositiveInt = 5000
    save_every: PositiveInt | None = None
    lr: PositiveFloat = 1e-5
    min_lr: NonNegativeFloat | None = None
    warmup_lr: NonNegativeFloat = 1e-6
    warmup_steps: NonNegativeInt = 0
    weight_decay: NonNegativeFloat = 0.05
    max_grad_norm: NonNegativeFloat = 0.0
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    workers: NonNegativeInt = 0
    gradient_checkpointing: bool = False

    @model_validator(mode="after")
    def _whole_epochs(self) -> "RunSettings":
        if self.steps_per_epoch % (self.save_every or 1):
            raise ValueError(f"save_every: must divide steps_per_epoch ({self.steps_per_epoch})")
        return self

    @property
    def steps(self) -> int:
        """Total number of steps."""
        return self.epochs * self.steps_per_epoch

    @property
    def schedule(self) -> Schedule:
        """The learning rate of each step."""
        lowest = self.lr if self.min_lr is None else self.min_lr
        return Schedule(self.lr, lowest, self.warmup_lr, self.warmup_steps, self.epochs, self.steps_per_epoch)


class TrainingConfig(Settings):
    """Settings of a training.

    Attributes:
        data: The sets of examples.
        model: The network.
        run: Settings of the run.
    """

    data: tuple[DataSettings, ...] = Field(min_length=1)
    model: ModelSettings = ModelSettings()
    run: RunSettings

    @field_validator("data", mode="before")
    @classmethod
    def _several(cls, data: Any) -> Any:  # noqa: ANN401 - any content of the file
        return [data] if isinstance(data, dict) else data

    def identity(self) -> dict[str, Any]:
        """Return the settings that affect the weights, and so must not change when a training is resumed."""
        free = {"out", "features", "device", "workers", "save_every", "gradient_checkpointing"}
        if self.run.schedule.min_lr == self.run.lr and not self.run.warmup_steps:
            free.add("epochs")  # a constant rate does not depend on it
        return self.model_dump(mode="json", exclude={"run": free})
