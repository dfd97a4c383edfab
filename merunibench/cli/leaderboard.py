"""`merunibench leaderboard`: validate submissions; build, verify, compare and preview leaderboards."""

from pathlib import Path
from typing import Any, Literal

import typer
from pydantic import NonNegativeInt

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit, emit_json, spare_pandas
from merunibench.errors import InputError
from merunibench.settings import Settings, argument, option

FOLDER = Path("leaderboard")
DATA_ROOT = option(None, "Folder with the ground truth, as far as you have it.", "DIR")


class BoardOptions(Settings):
    """What a leaderboard is computed from."""

    submissions: Path = option(
        FOLDER / "submissions", "Folder with one folder per submission, or the folder of a single submission.", "DIR"
    )
    data_root: Path | None = DATA_ROOT
    lexicon: tuple[str, ...] = option(
        (),
        "Lexicon of an official board, in addition to builtin; repeat for several.",
        "NAME|PATH",
        shown="every installed release",
    )
    processes: NonNegativeInt = option(0, "Number of processes that validate and score; 0: one per core.", "N")

    def request(self, **others: Any) -> Any:  # noqa: ANN401 - the leaderboard's own
        """The board to build."""
        from merunibench.leaderboard.inputs import Request

        return Request(self.submissions, self.data_root, self.lexicon, processes=self.processes, **others)


def validate(
    submission: Path = argument(..., "Folder of the submission.", "DIR"),
    data_root: Path | None = DATA_ROOT,
    output_format: Literal["table", "json", "markdown"] = options.FORMAT,
) -> None:
    """Validate a submission: list all errors, and warnings that would hide a row.

    Exit code 0 if it is valid (even if incomplete), 2 if it is refused.
    """
    spare_pandas()
    from merunibench.leaderboard.checking import check
    from merunibench.leaderboard.inputs import load_truths

    checked = check(submission, load_truths(data_root))
    if output_format == "json":
        emit_json(checked.to_dict())
    else:
        emit(checked.to_text() if output_format == "table" else checked.to_markdown())
    if not checked.valid:
        raise typer.Exit(2)


def build(
    settings: BoardOptions,
    out: Path = option(FOLDER, "Folder for results, tables and page.", "DIR"),
    committed: Path | None = option(
        None, "Results to use for what cannot be recomputed.", "FILE", shown="results.json beside the submissions"
    ),
    published: Path | None = option(
        None, "Published figures.", "FILE", shown="published.csv beside the submissions, else the built-in ones"
    ),
    cache: Path | None = option(None, "File that keeps figures between builds.", "FILE", shown="the user's cache"),
    no_cache: bool = option(False, "Compute everything anew, and keep nothing."),
) -> None:
    """Recompute the leaderboard from predictions: results, tables and page.

    Scores without labels remain as committed, and are listed. A refused submission is left out and listed.
    """
    spare_pandas()
    from dataclasses import replace

    from merunibench._gc import gc_paused
    from merunibench.leaderboard.build import build as build_board
    from merunibench.leaderboard.writing import write

    wanted = settings.request(committed=committed, published=published, cache=cache).with_usual_places()
    if no_cache:
        wanted = replace(wanted, cache=None)
    with gc_paused():
        results, details = build_board(wanted)
        write(results, details, out)
    for refused in results.refused:
        complain(f"refused: {refused.submission}: {'; '.join(refused.reasons)}")
    for gap in results.not_recomputed:
        complain(f"not recomputed: {gap.model_id} on {gap.dataset}: {gap.reason}")
    emit(f"{out / 'results.json'}\n")


def verify(
    settings: BoardOptions,
    results: Path = argument(FOLDER / "results.json", "results.json to verify.", "RESULTS"),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Recompute a leaderboard from predictions and labels, and compare.

    Exit code 1 if a score or rank is different. Nothing is taken from the results or a cache.
    """
    spare_pandas()
    from merunibench.leaderboard.build import build as build_board
    from merunibench.leaderboard.difference import verify as hold_against
    from merunibench.leaderboard.results import read_results

    if settings.data_root is None:
        raise InputError("nothing can be recomputed without labels: give --data-root")
    stated = read_results(results)
    outcome = hold_against(stated, build_board(settings.request())[0])
    if output_format == "json":
        lists = {"different": list(outcome.differences), "not_verified": list(outcome.unverified)}
        emit_json({"verified": outcome.verified} | lists)
    else:
        for line in outcome.unverified:
            complain(f"not verified: {line}")
        emit("".join(f"different: {line}\n" for line in outcome.differences))
        counts = f"{len(outcome.differences)} different, {len(outcome.unverified)} not verified"
        emit(f"{outcome.verified} scores verified, {counts}\n")
    if outcome.differences:
        raise typer.Exit(1)


def diff(
    old: Path = argument(..., "results.json of before.", "OLD"),
    new: Path = argument(..., "results.json of now.", "NEW"),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """List what changed between two leaderboards, and why.

    Causes are another lexicon, metric version, labels or predictions.
    """
    from merunibench.leaderboard.difference import changes, to_dict
    from merunibench.leaderboard.results import read_results

    found = changes(read_results(old), read_results(new))
    if output_format == "json":
        emit_json(to_dict(found))
    else:
        emit("".join(f"{change.to_text()}\n" for change in found) or "nothing changed\n")


def serve(
    folder: Path = argument(FOLDER, "Folder that `build` has written the page to.", "DIR"),
    port: NonNegativeInt = option(8000, "Port to listen on; 0: any free port.", "PORT", le=65535),
) -> None:
    """Show a finished page in the browser, served to this machine only, until interrupted."""
    from contextlib import suppress

    from merunibench.leaderboard.serving import LOOPBACK, serving

    with serving(folder, port) as server, suppress(KeyboardInterrupt):
        emit(f"http://{LOOPBACK}:{server.server_port}/\n")
        complain("stop with Ctrl-C")
        server.serve_forever()
