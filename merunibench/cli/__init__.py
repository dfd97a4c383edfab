"""The command line: one file per command. Each parses options, calls the library and prints; the logic is elsewhere.

Only the result goes to standard output; messages, warnings and progress go to standard error. Exit codes:
0 success, 1 a check failed or an unexpected error occurred, 2 the input or an option is invalid.

Commands are built, and import the library, only when they are run, so `--help` takes little longer than Typer itself.
"""

import errno
import os
import sys
from typing import Annotated

import typer

from merunibench._text import escape_controls, one_line
from merunibench.cli._encoding import fit_streams
from merunibench.cli._help import CONTEXT
from merunibench.cli._lazy import LazyGroup
from merunibench.cli._output import log_stderr
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

    How well does a multimodal language model describe, in free words, what a person in a video clip feels?
    Start with `merunibench demo`, then `merunibench score PREDICTIONS --data-root DIR`.
    """


_USER_ERRNOS = frozenset(
    (
        errno.EACCES,
        errno.EDQUOT,
        errno.EEXIST,
        errno.EFBIG,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOSPC,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
    )
)
"""System errors caused by a path, its permissions or a full disk; any other error is unexpected."""


def main() -> None:
    """Run the command line. Errors the user can fix are one line on standard error, with exit code 2."""
    _open_missing_streams()
    fit_streams()
    try:
        app(prog_name="merunibench")
    except InputError as error:
        log_stderr(f"error: {error}")
        sys.exit(2)
    except BrokenPipeError:
        # The reader of the output (head, less) has closed the pipe.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        if error.filename is None and error.errno == errno.ENOSPC:
            _give_up_output()
        name = "" if error.filename is None else f"{escape_controls(os.fsdecode(error.filename), 100)}: "
        log_stderr(f"error: {name}{one_line(error)}")
        sys.exit(2 if error.errno in _USER_ERRNOS else 1)


def _open_missing_streams() -> None:
    """Open the null device for streams that were closed (`>&-`), so that a later file does not get their descriptor."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as the process lives
            if stream.fileno() != number:
                os.dup2(stream.fileno(), number)
            setattr(sys, name, stream)


def _give_up_output() -> None:
    """Send remaining output to the null device: otherwise Python reports the error again at exit."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
