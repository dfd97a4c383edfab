"""The commands, in the panels of `--help`. A command is imported and built only when it is run.

To add a command, add a line here and a function of that name. Its module has the name of the command or of its group,
or is in the package of its group (`PACKAGES`), or is listed in `MODULES`.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from typer.core import TyperCommand

from merunibench._gc import gc_paused
from merunibench.cli._help import CONTEXT, Group

ROOT = "merunibench"
COMMANDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    ROOT: {
        "Start here": {
            "demo": "Score three baselines on an embedded miniature of the benchmark, and print the next steps.",
        },
        "Score": {
            "score": "Score a model's predictions, comparably with the published results.",
            "compare": "Test the difference of two systems on the same samples.",
            "table": "Put several models into one table: best in bold, intervals, significance, notes for the paper.",
            "plot": "Draw figures for a paper from reports: scores, radar, confusion, ablation, checkpoints.",
            "errors": "Show where a model loses: confused sectors, costly words, groups of samples with low scores.",
            "view": "Browse samples on a local page: clips, answers with their labels marked, truth, wheels, reasons.",
            "show": "Show one sample in the terminal: answers, their labels marked, truth and sectors on every wheel.",
            "report": "Show a report that was written as JSON, or with --methods a paragraph for a paper.",
            "card": "Write the scores of a report as YAML for the head of a model card on the Hugging Face Hub.",
            "validate": "Report what each predictions file contains and whether it would be scored. Nothing is scored.",
            "verify": "Check the metric, the lexicon tables and the installation; exit code 1 if anything differs.",
            "doctor": "Collect the information needed for a bug report, and nothing private.",
        },
        "Run": {
            "run": "Infer, extract and score in one go; an interrupted run resumes. Ends with the report.",
            "infer": "Run a model on video clips. Writes one JSON line per clip; interrupted runs resume.",
            "extract": "Extract labels from the text of predictions, by rules or with a language model.",
            "merge": "Merge shard files of one run. Fails if samples are missing, duplicated, or the settings differ.",
            "convert": "Convert predictions of any format to JSON Lines, one row per sample. Nothing is scored.",
            "export": "Write predictions in the format of a challenge.",
            "integrations": "List trainers and harnesses that can call the metric; write tasks for harnesses.",
            "curate": "Build a data set of described clips: measure, filter, report, export.",
        },
        "Look up": {
            "datasets": "List the data sets: how each is scored, its size, its files, and where to request it.",
            "models": "List the models that can be run, their inputs, and what was tested; or probe one of them.",
            "overlap": "Count the samples of each test set in a list of names, such as that of training data.",
            "explain": "Explain how a lexicon maps a word: form, base words, wheel words, sector on each wheel.",
            "lexicon": "Install, make, show, audit and compare lexicons: which words belong to which sectors.",
            "affectgpt": "Inspect, convert and train AffectGPT's checkpoints; check this implementation of it.",
        },
        "Leaderboard": {
            "submit": "Pack predictions as a submission to the leaderboard, and list its contents. Nothing is scored.",
            "leaderboard": "Validate submissions; build, verify, compare and preview leaderboards.",
        },
    },
    "lexicon": {
        "Commands": {
            "install": "Install an official lexicon release into the user's data folder; prints the installed file.",
            "list": "List the builtin lexicon, the official releases and your own, installed or not.",
            "show": "Show how many words a lexicon has in each sector of each wheel.",
            "audit": "Find mistakes in a lexicon by rule; with --vocabulary, how much of real usage they affect.",
            "diff": "Compare two lexicons: words that only one maps, words mapped differently, agreement.",
            "compile": "Compile a lexicon of your own from 1 to 8 wheels and tables of words.",
            "extend": "Extend an existing lexicon with further words, or other sectors for its words.",
            "build": "Compile the builtin lexicon from emotion_wheels/ (for developers of merunibench).",
        }
    },
    "leaderboard": {
        "Commands": {
            "validate": "Validate a submission: list all errors, and warnings that would hide a row.",
            "build": "Recompute the leaderboard from predictions: results, tables and page.",
            "show": "Show a leaderboard in the terminal: rank with its interval, model, score, lift.",
            "preview": "Preview the place of a submission on a board. Nothing is written.",
            "verify": "Recompute a leaderboard and compare; or with --offline compare its files with each other.",
            "diff": "Summarise what changed between two leaderboards, and why.",
            "review": "Review a pull request: is it one valid submission and nothing else, and where would it rank?",
            "init": "Create a repository for your own board: workflows, README, submissions; no toolkit code.",
            "serve": "Show a finished page in the browser, served on this machine only, until interrupted.",
        }
    },
    "curate": {
        "Commands": {
            "run": "Build a data set from clips, all stages in one go; an interrupted run resumes.",
            "describe": "Describe clips: cues by audio and video models, merged by a language model. Resumes.",
            "prior": "Compare base models, and merged pairs, on a human-labelled subset: F1, chance, paired tests.",
            "speaker": "Measure whether the visible person speaks. One JSON line per clip; interrupted runs resume.",
            "labels": "Extract labels and polarity from descriptions with a language model. `measure` uses rules.",
            "measure": "Measure every text, and extract labels that are missing. Existing measures are kept.",
            "features": "Compute features of clips with a visual and an acoustic encoder; finished clips are kept.",
            "train": "Train a classifier on human labels, validated on folds that share no group.",
            "vote": "Let classifiers vote on the clips of a data set, and import votes from files.",
            "filter": "Judge every row by all filters; write decisions, report and card. Nothing is measured twice.",
            "report": "Show what each filter did, next to chance; write report.json, card, funnel and page.",
            "review": "Draw a sample for human review, without verdicts; or score the answers.",
            "export": "Write kept rows for training: AffectGPT's tables, JSON Lines, `datasets` or ShareGPT.",
            "delete": "Delete clips from every file of a data set, including votes, decisions and exports.",
        }
    },
    "export": {
        "Commands": {
            "codabench": "Check predictions, and write the answer.csv (name,openset) of a MER challenge on Codabench.",
        }
    },
    "integrations": {
        "Commands": {
            "list": "List trainers and harnesses that can call the metric, with the line that configures each.",
            "path": "Print the path of an integration's file, for the command lines of trainers.",
            "write": "Write a folder of tasks for lm-evaluation-harness or lmms-eval.",
        }
    },
    "affectgpt": {
        "Commands": {
            "inspect": "Show what a checkpoint contains; exit code 1 if its keys are not the expected ones.",
            "convert": "Write a checkpoint as safetensors and config.json, ready for the Hugging Face Hub.",
            "train": "Train the fusion and LoRA, as AffectGPT's authors do; an interrupted training resumes.",
            "selfcheck": "Recompute every group of a fixture; exit code 1 if a difference is above its tolerance.",
        }
    },
}
"""Group -> panel -> command -> the first paragraph of its docstring (a test compares them)."""

PACKAGES = frozenset({"curate", "leaderboard"})
"""Groups that have one module per command."""

MODULES = {
    "overlap": "datasets",
    "codabench": "convert",
    "doctor": "support.doctor",
    "card": "interop.card",
    "integrations": "interop.integrations",
    "write": "interop.harnesses",
    "plot": "results.plot",
    "table": "results.table",
    "view": "viewing.view",
    f"{ROOT} show": "viewing.show",
}
"""Modules of commands and groups that differ from their names; keys contain the group if names are not unique."""

DEFAULTS = {"integrations": "list"}
"""The command that a group runs if none is given."""

FORMER = {("leaderboard", "check"): "validate"}
"""Former names of commands, which keep working."""


class LazyGroup(Group):
    """A group that knows the names of its commands, and builds only the one that is run."""

    def __init__(self, *, name: str | None, **attributes: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(name=name, **attributes)
        for panel, commands in COMMANDS[str(name)].items():
            for command, summary in commands.items():
                self.commands[command] = TyperCommand(command, help=summary, rich_help_panel=panel)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Return the arguments, or the default command if there are none."""
        found: list[str] = super().parse_args(
            ctx, args or [DEFAULTS[str(self.name)]] if self.name in DEFAULTS else args
        )
        return found

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Return the name, the built command and its arguments."""
        present = FORMER.get((str(self.name), args[0]), args[0])
        name, command, rest = super().resolve_command(ctx, [present, *args[1:]])
        return name, command and build(str(self.name), str(name)), rest


@gc_paused()
def build(group: str, name: str) -> Any:  # noqa: ANN401
    """Build a command or a group, with garbage collection paused, since imports create little garbage."""
    if group == ROOT and name in COMMANDS:
        summary = next(commands[name] for commands in COMMANDS[group].values() if name in commands)
        return LazyGroup(name=name, help=summary, no_args_is_help=True, context_settings=CONTEXT, rich_markup_mode=None)
    # NumPy's second thread would spin at full load between the small products of scoring; PyTorch's are not affected.
    ours = "OPENBLAS_NUM_THREADS" not in os.environ
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from merunibench.cli._building import command

    if ours:
        del os.environ["OPENBLAS_NUM_THREADS"]
    place = name if group == ROOT else f"{group}.{name}" if group in PACKAGES else group
    named = MODULES.get(f"{group} {name}") or MODULES.get(name) or MODULES.get(group, place)
    module = import_module(f"merunibench.cli.{named}")
    return command(name, getattr(module, name, None) or getattr(module, f"{name}_"), CONTEXT)
