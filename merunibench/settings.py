"""What commands may be asked for, each setting declared once: type, default, bounds, help, panel, former names.

From these models come a command's flags, the fields of a `run.toml`, `--help` and docs/cli.md. Here are the settings of
reading, extracting and scoring; `merunibench.inference.settings` adds those of running a model.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, ValidationError

from merunibench._keys import refuse_key_to_strangers
from merunibench.errors import InputError
from merunibench.files.reading import DEFAULT_MAX_BYTES
from merunibench.files.toml import read_toml

if TYPE_CHECKING:
    from merunibench.tasks import TaskSet

RULES = "rules@2"
"""The rules of `merunibench.extraction`, as an extractor is named."""
ALL_RULES = (RULES, "rules@1")
"""The versions that there are."""


@dataclass(frozen=True)
class Option:
    """How a setting is spelled and explained on the command line.

    Attributes:
        help: What it does; the default is added.
        metavar: The placeholder for its value.
        panel: Heading below which the help lists it.
        shown: The default in words, where the value itself does not tell.
        flag: The flag, where it is not the field's name.
        old: Former names, which keep working and are not shown. `old=value` was a flag that stood for that value;
            `old=value|other` stood for the other one in a file that said `old = false`.
        choices: The values there are, where its type does not tell.
        argument: Whether it is given by its place, without a flag.
        short: A letter that stands for the flag: `-o`.
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
    """A field that is an option of the command line.

    Args:
        default: Its value if it is not given; `...` where it must be.
        help: See `Option`, and so for the further ones.
        metavar: See `Option`.
        others: Attributes of `Option`, or bounds as `pydantic.Field` takes them.
    """
    words = {key: others.pop(key) for key in Option.__dataclass_fields__ if key in others}
    return Field(default, json_schema_extra={"option": Option(help, metavar, **words)}, **others)  # type: ignore[dict-item]


argument = partial(option, argument=True)
"""A field that is given by its place."""


class Settings(BaseModel):
    """Settings of a command; a field that is made by `option` is one on the command line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_file: ClassVar[bool] = False
    """Whether a TOML file may hold them too."""

    @classmethod
    def refuse_in_file(cls, fields: Mapping[str, Any]) -> None:
        """Refuse what a file may not decide, since files come from strangers: here, who is sent a key.

        Args:
            fields: What the file holds and nobody gave otherwise, unchecked.

        Raises:
            InputError: the message names the field, and what to give instead.
        """
        refuse_key_to_strangers(fields)

    @classmethod
    def options(cls) -> dict[str, Option]:
        """The options of the command line, by the names of their fields."""
        extras = {name: field.json_schema_extra for name, field in cls.model_fields.items()}
        return {name: extra["option"] for name, extra in extras.items() if isinstance(extra, dict)}  # type: ignore[misc]

    @classmethod
    def flag(cls, name: str) -> str:
        """How a field is spelled on the command line."""
        known = cls.options().get(name)
        return (known and known.flag) or f"--{name.replace('_', '-')}"

    @classmethod
    def former_names(cls) -> Iterator[tuple[str, str, str]]:
        """(former name, present name, the values that it stood for or nothing), unless it now names something else."""
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
    """Settings from a TOML file, where there is one, under those that were given otherwise.

    Args:
        path: The file. Paths in it are relative to the folder of the process, as on the command line.
        given: Further settings, which come first; None stands for one that was not given.
        kind: Which settings.
        tell: Told which fields of the file have former names that stood for a value.

    Raises:
        InputError: the file is not TOML, or holds what only the user may decide (`Settings.refuse_in_file`), or a
            setting is unknown or makes no sense; the message names it.
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
        # A name that is not known is often that of a field that then is missing.
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
    """`; did you mean …?` for a word that is nearly a known one, else nothing."""
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _fields_at(kind: type[BaseModel], place: Iterable[int | str]) -> Iterable[str]:
    """The fields of a table within others, a list of tables or a single one."""
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
    """The fields with former names replaced by the present ones."""
    for former, name, meanings in kind.former_names():
        meaning, _, other = meanings.partition("|")
        if former in fields:
            value = fields.pop(former)
            if name in fields:
                raise InputError(f"{former}: is the former name of {name}, which is set as well; leave it out")
            if meaning and not isinstance(value, bool):
                raise InputError(f"{former}: must be true or false; {name} = {meaning!r} says the same as true")
            fields[name] = value if not meaning else meaning if value else other
            if meaning:
                tell(f"{former} is the former name of {name}, and is read as {name} = {fields[name]!r}; write that")
    return fields


def settings_as_toml(settings: Settings) -> str:
    """The settings, all of them, as a TOML file that gives the same run; what is not set is left out."""
    import tomli_w

    return tomli_w.dumps(_set(settings.model_dump(mode="json")))


