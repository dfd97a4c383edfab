"""Options that `infer` and `run` share, and what both print while they work.

Every default is None here and stands in `merunibench.inference.settings`: a file's settings give way to options alone.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from merunibench.cli._output import complain

if TYPE_CHECKING:
    from merunibench.inference.runner import Done, Progress
    from merunibench.inference.session import Plan

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
_PLAIN_SECONDS = 10.0
_CLIPS = "Which clips"
_ASKED = "What is asked, and of what"
_MACHINE = "On which machine"


class OnUnsupported(StrEnum):
    """What to do about a modality that the model does not take."""

    ERROR = "error"
    DROP = "drop"


class EngineName(StrEnum):
    """Who runs the model."""

    LOCAL = "local"
    RAY = "ray"


ModelName = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="Name on the Hugging Face Hub (owner/name, owner/name@revision), a folder, openai:URL#MODEL, "
        "affectgpt:CHECKPOINT or text-lexicon; `merunibench models` lists what is known.",
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Folder that holds the official folders (meld-process, …).", rich_help_panel=_CLIPS
    ),
]
ClipsSource = Annotated[
    str | None,
    typer.Option(
        "--clips",
        metavar="PATH",
        help="Clips of your own: a folder, a table (name; video, audio, face, subtitle, label if you like), a saved "
        "Hugging Face data set, or hf:owner/name#split.",
        rich_help_panel=_CLIPS,
    ),
]
Dataset = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="NAME",
        help="Data set; repeat for several.",
        show_default="all below --data-root",
        rich_help_panel=_CLIPS,
    ),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for results: <out>/<model>/<dataset>.jsonl.")]
Name = Annotated[
    str | None, typer.Option(metavar="FOLDER", help="Name of the model's folder.", show_default="made of --model")
]
Prompt = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="open-vocabulary, description, or a text file with {subtitle} in it.",
        show_default="open-vocabulary",
        rich_help_panel=_ASKED,
    ),
]
Modalities = Annotated[
    str | None,
    typer.Option(
        metavar="A+B",
        help="What the model is given, for ablations.",
        show_default="audio+video+text",
        rich_help_panel=_ASKED,
    ),
]
Unsupported = Annotated[
    OnUnsupported | None,
    typer.Option(
        "--on-unsupported", help="If the model does not take a modality.", show_default="error", rich_help_panel=_ASKED
    ),
]
Frames = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Frames of a clip.", show_default="8", rich_help_panel=_ASKED)
]
MaxNewTokens = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Longest answer.", show_default="256", rich_help_panel=_ASKED)
]
Temperature = Annotated[
    float | None,
    typer.Option(min=0, metavar="T", help="Above 0, answers are sampled.", show_default="0", rich_help_panel=_ASKED),
]
TopP = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, metavar="P", help="Share of probability to sample from.", show_default="1", rich_help_panel=_ASKED
    ),
]
Seed = Annotated[
    int | None, typer.Option(min=0, metavar="S", help="Seed of sampling.", show_default="0", rich_help_panel=_ASKED)
]
DType = Annotated[
    str | None,
    typer.Option("--dtype", help="auto, float32, bfloat16 or float16.", show_default="auto", rich_help_panel=_MACHINE),
]
Device = Annotated[
    str | None,
    typer.Option(
        help="auto, cpu, cuda, cuda:1, mps, or a device map: balanced.", show_default="auto", rich_help_panel=_MACHINE
    ),
]
TrustRemoteCode = Annotated[
    bool | None,
    typer.Option("--trust-remote-code", help="Run code that comes with the model's files.", rich_help_panel=_MACHINE),
]
ProcessorKwarg = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="For the model's processor; repeat for several.", rich_help_panel=_ASKED),
]
GenKwarg = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="For the model's generate; repeat for several.", rich_help_panel=_ASKED),
]
ModelOption = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="For one family alone (llm=… of AffectGPT).", rich_help_panel=_ASKED),
]
Llm = Annotated[
    str | None,
    typer.Option(
        "--llm", metavar="NAME|DIR", help="Language model of AffectGPT.", show_default="its own", rich_help_panel=_ASKED
    ),
]
Visual = Annotated[
    str | None,
    typer.Option(
        "--visual", metavar="NAME|DIR", help="Its visual encoder.", show_default="its own", rich_help_panel=_ASKED
    ),
]
Acoustic = Annotated[
    str | None,
    typer.Option(
        "--acoustic", metavar="NAME|DIR", help="Its acoustic encoder.", show_default="its own", rich_help_panel=_ASKED
    ),
]
BatchSize = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Most clips at once; halved when memory is short.",
        show_default="8",
        rich_help_panel=_MACHINE,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Threads that decode ahead.", show_default="4", rich_help_panel=_MACHINE),
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="A stratified part of each data set; it grows to a larger one, or the whole.",
        rich_help_panel=_CLIPS,
    ),
]
LimitSeed = Annotated[
    int | None, typer.Option(min=0, metavar="S", help="Another part.", show_default="0", rich_help_panel=_CLIPS)
]
RetryFailed = Annotated[bool | None, typer.Option("--retry-failed", help="Ask again where rows have failed.")]
Engine = Annotated[
    EngineName | None,
    typer.Option(help="This process, or Ray's actors.", show_default="local", rich_help_panel=_MACHINE),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="A Ray cluster: auto, ray://head:10001.",
        show_default="start one",
        rich_help_panel=_MACHINE,
    ),
]
Actors = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Models that Ray keeps.", show_default="1", rich_help_panel=_MACHINE),
]
GpusPerActor = Annotated[
    float | None, typer.Option(min=0, metavar="N", help="GPUs of each.", show_default="0", rich_help_panel=_MACHINE)
]
Check = Annotated[bool, typer.Option("--check", help="Look whether the run can succeed, and stop before the model.")]


def fields(given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, as settings.

    Raises:
        InputError: a KEY=VALUE option has no `=`.
    """
    from merunibench.inference.settings import parse_options

    found: dict[str, Any] = {key: value.value if isinstance(value, StrEnum) else value for key, value in given.items()}
    for key in ("processor_kwarg", "gen_kwarg", "model_option"):
        found[key] = parse_options(found.get(key), as_json=key != "model_option")
    parts = {key: found.pop(key) for key in ("llm", "visual", "acoustic")}
    named = {key: value for key, value in parts.items() if value is not None}
    if named:
        found["model_option"] = {**(found["model_option"] or {}), **named}
    found["dataset"] = found.get("dataset") or None
    return found


