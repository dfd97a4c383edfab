"""`merunibench merge`: the rows of all shards as one file."""

from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli._output import complain, emit
from merunibench.errors import InputError


def merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER…", help="Model folders that hold <dataset>.<i>-of-<n>.jsonl.")
    ],
    dataset: Annotated[str | None, typer.Option(help="Merge this data set only.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write to.", show_default="FOLDER, if it is one")
    ] = None,
) -> None:
    """Merge the shards of a run: every sample once, all there, one configuration, or it says what is missing."""
    from merunibench.inference.shards import merge_shards

    if out is None and len(folders) > 1:
        raise InputError("several folders: say where the merged files go (--out)")
    merged = merge_shards(folders, out or folders[0], dataset)
    for each in merged:
        complain(f"{each.path}: {each.rows} rows" + (f", {each.failed} failed" if each.failed else ""))
    emit("".join(f"{each.path}\n" for each in merged))
