"""What a training is asked for: a TOML file with the tables `data` (one or several), `model` and `run`.

Paths are relative to the folder of the process, as on the command line. The defaults are the published settings.
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
        table: Instead of it, a table of one's own: `name`, and `subtitle`, `audio`, `face`, `video`, and what the
            questions need (`questions.NEEDED`): `labels`, `description`, `label`, `question` and `answer`.
        media: The folder with the media, if not that of the tables.
        labels: Within `official`: the table of labels (`name`, `openset`).
        descriptions: The table of descriptions (`name`, `reason`).
        subtitles: The table of subtitles (`name`, `english`).
        questions: The questions that are drawn, each as often as the others: the authors' label types.
        weight: How often batches are of this set, relative to the others.
        allow_outside: Whether media may be links out of their folder.
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
            raise ValueError("give one of official and table")
        return self


class ModelSettings(Settings):
    """The network; see `AffectGPTConfig`.

    Attributes:
        mode: Which media and which prompt.
        llm: Language model of Qwen2's family: a name on the Hub or a folder.
        visual: CLIP, likewise.
        acoustic: HuBERT, likewise.
        visual_pooling: Temporal pooling of faces and frames.
        acoustic_pooling: Temporal pooling of the voice.
        pre_fusion: How picture and voice are fused; a mode without `<MultiHere>` leaves it untrained.
        visual_tokens: Embeddings that stand for faces or frames.
        acoustic_tokens: Embeddings that stand for the voice.
        multi_tokens: Embeddings that stand for both.
        qformer: Sizes of Q-Formers.
        lora: Whether the language model is trained, by LoRA.
        lora_rank: Its rank.
        frames: Faces or frames of a clip.
        start: A checkpoint to begin with; by default weights are drawn anew.
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
    """How it is trained.

    Attributes:
        out: Folder for everything that is written.
        cache: `both`: states of both encoders are computed once, HuBERT without dropout and normalised by sample.
            `visual`: HuBERT runs at each step in training mode over the batch, as upstream (docs/affectgpt.md).
        features: Folder for the cached states; several trainings may share one.
        held_out: Labelled clips that are left out, asked for their labels after each epoch, and scored.
        seed: Of initial weights, order, held-out clips and dropout.
        batch: Examples of a step on each device.
        accumulation: Micro-batches of a step; its loss is the mean over the tokens of all.
        epochs: Epochs, at the end of each of which a checkpoint is written.
        steps_per_epoch: Steps of an epoch, which is no pass over the data.
        save_every: Steps between two states to go on from; those of an epoch if not given.
        lr: Highest learning rate; see `Schedule` for this and the next three.
        min_lr: Lowest one; as `lr` if not given.
        warmup_lr: That of the first step.
        warmup_steps: Steps of the warm-up.
        weight_decay: Of AdamW.
        max_grad_norm: Norm that gradients are clipped to; 0 for not at all, as published.
        dtype: `auto` is float32 on a CPU, else bfloat16; published was float16.
        device: auto, cpu, cuda, mps.
        workers: Processes that read examples.
        gradient_checkpointing: Whether to compute the language model twice for less memory.
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
        """Steps in all."""
        return self.epochs * self.steps_per_epoch

    @property
    def schedule(self) -> Schedule:
        """The learning rate of each step."""
        lowest = self.lr if self.min_lr is None else self.min_lr
        return Schedule(self.lr, lowest, self.warmup_lr, self.warmup_steps, self.epochs, self.steps_per_epoch)


class TrainingConfig(Settings):
    """A whole training.

    Attributes:
        data: The sets of examples.
        model: The network.
        run: How it is trained.
    """

    data: tuple[DataSettings, ...] = Field(min_length=1)
    model: ModelSettings = ModelSettings()
    run: RunSettings

    @field_validator("data", mode="before")
    @classmethod
    def _several(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        return [data] if isinstance(data, dict) else data

    def identity(self) -> dict[str, Any]:
        """What decides the weights after some steps, and so must not change when a training goes on."""
        free = {"out", "features", "device", "workers", "save_every", "gradient_checkpointing"}
        if self.run.schedule.min_lr == self.run.lr and not self.run.warmup_steps:
            free.add("epochs")  # a rate that does not change does not depend on it
        return self.model_dump(mode="json", exclude={"run": free})
