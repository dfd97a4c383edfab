"""`merunibench extract`: labels, and polarity, from the text of predictions."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain, progress_bar
from merunibench.errors import InputError

RULES = "rules"
_MODELS = "Only for language models"


class Precision(StrEnum):
    """Precision of the weights of a model on this machine."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


def extract(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", help="Predictions in any format that `score` reads.")
    ],
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="Folder to write <dataset>.jsonl into (<checkpoint>/ below, if several)."),
    ],
    dataset: Annotated[
        str | None, typer.Option(help="Data set of the predictions, where PREDICTIONS is one file.")
    ] = None,
    model: options.Model = None,
    polarity: Annotated[bool, typer.Option("--polarity", help="Derive positive, negative or neutral too.")] = False,
    parity: Annotated[
        bool,
        typer.Option("--parity", help="Keep four labels and drop speech acts, as the authors' extractor mostly did."),
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Replace labels that are there already.")] = False,
    backend: Annotated[
        str,
        typer.Option(
            metavar="BACKEND",
            help="What reads: rules, hf:MODEL (a chat model on this machine: a folder, or a name on the Hugging Face "
            "Hub) or openai:URL#MODEL (any OpenAI-compatible endpoint; key in MERUNIBENCH_API_KEY or OPENAI_API_KEY).",
        ),
    ] = RULES,
    polarity_backend: Annotated[
        str | None,
        typer.Option(metavar="BACKEND", help="What derives the polarity; that of the labels, if not given."),
    ] = None,
    prompt: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Prompt to read labels with, in place of ours; {text} marks the answer."),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again about rows that failed.", rich_help_panel=_MODELS)
    ] = False,
    max_tokens: Annotated[int, typer.Option(min=1, metavar="N", help="Longest reply.", rich_help_panel=_MODELS)] = 128,
    concurrency: Annotated[
        int, typer.Option(min=1, metavar="N", help="openai: requests at the same time.", rich_help_panel=_MODELS)
    ] = 8,
    batch_size: Annotated[
        int, typer.Option(min=1, metavar="N", help="hf: answers read together.", rich_help_panel=_MODELS)
    ] = 8,
    dtype: Annotated[
        Precision, typer.Option(help="hf: precision of the weights.", rich_help_panel=_MODELS)
    ] = Precision.AUTO,
    device: Annotated[
        str, typer.Option(metavar="DEVICE", help="hf: auto, cpu, cuda, cuda:1, mps.", rich_help_panel=_MODELS)
    ] = "auto",
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Take labels from the text of predictions, by rules or a language model; JSON Lines out, text kept.

    A run with a language model may be interrupted; the same command goes on where it ended.
    """
    from merunibench.data import open_predictions

    source = open_predictions(predictions, dataset=dataset, model=model, max_bytes=max_bytes)
    judge = (polarity_backend or backend) if polarity or polarity_backend else None
    if backend == RULES and judge in (RULES, None):
        if prompt or retry_failed:
            raise InputError("--prompt and --retry-failed are for language models; name one with --backend")
        from merunibench.extraction import Rules
        from merunibench.extraction import extract as extract_by_rules

        done = extract_by_rules(source, out, extractor=Rules(parity=parity), polarity=judge is not None, again=again)
    else:
        from merunibench.extraction.llm import extract_with_models, open_backends

        read, decide = open_backends(
            backend,
            judge,
            prompt=prompt,
            parity=parity,
            max_tokens=max_tokens,
            concurrency=concurrency,
            batch_size=batch_size,
            dtype=dtype.value,
            device=device,
        )
        with progress_bar() as progress:
            done = extract_with_models(
                source, out, labels=read, polarity=decide, again=again, retry_failed=retry_failed, progress=progress
            )
    for path in done.files:
        typer.echo(path)
    derived = f", {done.polarities} polarities" if judge else ""
    failed = f"; {done.failed} failed (--retry-failed asks again)" if done.failed else ""
    complain(f"{source.model}: labels of {done.labels} texts{derived}; {done.traces} reasoning traces dropped{failed}")
