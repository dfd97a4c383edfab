"""Commands that are built when they are run: `--help` lists names and one line each, and builds nothing else."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

SUMMARIES: Mapping[str, str] = {
    "score": "Score a model's predictions, comparably with the published results.",
    "compare": "Test the difference of two systems on the same samples.",
    "errors": "Show where a model loses: sectors confused, words that cost, groups of samples that score low.",
    "explain": "Show a word's way through a lexicon: form, base words, wheel words, its sector on each wheel.",
    "infer": "Ask a model about clips, resumably; one row a clip, in JSON Lines that score and extract read.",
    "merge": "Merge the shards of a run: every sample once, all there, one configuration, or it says what is missing.",
    "run": "Infer, extract and score in one go, resumable at each stage; ends with the report.",
    "convert": "Convert predictions to JSON Lines, a row a sample; raw text is kept, and nothing is scored.",
    "extract": "Take labels from the text of predictions, by rules or a language model; JSON Lines out, text kept.",
    "models": "List the models that can be called: families, what they take, and what was tested of each.",
    "datasets": "List the data sets: how each is scored, its size, the files expected, where to request it.",
    "lexicon": "Install, show, audit and compare lexicons: which words fall into which sectors.",
    "submit": "Pack predictions as a submission to the leaderboard; nothing is scored. Prints the files.",
    "leaderboard": "Check submissions; build, verify, compare and preview leaderboards that anyone can recompute.",
    "affectgpt": "Look at AffectGPT's released checkpoints, convert them, check the implementation against a fixture.",
    "verify": "Check the metric, the lexicon tables and the installation; exit code 1 if anything differs.",
    "demo": "Score three baselines on an embedded miniature of the benchmark, and say what to do next.",
}
"""Command -> the first line of its docstring (a test sees to that); its module is cli/<command>.py."""

CONTEXT = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TyperGroup):
    """A group that imports a command's module when that command is run."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - click's or Typer's own context
        """The commands, in the order in which one meets them."""
        return list(SUMMARIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        """A stand-in with the name and the summary, for the list of commands; None for an unknown name."""
        return TyperCommand(cmd_name, help=SUMMARIES[cmd_name]) if cmd_name in SUMMARIES else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """The real command, and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, None if command is None else build(name), rest


def build(name: str | None) -> Any:  # noqa: ANN401
    """The command of that name: a module's Typer application `app`, or its function of the same name."""
    module = import_module(f"merunibench.cli.{name}")
    application = getattr(module, "app", None)
    if application is None:
        application = typer.Typer(add_completion=False, rich_markup_mode="rich")
        application.command(name, context_settings=CONTEXT)(getattr(module, str(name)))
    command = get_command(application)
    command.name = name
    return command
