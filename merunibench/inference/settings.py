"""Validated settings of a run: the fields of a TOML file and the options of `merunibench infer` and `run`."""

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


def parse_options(given: Any, *, as_json: bool = True) -> Any:  # noqa: ANN401 - any value of a file; checked later
    """Return `key=value` options as a dictionary; a value that is not a list is returned as it is, to be validated.

    Args:
        given: The options as the user gave them.
        as_json: Whether a value that is valid JSON is decoded; otherwise it stays text.

    Raises:
        InputError: An option has no `=`.

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
    """Options that choose the clips."""

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
        False, "Allow clips outside of their folder: absolute paths in a table, symbolic links to other places."
    )
    dataset: tuple[str, ...] = _clips((), "Data set; repeat for several.", "NAME", shown="all below --data-root")
    limit: PositiveInt | None = _clips(
        None, "Use only N samples per data set (stratified; a larger N includes the smaller subset).", "N", shown="all"
    )
    limit_seed: NonNegativeInt = _clips(0, "Seed for choosing the --limit subset.", "SEED")

    @model_validator(mode="after")
    def _clips_given(self) -> Self:
        if self.data_root is None and self.clips is None and not self.task:
            raise ValueError("no clips given: set data_root (--data-root) or clips (--clips)")
        if self.clips is not None and len(self.dataset) > 1:
            raise ValueError("clips of your own (--clips) need one name of a data set (--dataset)")
        if self.clips is not None and self.dataset and not re.fullmatch(r"[\w+-][\w.+ -]*", self.dataset[0]):
            raise ValueError(f"data set {short_repr(self.dataset[0])}: the name must be usable as a file name")
        return self


class InferSettings(ClipSettings):
    """Settings of `merunibench infer`."""

    from_file: ClassVar[bool] = True

    model: str = option(
        ...,
        "Name on the Hugging Face Hub (owner/name, owner/name@revision), a folder, openai:URL#MODEL, "
        "exec:COMMAND, affectgpt:CHECKPOINT, tiny or text-lexicon; `merunibench models` lists the known models.",
        "MODEL",
        min_length=1,
    )
    out: Path = option(..., "Folder for the results, one folder per model below it.", "DIR")
    name: str | None = option(
        None, "Display name of the model, and name of its folder.", "NAME", shown="derived from --model"
    )
    prompt: str = _answers(
        OPEN_VOCABULARY, "open-vocabulary, description, or a text file with {subtitle}.", "NAME|FILE"
    )
    modalities: str = _answers("+".join(MODALITIES), "Modalities given to the model, for ablations.", "A+B")
    on_unsupported: Literal["error", "drop"] = _answers(
        "error", "What to do with a modality that the model does not support: fail, or leave it out."
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
        "Number of runs, with seeds SEED, SEED + 1, …; each run has its own folder, NAME-run1, …. With greedy "
        "decoding, all runs give the same answers.",
        "K",
    )
    chat_template: Path | None = _answers(
        None, "Jinja template that replaces the model's own.", "FILE", shown="its own"
    )
    template_kwarg: _JsonOptions = _answers(
        {}, "Variable for the chat template (enable_thinking=false); repeatable.", "KEY=VALUE"
    )
    processor_kwarg: _JsonOptions = _answers({}, "Argument for the model's processor; repeatable.", "KEY=VALUE")
    gen_kwarg: _JsonOptions = _answers({}, "Argument for the model's generate(); repeatable.", "KEY=VALUE")
    model_option: _TextOptions = _answers(
        {}, "Option of one kind of model: frames=images, AffectGPT's llm=…; repeatable.", "KEY=VALUE"
    )
    llm: str | None = _affectgpt(None, "Language model of AffectGPT.", "NAME|DIR")
    visual: str | None = _affectgpt(None, "Visual encoder of AffectGPT.", "NAME|DIR")
    acoustic: str | None = _affectgpt(None, "Acoustic encoder of AffectGPT.", "NAME|DIR")
    dtype: str = _machine("auto", "auto, float32, bfloat16 or float16.", "DTYPE")
    device: str = _machine("auto", "auto, cpu, cuda, cuda:1, mps, or a device map: balanced.", "DEVICE")
    trust_remote_code: bool = _machine(False, "Run the code that comes with the model's files.")
    batch_size: PositiveInt = _machine(8, "Clips per batch; halved when memory runs out.", "N")
    workers: PositiveInt = _machine(4, "Threads that decode clips in advance.", "N")
    shard: str | None = _machine(
        None, "Process shard I of N, to split a run across machines; then use `merunibench merge`.", "I/N"
    )
    retry_failed: bool = option(False, "Run failed samples again.")
    engine: Literal["local", "ray"] = _machine("local", "Run in this process, or in Ray actors.")
    ray_address: str | None = _machine(
        None, "Ray cluster: auto, ray://head:10001.", "ADDRESS", shown="start a local one"
    )
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
        """Return the settings of each run, with its seed and name."""
        if self.runs == 1:
            return [self]
        changes = [
            {"runs": 1, "seed": self.seed + number, "name": f"{self.model_name}-run{number + 1}"}
            for number in range(self.runs)
        ]
        return [self.model_copy(update=change) for change in changes]

    @property
    def asked_modalities(self) -> tuple[Modality, ...]:
        """The modalities to give to the model, in the order of `MODALITIES`."""
        return parse_modalities(self.modalities)

    @property
    def model_name(self) -> str:
        """The folder name for the model's results: the model's name, plus the modalities unless all are given."""
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
    """Settings of `merunibench models --probe`: a subset of those of `infer`."""

    probe: str | None = option(None, "Load this Hugging Face model and detect its properties.", "MODEL")
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
            raise ValueError("no model given: set --probe MODEL")
        return self


class RunSettings(ScoreSettings, ExtractSettings, InferSettings):
    """Settings of `merunibench run`: those of `infer`, and how the answers are read and scored."""

    out: Path = option(..., "Folder of the run: run.toml, predictions, labels, report.json, report.md.", "DIR")
    shard: str | None = None  # not an option of `run`: rejected below
    runs: Literal[1] = 1  # not an option either: use `infer --runs`, then `score --runs`
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
        """Return these settings as arguments of `merunibench.evaluate`."""
        return super().arguments() | {"missing": self.missing or ("skip" if self.limit else "error")}


def refuse_code(fields: Mapping[str, Any], *models: str) -> None:
    """Reject fields of a file that would start a program, or run the code that comes with a model.

    Args:
        fields: The contents of the file.
        models: Names of the fields that name models.

    Raises:
        InputError: The file has such a field.
    """
    for name in models:
        if str(fields.get(name, "")).lstrip().startswith(f"{command.SCHEME}:"):
            flag = f"--{name.replace('_', '-')}"
            raise InputError(
                f"{name}: a file must not start a program; read the program first, then give {flag} {command.SCHEME}:…"
            )
    if fields.get("trust_remote_code", False) not in (False, "false"):
        raise InputError(
            "trust_remote_code: cannot be set in a file; read the model's code first, then give --trust-remote-code"
        )


def parse_modalities(text: str) -> tuple[Modality, ...]:
    """Parse modalities joined by `+`; return them in the order of `MODALITIES`.

    Raises:
        InputError: The text is empty, or a modality is unknown.

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
        raise InputError(f"name {name!r}: cannot be used as a folder name; give another one (--name)")
    return plain
