"""Build a command from a function: its parameters, and the fields of its settings models, become options.

The command line itself only reads text. The models check types, bounds and choices, since they also read TOML files.
"""

import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import create_model
from pydantic.fields import FieldInfo
from typer.main import get_command

from merunibench.cli._help import Command
from merunibench.cli._output import log_stderr
from merunibench.settings import Option, Settings, read_settings, suggestion

_CONFIG = typer.Option(
    metavar="FILE", help="TOML file with settings, such as run.toml; command-line options override it."
)


def command(name: str, function: Callable[..., None], context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - Typer's own
    """Build the command for a function.

    Args:
        name: Its name.
        function: Its parameters are made by `merunibench.settings.option` or `argument`, or are settings models.
        context: Click's settings.
    """
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    own = {each.name: (each.annotation, each.default) for each in parameters if isinstance(each.default, FieldInfo)}
    models: dict[str, type[Settings]] = {each.name: each.annotation for each in parameters if each.name not in own}
    models[""] = create_model("Parameters", __base__=Settings, **own)  # type: ignore[call-overload]
    options = {key: list(_parameters(kind)) for key, kind in models.items()}

    def call(**given: Any) -> None:  # noqa: ANN401
        found = {}
        for key, kind in models.items():
            values = {each.name: given[each.name] for each in options[key]}
            found[key] = read_settings(values.pop("config") if kind.from_file else None, values, kind, log_stderr)
        rest = found.pop("")
        function(**found, **{key: getattr(rest, key) for key in own})

    every = list(chain(*options.values()))
    call.__doc__ = function.__doc__
    call.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in every}
    former = {
        kind.flag(former).removeprefix("--"): kind.flag(present).removeprefix("--")
        for kind in models.values()
        for former, present, meaning in kind.former_names()
        if not meaning and former not in call.__annotations__
    }
    application = typer.Typer(add_completion=False, rich_markup_mode=None)
    settings = dict(context, token_normalize_func=lambda token: former.get(token, token))
    application.command(name, cls=Command, context_settings=settings)(call)
    return get_command(application)


def _parameters(kind: type[Settings]) -> Iterator[inspect.Parameter]:
    """Yield the parameters for a model's fields; the value is None if an option is not given."""
    for name, option in kind.options().items():
        required = kind.model_fields[name].is_required() and not kind.from_file
        yield _parameter(name, *_typer_option(kind, name, option), required=required)
    for former, name, meanings in kind.former_names():
        if meanings:
            meaning = meanings.partition("|")[0]
            hidden = typer.Option(kind.flag(former), hidden=True, help=f"{kind.flag(name)} {meaning}")
            yield _parameter(former, bool, hidden)
    if kind.from_file:
        yield _parameter("config", Path, _CONFIG)


def _parameter(name: str, kind: Any, option: Any, *, required: bool = False) -> inspect.Parameter:  # noqa: ANN401
    annotation = Annotated[kind if required else kind | None, option]  # type: ignore[valid-type]
    default = inspect.Parameter.empty if required else None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _typer_option(kind: type[Settings], name: str, option: Option) -> tuple[Any, Any]:
    """Return (the type that the command line reads, the option) for a field."""
    field = kind.model_fields[name]
    parts = list(_parts(field.annotation))
    silent = field.is_required() or field.default is None or field.default is False or field.default in ((), {})
    attributes: dict[str, Any] = {
        "help": option.help,
        "metavar": option.metavar,
        "rich_help_panel": option.panel,
        "show_default": option.shown or (False if silent else str(field.default)),
    }
    literal = next((each for each in parts if typing.get_origin(each) is Literal), None)
    if option.choices or literal:
        choice = Choice(option.choices() if option.choices else typing.get_args(literal))
        attributes |= {"parser": choice, "autocompletion": choice.completions}
        attributes["metavar"] = option.metavar or "|".join(choice.values)
    several = any(typing.get_origin(each) in (list, tuple, dict) for each in parts)
    pair = any(typing.get_args(each) == (str, str) and typing.get_origin(each) is tuple for each in parts)
    read = tuple[str, str] if pair else list[str] if several else bool if bool in parts else str
    flags = (option.short, kind.flag(name)) if option.short else (kind.flag(name),)
    return read, typer.Argument(**attributes) if option.argument else typer.Option(*flags, **attributes)


def _parts(annotation: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield a type and, if it is optional or annotated, its parts."""
    yield annotation
    if typing.get_origin(annotation) not in (Literal, list, tuple, dict):
        for each in typing.get_args(annotation):
            yield from _parts(each)


class Choice:
    """Reads one of several values, and suggests one if the spelling is close."""

    __name__ = "choice"

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = {str(value): value for value in values}

    def __call__(self, text: str) -> Any:  # noqa: ANN401
        """Return the value with this spelling."""
        if text not in self.values:
            known = ", ".join(self.values)
            raise typer.BadParameter(f"{text!r} is not one of {known}{suggestion(text, self.values)}")
        return self.values[text]

    def completions(self) -> list[str]:
        """Return the values for shell completion."""
        return list(self.values)
