"""`merunibench affectgpt`: look at a released checkpoint, convert it, check the implementation against a fixture."""

from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Look at AffectGPT's released checkpoints, convert them, check the implementation against a fixture.",
)

CheckpointArgument = Annotated[
    Path, typer.Argument(metavar="CHECKPOINT", help="A released checkpoint_*.pth, or a converted folder.")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="YAML", help="The authors' configuration. Default: the checkpoint's own copy."),
]


@app.command("inspect")
def inspect(
    checkpoint: CheckpointArgument,
    config: ConfigOption = None,
    output_format: options.TableOrJson = options.TableFormat.TABLE,
) -> None:
    """Show what a checkpoint holds: fusion, LoRA, mode, epoch, keys; exit code 1 if its keys are not as they should be.

    No frozen model is needed, and nothing of the file is run.
    """
    from merunibench.models.affectgpt.checkpoint import read_checkpoint
    from merunibench.models.affectgpt.inspection import inspect_checkpoint

    found = inspect_checkpoint(read_checkpoint(checkpoint, config))
    emit(found.to_json() if output_format is options.TableFormat.JSON else found.to_text())
    if found.problem:
        complain(found.problem)
        raise typer.Exit(1)


@app.command("convert")
def convert(
    checkpoint: CheckpointArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write; it must not be there, or be empty.")],
    config: ConfigOption = None,
    mode: Annotated[
        str | None, typer.Option(help="Which media and which prompt, where the checkpoint does not say.")
    ] = None,
) -> None:
    """Write a checkpoint as safetensors and config.json, fit for the Hugging Face Hub; prints the folder."""
    from dataclasses import replace

    from merunibench.models.affectgpt.checkpoint import read_checkpoint
    from merunibench.models.affectgpt.conversion import convert_checkpoint
    from merunibench.models.affectgpt.prompt import Mode

    found = read_checkpoint(checkpoint, config)
    if mode is not None:
        found = replace(found, config=replace(found.config, mode=Mode(mode).name))
    typer.echo(convert_checkpoint(found, out))


@app.command("selfcheck")
def selfcheck(
    fixture: Annotated[Path, typer.Argument(metavar="FIXTURE.npz", help="Arrays that the authors' classes computed.")],
) -> None:
    """Compute every group of a fixture anew; print the largest differences, exit code 1 if one is above 1e-5.

    docs/affectgpt.md says which keys a group has. Groups that are not in the fixture are reported as absent.
    """
    from merunibench.models.affectgpt.selfcheck import TOLERANCE
    from merunibench.models.affectgpt.selfcheck import selfcheck as check

    results = check(fixture)
    for result in results:
        emit(result.to_line() + "\n")
    if not all(result.passed for result in results):
        complain(f"differs by more than {TOLERANCE}: {', '.join(each.name for each in results if not each.passed)}")
        raise typer.Exit(1)
