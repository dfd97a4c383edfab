"""`merunibench leaderboard verify`: compare a board with a recomputation, or its files with each other."""

from pathlib import Path

import typer

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json, log_stderr
from merunibench.cli.leaderboard._options import FOLDER, BoardOptions
from merunibench.errors import InputError
from merunibench.settings import argument, option


def verify(
    settings: BoardOptions,
    results: Path = argument(FOLDER / "results.json", "results.json to verify, or the folder of its board.", "RESULTS"),
    offline: bool = option(False, "Recompute nothing; compare the board's files with each other, without labels."),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Recompute a leaderboard and compare; or with --offline compare its files with each other.

    Exit code 1 if anything differs; each difference is one line. The submissions are those next to RESULTS, if they
    exist and no others are named. Nothing is taken from the results or a cache. --offline needs no labels: it checks
    that intervals contain their scores, that means, lifts and ranks follow from scores, and that tables, details,
    results.lock and the predictions of submissions match results.json.
    """
    spare_pandas()
    path = results / "results.json" if results.is_dir() else results
    if offline:
        _audit(path, settings, output_format)
        return
    from merunibench.leaderboard.board.build import build as build_board
    from merunibench.leaderboard.board.diff import verify as compare_with
    from merunibench.leaderboard.schema.results import read_results

    if settings.data_root is None:
        raise InputError("recomputing needs labels: give --data-root, or --offline")
    stated = read_results(path)
    outcome = compare_with(stated, build_board(settings.beside(path).request())[0])
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
    """Compare the files of a board with each other."""
    from merunibench.leaderboard.audit import audit

    stated = "submissions" in settings.model_fields_set
    outcome = audit(path.parent, settings.submissions if stated else None)
    if output_format == "json":
        counts = {"scores": outcome.scores, "submissions": outcome.hashed}
        emit_json(counts | {"different": list(outcome.differences)})
    else:
        emit("".join(f"different: {line}\n" for line in outcome.differences))
        submissions = f"{outcome.hashed} submission{'s' * (outcome.hashed != 1)}"
        seen = f"{outcome.scores} scores and {submissions} checked"
        emit(f"{seen}, {len(outcome.differences)} different\n")
        by = outcome.lock and " ".join(filter(None, [outcome.lock.by, outcome.lock.date]))
        log_stderr(f"computed by {by}" if by else "results.lock does not say who computed this board, and when")
    if outcome.differences:
        raise typer.Exit(1)
