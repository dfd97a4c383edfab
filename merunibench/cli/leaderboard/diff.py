"""`merunibench leaderboard diff`: what changed between two boards."""

from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json
from merunibench.settings import argument


def diff(
    old: Path = argument(..., "results.json of before.", "OLD"),
    new: Path = argument(..., "results.json of now.", "NEW"),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """List what changed between two leaderboards, and why.

    Causes are another lexicon, metric version, labels or predictions.
    """
    from merunibench.leaderboard.board.diff import changes, to_dict
    from merunibench.leaderboard.schema.results import read_results

    found = changes(read_results(old), read_results(new))
    if output_format == "json":
        emit_json(to_dict(found))
    else:
        emit("".join(f"{change.to_text()}\n" for change in found) or "nothing changed\n")
