"""`merunibench leaderboard verify`: a board held against a recomputation, or against itself."""

from pathlib import Path

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json, log_stderr, spare_pandas
from merunibench.cli.leaderboard._options import FOLDER, BoardOptions
from merunibench.errors import InputError
from merunibench.settings import argument, option


def verify(
    settings: BoardOptions,
    results: Path = argument(FOLDER / "results.json", "results.json to verify, or the folder of its board.", "RESULTS"),
    offline: bool = option(False, "Recompute nothing: hold the board's files against each other, without labels."),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Recompute a leaderboard and compare; or with --offline hold its files against each other.

    Exit code 1 if anything is different, each named in a line. The submissions are those beside RESULTS, if there are
    any and no others are named. Nothing is taken from the results or a cache. --offline needs no labels: intervals hold
    their scores, means are means, lifts and ranks follow scores, and tables, details, results.lock and the predictions
    of submissions are those of results.json.
    """
    spare_pandas()
    path = results / "results.json" if results.is_dir() else results
    if offline:
        _audit(path, settings, output_format)
        return
    from merunibench.leaderboard.board.build import build as build_board
    from merunibench.leaderboard.board.diff import verify as hold_against
    from merunibench.leaderboard.schema.results import read_results

    if settings.data_root is None:
        raise InputError("nothing can be recomputed without labels: give --data-root, or --offline")
    stated = read_results(path)
    outcome = hold_against(stated, build_board(settings.beside(path).request())[0])
    if output_format == "json":
        lists = {"different": list(outcome.differences), "not_verified": list(outcome.unverified)}
        emit_json({"verified": outcome.verified} | lists)
    else:
        for line in outcome.unverified:
            log_stderr(f"not verified: {line}")
        emit("".join(f"different: {line}\n" for line in outcome.differences))
        counts = f"{len(outcome.differences)} different, {len(outcome.unverified)} not verified"
        emit(f"{outcome.verified} scores verified, {counts}\n")
    if outcome.differences:
        raise typer.Exit(1)


def _audit(path: Path, settings: BoardOptions, output_format: str) -> None:
    """Hold the files of a board against each other."""
    from merunibench.leaderboard.audit import audit

    stated = "submissions" in settings.model_fields_set
    outcome = audit(path.parent, settings.submissions if stated else None)
    if output_format == "json":
        counts = {"scores": outcome.scores, "submissions": outcome.hashed}
        emit_json(counts | {"different": list(outcome.differences)})
    else:
        emit("".join(f"different: {line}\n" for line in outcome.differences))
        submissions = f"{outcome.hashed} submission{'s' * (outcome.hashed != 1)}"
        seen = f"{outcome.scores} scores and {submissions} looked at"
        emit(f"{seen}, {len(outcome.differences)} different\n")
        by = outcome.lock and " ".join(filter(None, [outcome.lock.by, outcome.lock.date]))
        log_stderr(f"computed by {by}" if by else "results.lock does not say who computed this board, and when")
    if outcome.differences:
        raise typer.Exit(1)