def _set(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is set: TOML has no word for nothing."""
    inner = {key: _set(value) if isinstance(value, dict) else value for key, value in fields.items()}
    return {key: value for key, value in inner.items() if value is not None and value != {}}


def protocol_names() -> tuple[str, ...]:
    """The protocols there are: the benchmark's own, and those that others have registered."""
    from merunibench.protocols import PROTOCOLS

    return tuple(PROTOCOLS)


def _known_protocol(name: str) -> str:
    if name not in protocol_names():
        raise ValueError(f"must be one of {', '.join(protocol_names())}, not {name!r}")
    return name


def _known_extractor(name: str) -> str:
    """An extractor's name in full; what comes after `hf:` and `openai:` is looked at where it is opened."""
    if name.partition("@")[0] == "rules" and name not in ("rules", *ALL_RULES):
        raise ValueError(f"{name!r} is not known; this version of merunibench has {' and '.join(ALL_RULES)}")
    return RULES if name == "rules" else name


_reading = partial(option, panel="Reading")
_scoring = partial(option, panel="Scoring")
_intervals = partial(option, panel="Intervals")
_labels = partial(option, panel="Labels from text")

Extractor = Annotated[str, AfterValidator(_known_extractor)]
LEVEL = partial(option, 1, "Level of the emotion wheels whose sectors count; published scores use 1.")
FAIL_ON_WARNING = option(False, "Exit with code 2 if there is any warning: for CI.")
MISSING = partial(
    option, "error", "Samples without a prediction: refuse (error), count as wrong (zero), or leave out (skip)."
)
MAX_BYTES = option(DEFAULT_MAX_BYTES, "Largest size in bytes that a compressed file may unpack to.", "N", shown="1 GiB")


class TaskSettings(Settings):
    """Data sets of the user's own."""

    task: tuple[Path, ...] = option(
        (),
        "Definition of a data set of your own: a file, a folder of *.task.toml, or what an installed package offers; "
        "repeat for several.",
        "FILE|DIR",
    )

    def tasks(self) -> "TaskSet":
        """The built-in data sets and these."""
        from merunibench.tasks import BUILTIN

        return BUILTIN.with_own(*self.task)


class ReadSettings(Settings):
    """Where predictions have what, if their columns and names are not those of the contract."""

    column: tuple[str, ...] = _reading(
        (),
        "Where the predictions have name, text, labels or polarity: a column, or a dotted path into nested values, "
        "such as --column name=video_id; repeat for several.",
        "FIELD=PATH",
    )
    name_regex: str | None = _reading(
        None, "The part of a prediction's name that counts: a regular expression with one group.", "REGEX"
    )

    def reading(self) -> dict[str, Any]:
        """These settings as `merunibench.evaluate` takes them."""
        from merunibench.data import parse_columns

        return {"columns": parse_columns(self.column), "name_regex": self.name_regex}


class ScoringRules(Settings):
    """Everything but files that decides a score."""

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
        """These settings as `merunibench.evaluate` takes them."""
        return {name: getattr(self, name) for name in ScoringRules.model_fields}


class Resampling(Settings):
    """How intervals are made."""

    bootstrap: NonNegativeInt = _intervals(1000, "Resamples for the 95 % intervals; 0: no intervals.", "N")
    bootstrap_seed: NonNegativeInt = _intervals(0, "Seed of the resampling.", "SEED", old=("seed",))


class ScoreSettings(Resampling, ScoringRules):
    """How predictions are scored: what decides a score, and its interval."""

    units: Literal["auto", "samples", "clusters"] = _intervals(
        "auto",
        "What is resampled: whole dialogues and videos where a data set has them (auto, clusters), or samples.",
        old=("cluster=clusters|samples",),
    )

    def arguments(self) -> dict[str, Any]:
        """These settings as `merunibench.evaluate` takes them."""
        interval = {"bootstrap": self.bootstrap, "seed": self.bootstrap_seed, "units": self.units}
        return super().arguments() | interval


class ExtractSettings(Settings):
    """How labels and polarity are taken from a model's text."""

    extractor: Extractor = _labels(
        RULES,
        f"How labels are extracted: {', '.join(ALL_RULES)}, hf:MODEL (a chat model on this machine: a folder, or a "
        "name on the Hugging Face Hub), openai:URL#MODEL (an OpenAI-compatible endpoint; key in MERUNIBENCH_API_KEY or "
        "OPENAI_API_KEY).",
        "EXTRACTOR",
        old=("backend",),
    )
    polarity_extractor: Extractor | None = _labels(
        None, "How the polarity is derived.", "EXTRACTOR", shown="same as --extractor", old=("polarity_backend",)
    )
    affectgpt_style: bool = _labels(
        False, "Keep at most four labels and no speech acts, as AffectGPT's extractor mostly did.", old=("parity",)
    )
