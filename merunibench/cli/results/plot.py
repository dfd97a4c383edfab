"""`merunibench plot`: draw figures for a paper."""

from pathlib import Path
from typing import Literal

from merunibench.cli import _options as options
from merunibench.cli._output import log_stderr, warn
from merunibench.settings import argument, option


def _kinds() -> tuple[str, ...]:
    from merunibench.plotting import KINDS

    return KINDS


def _venues() -> tuple[str, ...]:
    from merunibench.plotting.style import VENUES

    return tuple(VENUES)


def plot(
    reports: tuple[Path, ...] = argument(
        ...,
        "Reports of `merunibench score --format json`; for a confusion, one of `merunibench errors --format json`.",
        "REPORT",
    ),
    kind: str = option("scores", "What to draw.", choices=_kinds),
    output: Path = option(
        ..., "File of the figure; its ending, .svg, .pdf or .png, sets the format.", "FILE", short="-o"
    ),
    name: tuple[str, ...] = option(
        (), "Name of a model; repeat for each, in the order of the reports.", "NAME", shown="as in the reports"
    ),
    dataset: tuple[str, ...] = option((), "Data set to draw; repeat for several.", "NAME", shown="all"),
    wheel: options.WheelNumber | None = option(None, "Wheel of a confusion.", shown="the first"),
    width: str = option("acl", "Venue whose column width to use.", choices=_venues),
    span: Literal["single", "double"] = option("single", "Width: one column, or both."),
    height: float | None = option(None, "Height in inches.", "INCHES", shown="according to its content", gt=0.5, le=20),
) -> None:
    """Draw figures for a paper from reports: scores, radar, confusion, ablation, checkpoints.

    Prints the caption, with protocol, lexicon and signature, to standard error.

    Example: `merunibench plot a.json b.json --name A --name B --width neurips --output scores.pdf`
    """
    from merunibench.plotting import draw
    from merunibench.plotting.drawing import format_of

    format_of(output)
    found = draw(kind, reports, names=name, datasets=dataset, wheel=wheel, width=width, span=span, height=height)
    found.save(output)
    warn(found.warnings)
    inches = found.figure.get_size_inches()
    log_stderr(f"wrote {output}: {kind}, {inches[0]:.2f} × {inches[1]:.2f} inches")
    log_stderr(found.caption)
    log_stderr(found.signature)
