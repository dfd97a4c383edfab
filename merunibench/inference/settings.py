"""What a run may be asked for, checked: the fields of a TOML file and the options of `merunibench infer` and `run`."""

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.inference.prompts import OPEN_VOCABULARY
from merunibench.models.base import MODALITIES, Modality
from merunibench.models.bridge import command
from merunibench.settings import ExtractSettings, ScoreSettings, Settings, TaskSettings, option

_clips = partial(option, panel="Clips")
_answers = partial(option, panel="Input and generation")
_machine = partial(option, panel="Machine")
_affectgpt = partial(option, panel="AffectGPT", shown="its own", exclude=True)


def parse_options(given: Any, *, as_json: bool = True) -> Any:  # noqa: ANN401 - whatever a file holds; checked later
    """`key=value` options as a dictionary; what is no list of text is left for the validation to judge.

    Args:
        given: As they were given.
        as_json: Whether a value that is JSON stands for what it is in JSON, not for text.

    Raises:
        InputError: one has no `=`.

    Example:
        >>> parse_options(["num_beams=4", "name=x"])
        {'num_beams': 4, 'name': 'x'}
    """
    if not isinstance(given, list):
        return given
    found: dict[str, Any] = {}
    for each in given:
        key, equals, value = str(each).partition("=")
        if not key or not equals:
            raise InputError(f"option {each!r}: must be key=value")
        found[key] = _json_or_text(value) if as_json else value
    return found


