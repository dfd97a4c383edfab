"""Which code a model's name stands for: built-in schemes, those that installed packages bring, otherwise Hugging Face.

`SCHEME:REST` calls that scheme's loader with `REST`; every other name is one on the Hugging Face Hub, or a folder.
Packages bring models of their own by entry points in the group `merunibench.models` (docs/models.md).
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.models.base import Model, Options

if TYPE_CHECKING:
    from merunibench.models.huggingface import Family

GROUP = "merunibench.models"
"""Entry point group. An entry's name is a scheme if it is a loader, and a model type if it is a `Family`."""

Loader = Callable[[str, Options], Model]

SCHEMES: Mapping[str, str] = {
    "affectgpt": "merunibench.models.affectgpt.model:load",
    "openai": "merunibench.models.endpoint:load",
    "text-lexicon": "merunibench.models.text_lexicon:load",
}
"""Scheme -> `module:function` of its loader, imported when a model of that scheme is asked for."""


def load_model(spec: str, options: Options) -> Model:
    """Load the model that a name stands for.

    Args:
        spec: `owner/name` on the Hugging Face Hub (`@revision` may follow), a folder, `affectgpt:CHECKPOINT`,
            `openai:URL#MODEL`, `text-lexicon`, or what an installed package calls its own.
        options: What is asked of it.

    Raises:
        InputError: there is no such model, or it does not take what is asked for.
    """
    scheme, _, rest = spec.partition(":")
    if scheme in SCHEMES:
        module, _, function = SCHEMES[scheme].partition(":")
        loader: Loader = getattr(import_module(module), function)
        return loader(rest, options)
    brought = _brought(scheme)
    if callable(brought) and not isinstance(brought, type):
        model = brought(rest, options)
        if not isinstance(model, Model):
            raise InputError(f"{spec}: the package that brings {scheme!r} made a {type(model).__name__}, not a Model")
        return model
    from merunibench.models.huggingface.model import HuggingFaceModel

    return HuggingFaceModel(spec, options, _family)


def checkpoints(spec: str) -> dict[str, str]:
    """Checkpoint -> the model's name at it alone, where a name stands for several; else the name, under an empty one.

    Args:
        spec: As for `load_model`; a scheme's module says by a function `checkpoints` what its arguments stand for.
    """
    scheme, _, rest = spec.partition(":")
    if scheme not in SCHEMES:
        return {"": spec}
    module = import_module(SCHEMES[scheme].partition(":")[0])
    if not hasattr(module, "checkpoints"):
        return {"": spec}
    return {name: f"{scheme}:{argument}" for name, argument in module.checkpoints(rest).items()}


def installed() -> list[EntryPoint]:
    """The entries that installed packages bring, by name; none of them is imported."""
    return sorted(entry_points(group=GROUP), key=lambda entry: entry.name)


def _brought(name: str) -> Any:  # noqa: ANN401 - a stranger's object
    """The object that an installed package brings under a name; None if none does.

    Raises:
        InputError: it cannot be imported, or two packages bring the same name.
    """
    entries = [entry for entry in installed() if entry.name == name]
    if not entries:
        return None
    places = [entry.dist.name if entry.dist else entry.value for entry in entries]
    if len(entries) > 1:
        raise InputError(f"{name}: brought by several packages ({', '.join(places)}); uninstall all but one")
    try:
        return entries[0].load()
    except Exception as error:
        raise InputError(f"{name}: {places[0]} brings it but cannot be imported: {one_line(error)}") from error


def _family(model_type: str) -> "type[Family] | None":
    from merunibench.models.huggingface import Family

    brought = _brought(model_type)
    return brought if isinstance(brought, type) and issubclass(brought, Family) else None
