"""`merunibench curate features`: compute the input of attention classifiers."""

from pathlib import Path

import typer
from pydantic import PositiveInt

from merunibench.cli._output import log_stderr
from merunibench.cli._running import interruptible, progress_bar
from merunibench.settings import option


def features(
    clips: str = option(..., "The clips: a table, a folder, a saved data set, or hf:owner/name#split.", "CLIPS"),
    out: Path = option(..., "Folder of features: DIR/<encoder>/<name>.npy.", "DIR"),
    visual: str | None = option(
        None, "Image model for faces or frames, such as CLIP: a name on the Hub or a folder.", "MODEL"
    ),
    acoustic: str | None = option(
        None, "Speech model for the audio, such as HuBERT: a name on the Hub or a folder.", "MODEL"
    ),
    frames: PositiveInt = option(16, "Maximum number of faces or frames per clip.", "N"),
    device: str = option("auto", "auto, cpu, cuda, cuda:1, mps.", "DEVICE"),
    allow_outside: bool = option(False, "Allow paths in the table that lead out of its folder."),
) -> None:
    """Compute features of clips with a visual and an acoustic encoder; finished clips are kept.

    Example: `merunibench curate features --clips clips/ --visual openai/clip-vit-large-patch14 --out features`
    """
    from merunibench.curation.crowd.classifiers.encoders import extract_features, load_encoders
    from merunibench.inference.clips import clips_of

    samples = clips_of(clips, "clips", out / ".clips", outside=allow_outside).samples
    with interruptible():
        encoders = load_encoders(visual, acoustic, device=device, frames=frames)
        with progress_bar("clips") as progress:
            done = extract_features(samples, encoders, out, progress)
    for each in done:
        log_stderr(f"{each.folder}: {each.written} written, {each.kept} kept, {len(each.failed)} failed")
        for name, reason in list(each.failed.items())[:10]:
            log_stderr(f"  {name}: {reason}")
    typer.echo(out)
