"""`merunibench integrations list` and `path`: which programs can call the metric, and how to configure them."""

from merunibench.cli._output import emit
from merunibench.settings import argument

_NAME = argument(..., "Name of an integration, as `merunibench integrations` lists them.", "NAME")


def list_() -> None:
    """List trainers and harnesses that can call the metric, with the line that configures each.

    Example: `merunibench integrations`
    """
    from merunibench.integrations import INTEGRATIONS

    for each in INTEGRATIONS.values():
        emit(f"{each.name}: {each.about}\n  {each.path}\n  {each.line}\n")


def path(name: str = _NAME) -> None:
    """Print the path of an integration's file, for the command lines of trainers.

    Example: `swift rlhf --external_plugins $(merunibench integrations path ms-swift) …`
    """
    from merunibench.errors import InputError
    from merunibench.integrations import INTEGRATIONS
    from merunibench.settings import suggestion

    if name not in INTEGRATIONS:
        hint = suggestion(name, INTEGRATIONS)
        raise InputError(f"{name!r} is not an integration ({', '.join(INTEGRATIONS)}){hint}")
    emit(f"{INTEGRATIONS[name].path}\n")
