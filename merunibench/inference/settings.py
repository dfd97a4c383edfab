"""What a run may be asked for, checked: the fields of a TOML file and the options of `merunibench infer` and `run`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from merunibench._text import shown
from merunibench.errors import InputError
from merunibench.files.toml import read_toml
from merunibench.inference.prompts import OPEN_VOCABULARY
from merunibench.inference.shards import Shard
from merunibench.models.base import MODALITIES, Modality

_Settings = TypeVar("_Settings", bound="InferSettings")


class InferSettings(BaseModel):
    """What `merunibench infer` may be asked for; see its `--help` for what each means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(min_length=1)
    out: Path
    data_root: Path | None = None
    clips: str | None = None
    dataset: tuple[str, ...] = ()
    name: str | None = None
    prompt: str = OPEN_VOCABULARY
    modalities: str = "+".join(MODALITIES)
    on_unsupported: Literal["error", "drop"] = "error"
    frames: int = Field(default=8, ge=1)
    max_new_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int = Field(default=0, ge=0)
    dtype: str = "auto"
    device: str = "auto"
    trust_remote_code: bool = False
    processor_kwarg: dict[str, Any] = {}
    gen_kwarg: dict[str, Any] = {}
    model_option: dict[str, str] = {}
    batch_size: int = Field(default=8, ge=1)
    workers: int = Field(default=4, ge=1)
    limit: int | None = Field(default=None, ge=1)
    limit_seed: int = Field(default=0, ge=0)
    shard: str | None = None
    retry_failed: bool = False
    engine: Literal["local", "ray"] = "local"
    ray_address: str | None = None
    actors: int = Field(default=1, ge=1)
    gpus_per_actor: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.data_root is None and self.clips is None:
            raise ValueError("where are the clips? give data_root (--data-root) or clips (--clips)")
        if self.clips is not None and len(self.dataset) != 1:
            raise ValueError("clips of your own (--clips) need one name of a data set (--dataset)")
        if self.clips is not None and not re.fullmatch(r"[\w+-][\w.+ -]*", self.dataset[0]):
            raise ValueError(f"data set {shown(self.dataset[0])} must be fit for a file name")
        parse_modalities(self.modalities)
        return self

    @property
    def asked_modalities(self) -> tuple[Modality, ...]:
        """What the model shall be given, in the order of `MODALITIES`."""
        return parse_modalities(self.modalities)

    @property
    def asked_shard(self) -> Shard | None:
        """The part that this machine does; None for all.

        Raises:
            InputError: it is no part.
        """
        return Shard.parse(self.shard) if self.shard else None

    @property
    def model_name(self) -> str:
        """The folder of the model's results: its name, and the modalities where not all are given."""
        if self.name is not None:
            return _folder_name(self.name)
        base = re.split(r"[/\\#]", self.model.rstrip("/\\"))[-1].removesuffix(".pth")
        missing = len(self.asked_modalities) < len(MODALITIES)
        return _folder_name(f"{base}-{'+'.join(self.asked_modalities)}" if missing else base)


class RunSettings(InferSettings):
    """What `merunibench run` may be asked for besides: how the answers are read and scored."""

    lexicon: str = "builtin"
    protocol: Literal["official", "strict"] = "official"
    level: Literal[1, 2] = 1
    bootstrap: int = Field(default=1000, ge=0)
    extractor: str = "rules"
    polarity_extractor: str | None = None
    parity: bool = False

    @model_validator(mode="after")
    def _scorable(self) -> Self:
        if self.data_root is None:
            raise ValueError("scoring needs labels: give data_root (--data-root), or use `merunibench infer`")
        if self.shard is not None:
            raise ValueError("a shard cannot be scored: use `merunibench infer --shard`, then `merunibench merge`")
        return self


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


def read_settings(path: Path | None, given: Mapping[str, Any], kind: type[_Settings]) -> _Settings:
    """Settings from a TOML file, where there is one, under those that were given otherwise.

    Args:
        path: The file. Paths in it are relative to the folder of the process, as on the command line.
        given: Further settings, which come first; None stands for one that was not given.
        kind: Which settings.

    Raises:
        InputError: the file is no TOML, or a setting is unknown or makes no sense; the message names it.
    """
    fields = {} if path is None else read_toml(path)
    fields |= {key: value for key, value in given.items() if value is not None}
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        # A name that is not known is often that of a field that then is missing.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        field = ".".join(map(str, first["loc"]))
        where = f"{path}: " if path is not None else ""
        reason = _reason(first["type"], first["msg"], field)
        raise InputError(f"{where}{f'{field}: ' if field else ''}{reason}") from None


def _reason(kind: str, message: str, field: str) -> str:
    """What is wrong with a field, in the words of the command line where the library speaks of its own affairs."""
    if kind == "missing":
        return f"is needed (--{field.replace('_', '-')})"
    if kind == "extra_forbidden":
        return "there is no such setting here"
    return message.removeprefix("Value error, ")


def settings_as_toml(settings: InferSettings) -> str:
    """The settings, all of them, as a TOML file that gives the same run; what is not set is left out."""
    import tomli_w

    return tomli_w.dumps(_set(settings.model_dump(mode="json")))


def _set(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is set: TOML has no word for nothing."""
    inner = {key: _set(value) if isinstance(value, dict) else value for key, value in fields.items()}
    return {key: value for key, value in inner.items() if value is not None and value != {}}


def parse_options(options: list[str] | None, *, as_json: bool) -> dict[str, Any] | None:
    """`key=value` options as a dictionary; None if there are none, so that a file's stay.

    Args:
        options: As they were given.
        as_json: Whether a value that is JSON stands for what it is in JSON, not for text.

    Raises:
        InputError: one has no `=`.

    Example:
        >>> parse_options(["num_beams=4", "name=x"], as_json=True)
        {'num_beams': 4, 'name': 'x'}
    """
    if not options:
        return None
    found: dict[str, Any] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not key or not equals:
            raise InputError(f"option {option!r}: must be key=value")
        found[key] = _json_or_text(value) if as_json else value
    return found


def _json_or_text(value: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(value)
    except ValueError:
        return value


def _folder_name(name: str) -> str:
    plain = re.sub(r"[^\w.+@-]", "_", name).lstrip(".")
    if not plain:
        raise InputError(f"name {name!r}: is no name for a folder; give another (--name)")
    return plain
