"""`merunibench extract`: extract labels, and optionally polarity, from the text of predictions."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import PositiveInt

from merunibench.cli import _options as options
from merunibench.cli._output import emit, fail_on, log_stderr, warn
from merunibench.cli._running import progress_bar
from merunibench.errors import InputError
from merunibench.settings import ALL_RULES, FAIL_ON_WARNING, ExtractSettings, option

if TYPE_CHECKING:
    from merunibench.data import PredictionSource

_models = partial(option, panel="Only for language models")


class ExtractOptions(ExtractSettings, options.SourceOptions):
    """Options that say what is read and which extractor is used."""

    polarity: bool = option(False, "Also derive the polarity: positive, negative or neutral.")
    overwrite_labels: bool = option(False, "Replace existing labels of the predictions.", old=("again",))
    extractor_prompt: Path | None = _models(
        None,
        "Prompt for extracting labels, instead of the built-in one; {text} marks the answer.",
        "FILE",
        old=("prompt",),
    )
    retry_failed: bool = _models(False, "Ask again about rows that failed.")
    max_new_tokens: PositiveInt = _models(128, "Maximum length of a reply.", "N", old=("max_tokens",))
    concurrency: PositiveInt = _models(8, "openai: number of simultaneous requests.", "N")
    batch_size: PositiveInt = _models(8, "hf: answers per batch.", "N")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = _models(
        "auto", "hf: auto, float32, bfloat16 or float16.", "DTYPE"
    )
    device: str = _models("auto", "hf: auto, cpu, cuda, cuda:1, mps.", "DEVICE")

    @property
    def judge(self) -> str | None:
        """The extractor of the polarity; None if polarity is not requested."""
        return self.polarity_extractor or (self.extractor if self.polarity else None)


def extract(settings: ExtractOptions, out: Path = options.ROWS, fail_on_warning: bool = FAIL_ON_WARNING) -> None:
    """Extract labels from the text of predictions, by rules or with a language model.

    Writes JSON Lines; the text is kept. An interrupted run with a language model resumes with the same command.
    """
    source = settings.open()
    by_rules = settings.extractor in ALL_RULES and settings.judge in (settings.extractor, None)
    done = (_by_rules if by_rules else _by_models)(source, out, settings)
    for path in done.files:
        emit(f"{path}\n")
    derived = f", {done.polarities} polarities" if settings.judge else ""
    failed = f"; {done.failed} failed (--retry-failed asks again)" if done.failed else ""
    texts = f"{done.labels - done.empty} of {done.labels}" if done.empty else done.labels
    noun = "text" if done.labels == 1 else "texts"
    without = f"; {done.empty} without a label" if done.empty else ""
    warn(done.remarks)
    log_stderr(
        f"{source.model}: labels of {texts} {noun}{derived}{without}; {done.traces} reasoning traces dropped{failed}"
    )
    fail_on(done.remarks, fail_on_warning)


def _by_rules(source: "PredictionSource", out: Path, settings: ExtractOptions) -> Any:  # noqa: ANN401
    if settings.extractor_prompt or settings.retry_failed:
        raise InputError("--extractor-prompt and --retry-failed need a language model; name one with --extractor")
    from merunibench.extraction import Rules
    from merunibench.extraction import extract as extract_by_rules

    rules = Rules.named(settings.extractor, parity=settings.affectgpt_style)
    polarity = settings.judge is not None
    return extract_by_rules(source, out, extractor=rules, polarity=polarity, again=settings.overwrite_labels)


def _by_models(source: "PredictionSource", out: Path, settings: ExtractOptions) -> Any:  # noqa: ANN401
    from merunibench.extraction.llm import extract_with_models, open_backends

    labels, polarity = open_backends(
        settings.extractor,
        settings.judge,
        prompt=settings.extractor_prompt,
        parity=settings.affectgpt_style,
        max_tokens=settings.max_new_tokens,
        concurrency=settings.concurrency,
        batch_size=settings.batch_size,
        dtype=settings.dtype,
        device=settings.device,
    )
    again, retry = settings.overwrite_labels, settings.retry_failed
    with progress_bar() as progress:
        return extract_with_models(
            source, out, labels=labels, polarity=polarity, again=again, retry_failed=retry, progress=progress
        )
