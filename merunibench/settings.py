"""Settings of commands. Each is declared once, with type, default, bounds, help, panel and former names.

A command's flags, the fields of a `run.toml`, `--help` and docs/cli.md are made from these models. This module has the
settings of reading, extracting and scoring; `merunibench.inference.settings` adds those of running a model.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, ValidationError

from merunibench._keys import refuse_key_for_file_endpoints
from merunibench.errors import InputError
from merunibench.files.reading import DEFAULT_MAX_BYTES
from merunibench.files.toml import read_toml

if TYPE_CHECKING:
    from merunibench.tasks import TaskSet

RULES = "rules@2"
"""Extractor name of the current rules of `merunibench.extraction`."""
ALL_RULES = (RULES, "rules@1")
"""All supported versions of the rules."""


@dataclass(frozen=True)
class Option:
    """Spelling and help of a setting on the command line.

    Attributes:
        help: Its purpose; the default is appended.
        metavar: Placeholder for its value.
        panel: Heading under which the help lists it.
        shown: Description of the default, if the value itself is not informative.
        flag: The flag, if it differs from the field's name.
        old: Former names, which keep working but are not shown. `old=value` was a flag that set that value;
            `old=value|other` set the other value in a file with `old = false`.
        choices: Returns the allowed values, if its type does not define them.
        argument: Whether it is positional, without a flag.
        short: Short form of the flag, such as `-o`.
    """

    help: str
    metavar: str | None = None
    panel: str | None = None
    shown: str | None = None
    flag: str | None = None
    old: tuple[str, ...] = ()
    choices: Callable[[], tuple[str, ...]] | None = None
    argument: bool = False
    short: str | None = None


def option(default: Any, help: str, metavar: str | None = None, **others: Any) -> Any:  # noqa: A002, ANN401
    """Return a field that is a command-line option.

    Args:
        default: Its value if it is not given; `...` if it is required.
        help: See `Option`.
        metavar: See `Option`.
        others: Attributes of `Option`, or bounds as `pydantic.Field` takes them.
    """
    words = {key: others.pop(key) for key in Option.__dataclass_fields__ if key in others}
    return Field(default, json_schema_extra={"option": Option(help, metavar, **words)}, **others)  # type: ignore[dict-item]


argument = partial(option, argument=True)
"""Return a field that is a positional argument."""


class Settings(BaseModel):
    """Settings of a command. A field made by `option` is an option on the command line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_file: ClassVar[bool] = False
    """Whether a TOML file may contain these settings."""

    @classmethod
    def refuse_in_file(cls, fields: Mapping[str, Any]) -> None:
        """Refuse fields that an untrusted file must not set: here, the server that an API key is sent to.

        Args:
            fields: Unchecked fields of the file that were not also given on the command line.

        Raises:
            InputError: a field is refused; the message names it, and what to give instead.
        """
        refuse_key_for_file_endpoints(fields)

    @classmethod
    def options(cls) -> dict[str, Option]:
        """Return the command-line options by field name."""
        extras = {name: field.json_schema_extra for name, field in cls.model_fields.items()}
        return {name: extra["option"] for name, extra in extras.items() if isinstance(extra, dict)}  # type: ignore[misc]

    @classmethod
    def flag(cls, name: str) -> str:
        """Return the flag of a field on the command line."""
        known = cls.options().get(name)
        return (known and known.flag) or f"--{name.replace('_', '-')}"

    @classmethod
    def former_names(cls) -> Iterator[tuple[str, str, str]]:
        """Yield (former name, current name, the values it set or ""), except former names that are fields now."""
        for name, known in cls.options().items():
            for former, _, meaning in (old.partition("=") for old in known.old):
                if former not in cls.model_fields:
                    yield former, name, meaning


AnySettings = TypeVar("AnySettings", bound=Settings)


