"""`merunibench merge`: merge the rows of all shards into one file."""

from pathlib import Path

from merunibench.cli._output import emit, log_stderr
from merunibench.errors import InputError
from merunibench.settings import TaskSettings, argument, option


def merge(
    settings: TaskSettings,
    folders: tuple[Path, ...] = argument(..., "Model folders that contain <dataset>.<i>-of-<n>.jsonl.", "FOLDER"),
    dataset: str | None = option(None, "Merge this data set only.", "NAME"),
    out: Path | None = option(None, "Folder to write to.", "DIR", shown="FOLDER, if there is only one"),
) -> None:
    """Merge shard files of one run. Fails if samples are missing, duplicated, or the settings differ."""
    from merunibench.inference.shards import merge_shards

    if out is None and len(folders) > 1:
        raise InputError("several folders were given; name the folder for the merged files with --out")
    merged = merge_shards(folders, out or folders[0], dataset, settings.tasks())
    for each in merged:
        log_stderr(f"{each.path}: {each.rows} rows" + (f", {each.failed} failed" if each.failed else ""))
    emit("".join(f"{each.path}\n" for each in merged))