def _json_or_text(value: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(value)
    except ValueError:
        return value


_JsonOptions = Annotated[dict[str, Any], BeforeValidator(parse_options)]
_TextOptions = Annotated[dict[str, str], BeforeValidator(partial(parse_options, as_json=False))]


class ClipSettings(TaskSettings):
    """Which clips a command is about."""

    data_root: Path | None = _clips(
        None, "Folder with the official folders of clips and labels (meld-process, …).", "DIR"
    )
    clips: str | None = _clips(
        None,
        "Your own clips: a folder, a table (columns name and optionally video, audio, face, subtitle, label), a saved "
        "Hugging Face data set, or hf:owner/name#split.",
        "PATH",
    )
    allow_outside: bool = _clips(
        False, "Take clips that lie outside of their folder: absolute paths in a table, links to elsewhere."
    )
    dataset: tuple[str, ...] = _clips((), "Data set; repeat for several.", "NAME", shown="all below --data-root")
    limit: PositiveInt | None = _clips(
        None, "Use only N samples per data set (stratified; a larger N includes the smaller subset).", "N", shown="all"
    )
    limit_seed: NonNegativeInt = _clips(0, "Seed for choosing the --limit subset.", "SEED")

    @model_validator(mode="after")
    def _clips_given(self) -> Self:
        if self.data_root is None and self.clips is None and not self.task:
            raise ValueError("where are the clips? give data_root (--data-root) or clips (--clips)")
        if self.clips is not None and len(self.dataset) > 1:
            raise ValueError("clips of your own (--clips) need one name of a data set (--dataset)")
        if self.clips is not None and self.dataset and not re.fullmatch(r"[\w+-][\w.+ -]*", self.dataset[0]):
            raise ValueError(f"data set {short_repr(self.dataset[0])} must be fit for a file name")
        return self


class InferSettings(ClipSettings):
    """What `merunibench infer` may be asked for."""

    from_file: ClassVar[bool] = True

    model: str = option(
        ...,
        "Name on the Hugging Face Hub (owner/name, owner/name@revision), a folder, openai:URL#MODEL, "
        "exec:COMMAND, affectgpt:CHECKPOINT, tiny or text-lexicon; `merunibench models` lists what is known.",
        "MODEL",
        min_length=1,
    )
    out: Path = option(..., "Folder for the results, one folder per model below it.", "DIR")
    name: str | None = option(
        None, "Display name of the model, and name of its folder.", "NAME", shown="made from --model"
    )
    prompt: str = _answers(
        OPEN_VOCABULARY, "open-vocabulary, description, or a text file with {subtitle}.", "NAME|FILE"
    )
    modalities: str = _answers("+".join(MODALITIES), "What the model is given, for ablations.", "A+B")
    on_unsupported: Literal["error", "drop"] = _answers(
        "error", "A modality that the model does not take: refuse it, or leave it out."
    )
    frames: PositiveInt = _answers(8, "Number of frames per clip.", "N")
    max_new_tokens: PositiveInt | None = _answers(
        None, "Maximum length of an answer.", "N", shown="256; AffectGPT: 1200"
    )
    temperature: float | None = _answers(
        None, "Temperature; 0 is greedy decoding.", "T", shown="0; AffectGPT: 1", ge=0, allow_inf_nan=False
    )
    top_p: float | None = _answers(None, "Nucleus sampling.", "P", shown="1; AffectGPT: 0.9", gt=0, le=1)
    seed: NonNegativeInt = _answers(0, "Seed for sampling answers.", "SEED")
    runs: PositiveInt = _answers(
        1,
        "Ask this often, with seeds SEED, SEED + 1, …; each run has a folder of its own, NAME-run1, …. Greedy decoding "
        "answers alike each time.",
        "K",
    )
    chat_template: Path | None = _answers(None, "Jinja template in place of the model's own.", "FILE", shown="its own")
    template_kwarg: _JsonOptions = _answers(
        {}, "Variable of the chat template (enable_thinking=false); repeatable.", "KEY=VALUE"
    )
    processor_kwarg: _JsonOptions = _answers({}, "For the model's processor; repeatable.", "KEY=VALUE")
    gen_kwarg: _JsonOptions = _answers({}, "For the model's generate(); repeatable.", "KEY=VALUE")
    model_option: _TextOptions = _answers(
        {}, "For one kind of model: frames=images, AffectGPT's llm=…; repeatable.", "KEY=VALUE"
    )
    llm: str | None = _affectgpt(None, "Language model of AffectGPT.", "NAME|DIR")
    visual: str | None = _affectgpt(None, "Visual encoder of AffectGPT.", "NAME|DIR")
    acoustic: str | None = _affectgpt(None, "Acoustic encoder of AffectGPT.", "NAME|DIR")
    dtype: str = _machine("auto", "auto, float32, bfloat16 or float16.", "DTYPE")
    device: str = _machine("auto", "auto, cpu, cuda, cuda:1, mps, or a device map: balanced.", "DEVICE")
    trust_remote_code: bool = _machine(False, "Run code that comes with the model's files.")
    batch_size: PositiveInt = _machine(8, "Clips per batch; halved when memory runs out.", "N")
    workers: PositiveInt = _machine(4, "Threads that decode clips in advance.", "N")
    shard: str | None = _machine(
        None, "Process shard I of N, to split a run across machines; then use `merunibench merge`.", "I/N"
    )
    retry_failed: bool = option(False, "Ask again about rows that failed.")
    engine: Literal["local", "ray"] = _machine("local", "Run in this process, or in Ray actors.")
    ray_address: str | None = _machine(None, "Ray cluster: auto, ray://head:10001.", "ADDRESS", shown="start one")
    actors: PositiveInt = _machine(1, "Number of Ray actors.", "N")
    gpus_per_actor: NonNegativeFloat = _machine(0.0, "GPUs per Ray actor.", "N", shown="0")

    @classmethod
    def refuse_in_file(cls, fields: Mapping[str, Any]) -> None:
        """See `Settings.refuse_in_file`."""
        super().refuse_in_file(fields)
        refuse_code(fields, "model")

    @model_validator(mode="before")
    @classmethod
    def _parts_of_affectgpt(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """`--llm NAME` is short for `--model-option llm=NAME`."""
        fields = dict(fields)
        named = {key: fields.pop(key) for key in ("llm", "visual", "acoustic") if fields.get(key) is not None}
        if named:
            fields["model_option"] = parse_options(fields.get("model_option") or {}, as_json=False) | named
        return fields

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.clips is not None and not self.dataset:
            raise ValueError("clips of your own (--clips) need one name of a data set (--dataset)")
        parse_modalities(self.modalities)
        return self

    def each_run(self) -> list["InferSettings"]:
        """The settings of every run, with its seed and name."""
        if self.runs == 1:
            return [self]
        changes = [
            {"runs": 1, "seed": self.seed + number, "name": f"{self.model_name}-run{number + 1}"}
            for number in range(self.runs)
        ]
        return [self.model_copy(update=change) for change in changes]

    @property
    def asked_modalities(self) -> tuple[Modality, ...]:
        """What the model shall be given, in the order of `MODALITIES`."""
        return parse_modalities(self.modalities)

    @property
    def model_name(self) -> str:
        """The folder of the model's results: its name, and the modalities where not all are given."""
        if self.name is not None:
            return _folder_name(self.name)
        if self.model.startswith(f"{command.SCHEME}:"):
            base = Path(command.program_name(self.model.removeprefix(f"{command.SCHEME}:"))).stem
        else:
            base = re.split(r"[/\\#]", self.model.rstrip("/\\"))[-1].removesuffix(".pth")
        missing = len(self.asked_modalities) < len(MODALITIES)
        return _folder_name(f"{base}-{'+'.join(self.asked_modalities)}" if missing else base)


def _of_infer(name: str) -> Any:  # noqa: ANN401
    return InferSettings.model_fields[name]


class ProbeSettings(Settings):
    """What `merunibench models --probe` may be asked for: a part of what `infer` may be."""

    probe: str | None = option(None, "Load this Hugging Face model and find out what holds for it.", "MODEL")
    modalities: str = _of_infer("modalities")
    frames: PositiveInt = _of_infer("frames")
    chat_template: Path | None = _of_infer("chat_template")
    template_kwarg: _JsonOptions = _of_infer("template_kwarg")
    processor_kwarg: _JsonOptions = _of_infer("processor_kwarg")
    model_option: _TextOptions = _of_infer("model_option")
    dtype: str = _of_infer("dtype")
    device: str = _of_infer("device")
    trust_remote_code: bool = _of_infer("trust_remote_code")

    @model_validator(mode="after")
    def _of_a_model(self) -> Self:
        if self.probe is None and self.model_fields_set - {"probe"}:
            raise ValueError("which model? Give --probe MODEL")
        return self


class RunSettings(ScoreSettings, ExtractSettings, InferSettings):
    """What `merunibench run` may be asked for besides: how the answers are read and scored."""

    out: Path = option(..., "Folder of the run: run.toml, predictions, labels, report.json, report.md.", "DIR")
    shard: str | None = None  # no option here: refused below
    runs: Literal[1] = 1  # nor here: `infer --runs`, then `score --runs`
    missing: Literal["error", "zero", "skip"] | None = option(  # type: ignore[assignment]
        None,
        ScoreSettings.options()["missing"].help,
        panel="Scoring",
        shown="error; with --limit: skip",
    )

    @model_validator(mode="after")
    def _scorable(self) -> Self:
        if self.data_root is None and self.clips is None and not self.task:
            raise ValueError("scoring needs labels: give data_root (--data-root), or use `merunibench infer`")
        if self.shard is not None:
            raise ValueError("a shard cannot be scored: use `merunibench infer --shard`, then `merunibench merge`")
        return self

    def arguments(self) -> dict[str, Any]:
        """These settings as `merunibench.evaluate` takes them."""
        return super().arguments() | {"missing": self.missing or ("skip" if self.limit else "error")}


def refuse_code(fields: Mapping[str, Any], *models: str) -> None:
    """Refuse fields of a file by which it would start a program, or let code run that comes with a model.

    Args:
        fields: What the file holds.
        models: The names of fields that name models.

    Raises:
        InputError: it would.
    """
    for name in models:
        if str(fields.get(name, "")).lstrip().startswith(f"{command.SCHEME}:"):
            flag = f"--{name.replace('_', '-')}"
            raise InputError(
                f"{name}: no program runs because a file names it; read it, then give {flag} {command.SCHEME}:…"
            )
    if fields.get("trust_remote_code", False) not in (False, "false"):
        raise InputError("trust_remote_code: no file decides that; read the model's code, then --trust-remote-code")


def parse_modalities(text: str) -> tuple[Modality, ...]:
    """Modalities joined by `+`, in their usual order.

    Raises:
        InputError: there are none, or one is not known.

    Example:
        >>> parse_modalities("text+audio")
        ('audio', 'text')
    """
    asked = text.split("+")
    unknown = [word for word in asked if word not in MODALITIES]
    if unknown:
        raise InputError(f"modalities {text!r}: must be some of {', '.join(MODALITIES)}, joined by +")
    return tuple(modality for modality in MODALITIES if modality in asked)


def _folder_name(name: str) -> str:
    plain = re.sub(r"[^\w.+@-]", "_", name).lstrip(".")
    if not plain:
        raise InputError(f"name {name!r}: cannot name a folder; give another (--name)")
    return plain
