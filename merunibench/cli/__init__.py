"""The command line: one file a command; each parses, calls the library and prints. No logic here.

Standard output carries the result and nothing else; messages, warnings and progress go to standard error. Exit codes:
0 done, 1 a check failed or something unexpected happened, 2 what the user gave cannot be used.

Commands are built when they are run, and import the library then: `--help` costs little more than Typer itself.
"""

import sys
from typing import Annotated

import typer

from merunibench.cli._help import CONTEXT
from merunibench.cli._lazy import LazyGroup
from merunibench.cli._output import complain
from merunibench.errors import InputError

app = typer.Typer(
    cls=LazyGroup,
    name="merunibench",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=CONTEXT,
)


def _print_version(value: bool) -> None:
    if value:
        from merunibench import __version__
        from merunibench.protocols import METRIC_VERSION

        typer.echo(f"merunibench {__version__} (metric version {METRIC_VERSION})")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """The evaluation toolkit of MER-UniBench.

    How well does a multimodal language model say, in free words, what a person in a video clip feels?
    Start with `merunibench demo`, then `merunibench score PREDICTIONS --data-root DIR`.
    """


def main() -> None:
    """Run the command line; what the user can fix is one line on standard error and exit code 2."""
    try:
        app(prog_name="merunibench")
    except InputError as error:
        complain(f"error: {error}")
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output (head, less) has left.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        complain(f"error: {error}")
        sys.exit(1)
