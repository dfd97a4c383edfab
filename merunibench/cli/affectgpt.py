"""`merunibench affectgpt`: inspect, convert and train checkpoints; check the implementation against a fixture."""

from dataclasses import asdict, replace
from pathlib import Path

import typer

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit, emit_json, log_stderr
from merunibench.settings import argument, option

CHECKPOINT = argument(..., "A released checkpoint_*.pth, or a converted folder.", "CHECKPOINT")
CONFIG = option(None, "The authors' configuration.", "YAML", flag="--config", shown="the copy in the checkpoint")


def inspect(
    checkpoint: Path = CHECKPOINT, configuration: Path | None = CONFIG, output_format: TableOrJson = FORMAT
) -> None:
    """Show what a checkpoint contains; exit code 1 if its keys are not the expected ones.

    Shows fusion, LoRA, mode, epoch and keys. Needs no frozen model, and runs no code from the file.
    """
    from merunibench.models.affectgpt.checkpoint import read_checkpoint
    from merunibench.models.affectgpt.inspection import inspect_checkpoint

    found = inspect_checkpoint(read_checkpoint(checkpoint, configuration))
    emit(found.to_json() if output_format == "json" else found.to_text())
    if found.problem:
        log_stderr(found.problem)
        raise typer.Exit(1)


def convert(
    checkpoint: Path = CHECKPOINT,
    out: Path = argument(..., "Folder to write, new or empty.", "OUT"),
    configuration: Path | None = CONFIG,
    mode: str | None = option(None, "Media and prompt to use, if the checkpoint does not say.", "MODE"),
) -> None:
    """Write a checkpoint as safetensors and config.json, ready for the Hugging Face Hub.

    Prints the folder.
    """
    from merunibench.models.affectgpt.checkpoint import read_checkpoint
    from merunibench.models.affectgpt.conversion import convert_checkpoint
    from merunibench.models.affectgpt.prompt import Mode

    found = read_checkpoint(checkpoint, configuration)
    if mode is not None:
        found = replace(found, config=replace(found.config, mode=Mode(mode).name))
    emit(f"{convert_checkpoint(found, out)}\n")


def selfcheck(
    fixture: Path = argument(..., "Arrays computed by the authors' classes.", "FIXTURE.npz"),
    output_format: TableOrJson = FORMAT,
) -> None:
    """Recompute every group of a fixture; exit code 1 if a difference is above its tolerance.

    Prints the largest difference of each group. The tolerance is 1e-5; docs/affectgpt.md lists that of training
    fixtures, and the keys of each group. Groups that are not in the fixture are reported as absent.
    """
    from merunibench.models.affectgpt.selfcheck import selfcheck as check

    results = check(fixture)
    if output_format == "json":
        emit_json([asdict(result) | {"passed": bool(result.passed)} for result in results])
    else:
        emit("".join(f"{result.to_line()}\n" for result in results))
    if not all(result.passed for result in results):
        wrong = [f"{each.name} (by more than {each.tolerance})" for each in results if not each.passed]
        log_stderr(f"differs: {', '.join(wrong)}")
        raise typer.Exit(1)


def train(
    config: Path = argument(..., "What to train, on what, and how.", "CONFIG.toml"),
    dry_run: bool = option(False, "Show counts, lengths, refused rows and an example, without training."),
) -> None:
    """Train the fusion and LoRA, as AffectGPT's authors do; an interrupted training resumes.

    Writes checkpoints that `infer`, `inspect` and `convert` read, and the loss of every step as a table and a picture.
    Several accelerators: `accelerate launch -m merunibench affectgpt train CONFIG.toml`. docs/affectgpt.md describes
    the file, and which parts were verified.
    """
    from merunibench.cli._running import INTERRUPTED, progress_bar
    from merunibench.models.affectgpt.training.plan import describe, plan_training
    from merunibench.models.affectgpt.training.run import Hooks
    from merunibench.models.affectgpt.training.run import train as carry_out
    from merunibench.pictures.curve import curve

    try:
        with progress_bar("steps") as progress:
            plan = plan_training(config, progress)
            if not dry_run:
                carry_out(plan, Hooks(progress, log_stderr, _score_labels, curve))
    except KeyboardInterrupt:
        log_stderr("stopped; the same command resumes from the last saved state")
        raise typer.Exit(INTERRUPTED) from None
    emit("".join(f"{line}\n" for line in describe(plan)) if dry_run else f"{plan.config.run.out}\n")


def _score_labels(answers: Path, truth: Path) -> float:
    """Return the score of free labels in per cent: F1 as for MER-OV with the builtin lexicon, labels read by rules."""
    from merunibench.data import load_truth, read_table
    from merunibench.data.arranging import arranged
    from merunibench.data.predictions import predictions_from_table
    from merunibench.extraction import Rules
    from merunibench.lexicon import load_lexicon
    from merunibench.scoring import Settings, score_predictions
    from merunibench.tasks import TASKS

    task = replace(TASKS["ovmerdplus"], samples=0)  # free labels, and any number of clips
    table = arranged(read_table(answers), task)
    settings = Settings(load_lexicon("builtin"), missing="zero", bootstrap=0)
    predictions = predictions_from_table(table, task, Rules())
    return 100 * score_predictions(load_truth(task, truth), predictions, settings, answers.stem).score
