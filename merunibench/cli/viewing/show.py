"""`merunibench show`: show one sample in the terminal."""

from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json, terminal_width, warn
from merunibench.cli.viewing._options import ViewOptions
from merunibench.settings import argument, option


def show(
    settings: ViewOptions,
    sample: str = argument(..., "Name of the sample.", "NAME"),
    results: tuple[Path, ...] = argument(
        (), "One to four: predictions, a run folder, a submission, or a file of `score --per-sample`.", "RESULTS"
    ),
    words: bool = option(False, "Also show how the lexicon maps each label."),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Show one sample in the terminal: answers, their labels marked, truth and sectors on every wheel.

    Example: `merunibench show sample_00000152 results/ --data-root dataset/`
    """
    from merunibench.viewing.details import Details
    from merunibench.viewing.terminal import render

    collection = settings.load(results)
    warn(collection.warnings)
    place = collection.place(sample)
    details = Details(collection)
    said = details.sample(place)
    clip = details.clip(place)
    said["media"] = {kind: str(path) for kind, path in (("video", clip.video), ("audio", clip.audio)) if path}
    if words:
        labels = dict.fromkeys(label for model in said["models"] if model for label in model["labels"] or ())
        said["words"] = [details.word(label) for label in labels]
    if output_format == "json":
        emit_json({"schema": "merunibench.show/1", "names": list(collection.models), **said})
        return
    width = terminal_width()
    emit(render(said, collection, width=width, color=width is not None), styled=width is not None)
