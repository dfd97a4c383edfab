"""Loading a model by its name on the Hugging Face Hub or from a folder, onto a device, in a precision."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from merunibench.errors import InputError
from merunibench.hub import Source, check_dtype, choose_device, load_transformers, loading
from merunibench.models.base import Options
from merunibench.models.huggingface.families import family_of
from merunibench.models.huggingface.family import Family

_LOG = logging.getLogger(__name__)
_HUB_NAME = re.compile(r"(?![.-])[\w.-]+(/(?![.-])[\w.-]+)?")


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
    check_dtype(options.dtype)
    if options.frames < 1:
        raise InputError("frames: at least 1")
    transformers = load_transformers()
    if options.trust_remote_code:
        _LOG.warning("%s: code that comes with this model will be run (--trust-remote-code)", spec)
    source = Source.parse(spec)
    if not source.is_folder and not _HUB_NAME.fullmatch(source.path):
        raise InputError(f"{spec}: no such folder, and no name on the Hugging Face Hub")
    code = options.trust_remote_code
    with loading(f"{spec}: cannot be loaded"), _own_code(spec):
        config = source.load(transformers.AutoConfig, trust_remote_code=code)
        family = family_of(config, others)
        processor = source.load(family.processor_class(), trust_remote_code=code)
        model = _weights(family.model_class(config), source, options)
    return Loaded(
        name=source.name,
        revision=source.identity,
        family=family,
        config=config,
        processor=_fit_for_batches(processor, spec),
        model=model,
    )


@contextmanager
def _own_code(spec: str) -> Iterator[None]:
    """Say what to do about a model that needs code of its own, which transformers refuses to run."""
    try:
        yield
    except (OSError, ValueError, ImportError) as error:
        if isinstance(error, InputError) or "trust_remote_code" not in str(error):
            raise
        raise InputError(f"{spec}: comes with code of its own; read it, then --trust-remote-code") from error


def _weights(model_class: Any, source: Source, options: Options) -> Any:  # noqa: ANN401
    """The model, in evaluation mode on its device.

    Raises:
        InputError: the files lack weights of the model, which transformers would make up at random.
    """
    device = choose_device(options.device, maps=True)
    place = {} if device == "cpu" else {"device_map": device}
    wanted = {"dtype": options.dtype, "trust_remote_code": options.trust_remote_code, **place}
    model, report = source.load(model_class, output_loading_info=True, **wanted)
    if report["missing_keys"]:
        lacking = sorted(report["missing_keys"])
        raise InputError(f"{source.path}: {len(lacking)} weights are missing from the files, such as {lacking[0]}")
    return model.eval()


def _fit_for_batches(processor: Any, spec: str) -> Any:  # noqa: ANN401
    """The processor, padding on the left: a padded right end would be read as the end of the question."""
    tokenizer = getattr(processor, "tokenizer", processor)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if not (getattr(processor, "chat_template", None) or getattr(tokenizer, "chat_template", None)):
        raise InputError(f"{spec}: has no chat template, so it is not known how to ask it (docs/models.md)")
    return processor
