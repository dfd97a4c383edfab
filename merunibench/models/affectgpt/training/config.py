"""What a training is asked for: a TOML file with the tables `data` (one or several), `model`, `run` and `held_out`.

Paths are relative to the folder of the process, as on the command line. The defaults are the published settings.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)

from merunibench._text import shown
from merunibench.errors import InputError
from merunibench.files.toml import read_toml
from merunibench.models.affectgpt.configuration import ACOUSTIC, LLM, VISUAL, Fusion, PreFusion, QFormerConfig
from merunibench.models.affectgpt.prompt import Medium
from merunibench.models.affectgpt.training.questions import NEEDED, TAKEN, Question
from merunibench.models.affectgpt.training.schedule import Schedule
from merunibench.settings import suggestion


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSettings(_Section):
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
        share: Share of its examples that is taken.
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
    share: float = Field(1.0, gt=0, le=1)
    allow_outside: bool = False

    @field_validator("questions", mode="before")
    @classmethod
    def _known(cls, questions: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        for question in questions if isinstance(questions, list) else ():
            if question not in TAKEN:
                raise ValueError(f"{shown(question)} is not taken; taken are {', '.join(TAKEN)} (a caption is a qa)")
        return questions

    @model_validator(mode="after")
    def _one_source(self) -> "DataSettings":
        if (self.official is None) == (self.table is None):
            raise ValueError("give one of official and table")
        for question in self.questions if self.official else ():
            if question not in {"description", "ovlabel"}:
                columns = " and ".join(NEEDED[question])
                raise ValueError(f"questions: {question} needs a table with {columns}, not a folder of the authors'")
        return self


class ModelSettings(_Section):
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
        clip_spacing: Spacing of the audio clips.
        face_order: Order of a face's colours.
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
    clip_spacing: Literal[8, 7] = 8
    face_order: Literal["stored", "swap"] = "stored"
    start: Path | None = None


class RunSettings(_Section):
    """How it is trained.

    Attributes:
        out: Folder for everything that is written.
        cache: `both`: states of both encoders are computed once, HuBERT without dropout and normalised by sample.
            `visual`: HuBERT runs at each step in training mode over the batch, as upstream (docs/affectgpt.md).
        features: Folder for the cached states; several trainings may share one.
        seed: Of initial weights, order and dropout.
        batch: Examples of a step on each device.
        accumulation: Micro-batches of a step; its loss is the mean over the tokens of all.
        epochs: Epochs, at the end of each of which a checkpoint is written.
        steps_per_epoch: Steps of an epoch, which is no pass over the data.
        lr: Highest learning rate; see `Schedule` for this and the next three.
        min_lr: Lowest one; as `lr` if not given.
        warmup_lr: That of the first step.
        warmup_steps: Steps of the warm-up.
        weight_decay: Of AdamW.
        beta2: Of AdamW.
        max_grad_norm: Norm that gradients are clipped to; 0 for not at all, as published.
        dtype: `auto` is float32 on a CPU, else bfloat16; published was float16.
        device: auto, cpu, cuda, mps.
        workers: Processes that read examples.
        save_every: Steps between two states to go on from; those of an epoch if not given.
        gradient_checkpointing: Whether to compute the language model twice for less memory.
    """

    out: Path
    cache: Literal["both", "visual"] = "both"
    features: Path | None = None
    seed: NonNegativeInt = 42
    batch: PositiveInt = 3
    accumulation: PositiveInt = 1
    epochs: PositiveInt = 60
    steps_per_epoch: PositiveInt = 5000
    lr: PositiveFloat = 1e-5
    min_lr: NonNegativeFloat | None = None
    warmup_lr: NonNegativeFloat = 1e-6
    warmup_steps: NonNegativeInt = 0
    weight_decay: NonNegativeFloat = 0.05
    beta2: Annotated[float, Field(gt=0, lt=1)] = 0.999
    max_grad_norm: NonNegativeFloat = 0.0
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    workers: NonNegativeInt = 0
    save_every: PositiveInt | None = None
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
    def live_media(self) -> frozenset[Medium]:
        """The media whose encoder runs in training, so that its states are not kept."""
        return frozenset({"audio"} if self.cache == "visual" else ())

    @property
    def schedule(self) -> Schedule:
        """The learning rate of each step."""
        lowest = self.lr if self.min_lr is None else self.min_lr
        return Schedule(self.lr, lowest, self.warmup_lr, self.warmup_steps, self.epochs, self.steps_per_epoch)


class HeldOutSettings(_Section):
    """Examples that are left out of training and asked for their labels after each epoch.

    Attributes:
        clips: How many, drawn by the seed; those of all data sets together.
        max_new_tokens: Longest answer.
    """

    clips: NonNegativeInt = 0
    max_new_tokens: PositiveInt = 100


class TrainingConfig(_Section):
    """A whole training.

    Attributes:
        data: The sets of examples.
        model: The network.
        run: How it is trained.
        held_out: What is left out.
    """

    data: tuple[DataSettings, ...] = Field(min_length=1)
    model: ModelSettings = ModelSettings()
    run: RunSettings
    held_out: HeldOutSettings = HeldOutSettings()

    def identity(self) -> dict[str, Any]:
        """What decides the weights after some steps, and so must not change when a training goes on."""
        content = self.model_dump(mode="json")
        for name in ("out", "features", "device", "workers", "save_every", "gradient_checkpointing"):
            del content["run"][name]
        if self.run.schedule.min_lr == self.run.lr and not self.run.warmup_steps:
            del content["run"]["epochs"]  # a rate that does not change does not depend on it
        del content["held_out"]["max_new_tokens"]
        return content


def read_config(path: Path) -> TrainingConfig:
    """The training that a file asks for.

    Raises:
        InputError: it is not TOML, or a setting is unknown or makes no sense; the message names it.
    """
    content = read_toml(path)
    if isinstance(content.get("data"), dict):
        content["data"] = [content["data"]]
    try:
        return TrainingConfig.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place, reason = first["loc"], first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            known = _TABLES.get(str(place[0]), TrainingConfig) if len(place) > 1 else TrainingConfig
            reason = "unknown setting" + suggestion(str(place[-1]), known.model_fields)
        elif first["type"] == "missing":
            reason = "missing"
        raise InputError(f"{path}: {'.'.join(map(str, place))}: {reason}") from None


_TABLES: Mapping[str, type[BaseModel]] = {
    "data": DataSettings,
    "model": ModelSettings,
    "run": RunSettings,
    "held_out": HeldOutSettings,
}
