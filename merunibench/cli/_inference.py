"""Options that `infer` and `run` share.

Every default is None here and stands in `merunibench.inference.settings`: a file's settings give way to options alone.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

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
    int | None,
    typer.Option(
        min=1, metavar="N", help="Longest answer.", show_default="256; AffectGPT 1200", rich_help_panel=_ASKED
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(
        min=0,
        metavar="T",
        help="0 is greedy; above, answers are sampled.",
        show_default="0; AffectGPT 1",
        rich_help_panel=_ASKED,
    ),
]
TopP = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        metavar="P",
        help="Share of probability to sample from.",
        show_default="1; AffectGPT 0.9",
        rich_help_panel=_ASKED,
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
