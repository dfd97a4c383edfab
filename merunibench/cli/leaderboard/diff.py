"""`merunibench leaderboard diff`: show what changed between two boards."""

from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json, log_stderr
from merunibench.settings import argument, option


def diff(
    old: Path = argument(..., "The older results.json.", "OLD"),
    new: Path = argument(..., "The newer results.json.", "NEW"),
    details: bool = option(False, "List every change, one per line."),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Summarise what changed between two leaderboards, and why.

    Prints ten lines: new and removed models with score and place, changed scores by cause (another lexicon, metric
    version, labels or predictions), and ranks if models on both boards changed order. JSON contains every change.
    """
    from merunibench.leaderboard.board.diff import changes, to_dict
    from merunibench.leaderboard.board.summary import summary
    from merunibench.leaderboard.schema.results import read_results

    before, after = read_results(old), read_results(new)
    found = changes(before, after)
    if output_format == "json":
        emit_json(to_dict(found))
    else:
        lines = [change.to_text() for change in found] if details else summary(before, after, found)
        emit("".join(f"{line}\n" for line in lines) or "nothing changed\n")
        if not details and found:
            log_stderr(f"{len(found)} changes in total; --details lists them")
