"""Loading a model by its name on the Hugging Face Hub or from a folder, onto a device, in a precision."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench._torchvision import ensure_torchvision
from merunibench.errors import InputError
from merunibench.files.weights import folder_hash, hub_commit
from merunibench.models.base import Options
from merunibench.models.huggingface.families import family_of
from merunibench.models.huggingface.family import Family

_LOG = logging.getLogger(__name__)
_HUB_NAME = re.compile(r"(?![.-])[\w.-]+(/(?![.-])[\w.-]+)?")
_DTYPES = ("auto", "float32", "bfloat16", "float16")
_DEVICE_MAPS = ("balanced", "balanced_low_0", "sequential")


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model with all that belongs to it.

    Attributes:
        name: Its name: that on the Hub, or the folder's.
        revision: Commit on the Hub, or hash of the folder; None where the Hub's cache does not say.
    """

    name: str
    revision: str | None
    family: Family
    config: Any
    processor: Any
    model: Any


def load(spec: str, options: Options, others: Callable[[str], type[Family] | None]) -> Loaded:
    """Load a model.

    Args:
        spec: `owner/name` or `owner/name@revision` on the Hub, or a folder.
        options: Precision, device, whether code that comes with the model may run.
        others: Finds the family that an installed package brings for a model type.

    Raises:
        InputError: there is no such model, a library is missing, weights are missing, or an option makes no sense.
    """
    _check(options)
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError as error:
        raise InputError(f"models need {error.name}: pip install 'merunibench[models]'") from error
    ensure_torchvision()
    if options.trust_remote_code:
        _LOG.warning("%s: code that comes with this model will be run (--trust-remote-code)", spec)
    folder = Path(spec).expanduser()
    where: dict[str, Any] = {"trust_remote_code": options.trust_remote_code}
    if folder.is_dir():
        source = str(folder)
    else:
        source, _, revision = spec.partition("@")
        where |= {"revision": revision} if revision else {}
        if not _HUB_NAME.fullmatch(source):
            raise InputError(f"{spec}: no such folder, and no name on the Hugging Face Hub")
    try:
        config = transformers.AutoConfig.from_pretrained(source, **where)
        family = family_of(config, others)
        processor = family.processor_class().from_pretrained(source, **where)
        model = _weights(family.model_class(config), source, options, where)
    except InputError:
        raise
    except (ImportError, KeyError, OSError, RuntimeError, ValueError) as error:
        if "trust_remote_code" in str(error):
            raise InputError(f"{spec}: comes with code of its own; read it, then --trust-remote-code") from error
        raise InputError(f"{spec}: cannot be loaded: {one_line(error)}") from error
    local = folder.is_dir()
    return Loaded(
        name=folder.resolve().name if local else source,
        revision=folder_hash(folder) if local else hub_commit(source, where.get("revision")),
        family=family,
        config=config,
        processor=_fit_for_batches(processor, spec),
        model=model,
    )


def _weights(model_class: Any, source: str, options: Options, where: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """The model, in evaluation mode on its device.

    Raises:
        InputError: the files lack weights of the model, which transformers would make up at random.
    """
    device = device_for(options.device)
    place = {} if device == "cpu" else {"device_map": device}
    model, report = model_class.from_pretrained(source, dtype=options.dtype, output_loading_info=True, **place, **where)
    if report["missing_keys"]:
        lacking = sorted(report["missing_keys"])
        raise InputError(f"{source}: {len(lacking)} weights are missing from the files, such as {lacking[0]}")
    return model.eval()


def device_for(asked: str) -> str:
    """The device, or device map, that an option stands for.

    Raises:
        InputError: there is no such device here.
    """
    import torch

    if asked in _DEVICE_MAPS:
        return asked
    if asked == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(0, device=asked)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"device {asked}: {one_line(error)}") from error
    return asked


def _fit_for_batches(processor: Any, spec: str) -> Any:  # noqa: ANN401
    """The processor, padding on the left: a padded right end would be read as the end of the question."""
    tokenizer = getattr(processor, "tokenizer", processor)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if not (getattr(processor, "chat_template", None) or getattr(tokenizer, "chat_template", None)):
        raise InputError(f"{spec}: has no chat template, so it is not known how to ask it (docs/models.md)")
    return processor


def _check(options: Options) -> None:
    if options.dtype not in _DTYPES:
        raise InputError(f"dtype {options.dtype}: one of {', '.join(_DTYPES)}")
    if options.frames < 1:
        raise InputError("frames: at least 1")