def read_settings(
    path: Path | None,
    given: Mapping[str, Any],
    kind: type[AnySettings],
    tell: Callable[[str], None] = lambda _: None,
) -> AnySettings:
    """Read settings from an optional TOML file; settings that are given override the file.

    Args:
        path: The file. Paths in it are relative to the folder of the process, as on the command line.
        given: Further settings, which take precedence; None means that a setting was not given.
        kind: Class of the settings.
        tell: Called with a message for each former name in the file that set a value.

    Raises:
        InputError: the file is not TOML, or sets a field that only the user may set (`Settings.refuse_in_file`), or a
            setting is unknown or invalid; the message names it.
    """
    fields = {} if path is None else _present_names(read_toml(path), kind, lambda said: tell(f"{path}: {said}"))
    present = _present_names({name: value for name, value in given.items() if value is not None}, kind)
    try:
        kind.refuse_in_file({name: value for name, value in fields.items() if name not in present})
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    try:
        return kind.model_validate(fields | present)
    except ValidationError as error:
        # An unknown name is often a misspelled field, which is then missing; report the unknown name.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        name, where = str(next(iter(first["loc"]), "")), ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        if first["type"] == "missing":
            reason = f"missing; set {kind.flag(name)}" if name in kind.options() else "missing"
        elif first["type"] == "extra_forbidden":
            reason = "unknown setting" + suggestion(str(first["loc"][-1]), _fields_at(kind, first["loc"][:-1]))
        elif name in present:
            path, where = None, kind.flag(name)
        raise InputError(": ".join(filter(None, (str(path or ""), where, reason)))) from None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` if a word is similar to a known one, else the empty string."""
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _fields_at(kind: type[BaseModel], place: Iterable[int | str]) -> Iterable[str]:
    """Return the fields of a nested table or list of tables."""
    for name in (each for each in place if isinstance(each, str)):
        annotation: Any = kind.model_fields[name].annotation
        models = [each for each in (annotation, *get_args(annotation)) if hasattr(each, "model_fields")]
        if not models:
            return ()
        kind = models[0]
    return kind.model_fields


def _present_names(
    fields: dict[str, Any], kind: type[Settings], tell: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Return the fields with former names replaced by current ones."""
    for former, name, meanings in kind.former_names():
        meaning, _, other = meanings.partition("|")
        if former in fields:
            value = fields.pop(former)
            if name in fields:
                raise InputError(f"{former}: is the former name of {name}, which is also set; leave it out")
            if meaning and not isinstance(value, bool):
                raise InputError(f"{former}: must be true or false; {name} = {meaning!r} is the same as true")
            fields[name] = value if not meaning else meaning if value else other
            if meaning:
                tell(f"{former} is the former name of {name}, and is read as {name} = {fields[name]!r}; write that")
    return fields


def settings_as_toml(settings: Settings) -> str:
    """Return all settings as a TOML file that reproduces the run; unset ones are left out."""
    import tomli_w

    return tomli_w.dumps(_set(settings.model_dump(mode="json")))


def _set(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that are set, since TOML has no null value."""
    inner = {key: _set(value) if isinstance(value, dict) else value for key, value in fields.items()}
    return {key: value for key, value in inner.items() if value is not None and value != {}}


def protocol_names() -> tuple[str, ...]:
    """Return all protocols: the benchmark's own, and those registered by plugins."""
    from merunibench.protocols import PROTOCOLS

    return tuple(PROTOCOLS)


def _known_protocol(name: str) -> str:
    if name not in protocol_names():
        raise ValueError(f"must be one of {', '.join(protocol_names())}, not {name!r}")
    return name


def _known_extractor(name: str) -> str:
    """Return an extractor's full name; the part after `hf:` or `openai:` is checked when it is opened."""
    if name.partition("@")[0] == "rules" and name not in ("rules", *ALL_RULES):
        raise ValueError(f"{name!r} is not known; this version of merunibench has {' and '.join(ALL_RULES)}")
    return RULES if name == "rules" else name


_reading = partial(option, panel="Reading")
_scoring = partial(option, panel="Scoring")
_intervals = partial(option, panel="Intervals")
_labels = partial(option, panel="Labels from text")

Extractor = Annotated[str, AfterValidator(_known_extractor)]
LEVEL = partial(option, 1, "Level of the emotion wheels whose sectors count; published scores use 1.")
FAIL_ON_WARNING = option(False, "Exit with code 2 if there are warnings, for use in CI.")
MISSING = partial(
    option, "error", "Samples without a prediction: refuse (error), count as wrong (zero), or leave out (skip)."
)
MAX_BYTES = option(DEFAULT_MAX_BYTES, "Largest size in bytes that a compressed file may unpack to.", "N", shown="1 GiB")


class TaskSettings(Settings):
    """Settings for the user's own data sets."""

    task: tuple[Path, ...] = option(
        (),
        "Definition of your own data set: a file, a folder of *.task.toml, or the name of one in an installed package; "
        "repeat for several.",
        "FILE|DIR",
    )

    def tasks(self) -> "TaskSet":
        """Return the built-in data sets and these."""
        from merunibench.tasks import BUILTIN

        return BUILTIN.with_own(*self.task)


class ReadSettings(Settings):
    """Settings for predictions whose columns and names differ from the expected ones."""

    column: tuple[str, ...] = _reading(
        (),
        "Column of name, text, labels or polarity in the predictions, or a dotted path into nested values, "
        "such as --column name=video_id; repeat for several.",
        "FIELD=PATH",
    )
    name_regex: str | None = _reading(
        None, "Regular expression with one group that extracts the sample name from a prediction's name.", "REGEX"
    )

    def reading(self) -> dict[str, Any]:
        """Return these settings as arguments of `merunibench.evaluate`."""
        from merunibench.data import parse_columns

        return {"columns": parse_columns(self.column), "name_regex": self.name_regex}


class ScoringRules(Settings):
    """All settings that affect a score, except input files."""

    lexicon: str = _scoring(
        "builtin",
        "builtin, an installed lexicon (mer2025), a release's folder, or one of your own.",
        "NAME|PATH",
    )
    protocol: Annotated[str, AfterValidator(_known_protocol)] = _scoring(
        "official", "official: as the published results; strict: constant answers score 0.", choices=protocol_names
    )
    level: Literal[1, 2] = LEVEL(panel="Scoring")
    checkpoint: str = _scoring(
        "best-per-dataset",
        "best-per-dataset (as published: chosen on the test labels), best-overall, last, or a checkpoint's name.",
        "RULE|NAME",
    )
    missing: Literal["error", "zero", "skip"] = MISSING(panel="Scoring")
    max_bytes: PositiveInt = MAX_BYTES

    def arguments(self) -> dict[str, Any]:
        """Return these settings as arguments of `merunibench.evaluate`."""
        return {name: getattr(self, name) for name in ScoringRules.model_fields}


class Resampling(Settings):
    """Settings of the confidence intervals."""

    bootstrap: NonNegativeInt = _intervals(1000, "Resamples for the 95 % intervals; 0: no intervals.", "N")
    bootstrap_seed: NonNegativeInt = _intervals(0, "Seed of the resampling.", "SEED", old=("seed",))


class ScoreSettings(Resampling, ScoringRules):
    """Settings of scores and their intervals."""

    units: Literal["auto", "samples", "clusters"] = _intervals(
        "auto",
        "Resampling units: whole dialogues and videos if a data set has them (auto, clusters), or samples.",
        old=("cluster=clusters|samples",),
    )

    def arguments(self) -> dict[str, Any]:
        """Return these settings as arguments of `merunibench.evaluate`."""
        interval = {"bootstrap": self.bootstrap, "seed": self.bootstrap_seed, "units": self.units}
        return super().arguments() | interval


class ExtractSettings(Settings):
    """Settings for extracting labels and polarity from a model's text."""

    extractor: Extractor = _labels(
        RULES,
        f"Extractor of labels: {', '.join(ALL_RULES)}, hf:MODEL (a local chat model: a folder, or a "
        "name on the Hugging Face Hub), openai:URL#MODEL (an OpenAI-compatible endpoint; key in MERUNIBENCH_API_KEY or "
        "OPENAI_API_KEY).",
        "EXTRACTOR",
        old=("backend",),
    )
    polarity_extractor: Extractor | None = _labels(
        None, "Extractor of the polarity.", "EXTRACTOR", shown="same as --extractor", old=("polarity_backend",)
    )
    affectgpt_style: bool = _labels(
        False, "Keep at most four labels and no speech acts, as AffectGPT's extractor usually did.", old=("parity",)
    )