def report_preflight(planned: "Plan", *, check: bool) -> None:
    """Print what the preflight found; what is hopeless only where the run ends here, since it is said again else."""
    for finding in planned.findings:
        if check or finding.level != "error":
            complain(f"{finding.level}: {finding.what}")
    if check:
        raise typer.Exit(1 if planned.hopeless else 0)


def report_done(done: "list[Done]") -> None:
    """Print what became of each data set."""
    for each in done:
        details = [f"{each.kept} kept"] if each.kept else []
        details += [f"{each.changed} asked again, their clips have changed"] if each.changed else []
        details += [f"{each.failed} failed"] if each.failed else []
        complain(f"{each.path}: {each.rows} rows" + (f" ({', '.join(details)})" if details else ""))


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C, and the signal with which schedulers end a job, stop the run between rows; what is finished is kept."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        complain("stopped; finished rows are kept: the same command goes on from here")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def run_progress() -> "Iterator[Progress]":
    """Rows, rate and time left on standard error: a bar, or a line now and then where it is no terminal."""
    import sys

    if not sys.stderr.isatty():
        yield _plain_progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}
        clock = _Clock()

        def show(dataset: str, done: int, total: int, failed: int) -> None:
            if dataset not in tasks:
                tasks[dataset] = bar.add_task(dataset, total=total, rate="")
            rate, _ = clock.rate(dataset, done, total)
            text = f"{rate:.2f} clips/s" + (f", {failed} failed" if failed else "")
            bar.update(tasks[dataset], completed=done, rate=text)

        yield show


class _Clock:
    """How fast each data set goes, rows that were there before not counted."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[float, int]] = {}

    def rate(self, dataset: str, done: int, total: int) -> tuple[float, float]:
        """(clips a second, seconds left)."""
        since, before = self._begun.setdefault(dataset, (time.monotonic(), done))
        rate = (done - before) / max(time.monotonic() - since, 1e-9) if done > before else 0.0
        return rate, (total - done) / rate if rate else float("inf")


def _plain_progress() -> Callable[[str, int, int, int], None]:
    clock, last = _Clock(), time.monotonic()

    def show(dataset: str, done: int, total: int, failed: int) -> None:
        nonlocal last
        rate, left = clock.rate(dataset, done, total)
        if time.monotonic() - last >= _PLAIN_SECONDS and rate:
            last = time.monotonic()
            minutes, seconds = divmod(round(left), 60)
            trouble = f", {failed} failed" if failed else ""
            complain(f"{dataset}: {done} of {total}, {rate:.2f} clips/s, {minutes}:{seconds:02} left{trouble}")

    return show
