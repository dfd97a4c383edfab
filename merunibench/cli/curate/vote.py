"""`merunibench curate vote`: let classifiers judge the clips of a data set, and store votes in its folder."""

from pathlib import Path
from typing import Literal

from pydantic import PositiveInt

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit_result, fail_on, warn
from merunibench.settings import FAIL_ON_WARNING, MAX_BYTES, argument, option


def vote(
    sources: tuple[Path, ...] = argument(..., "Trained classifiers, files of votes, or folders of these.", "SOURCES"),
    out: Path = option(..., "Folder of the data set; votes go to DIR/votes.", "DIR"),
    texts: Path | None = option(None, "Transcripts of the clips, for text classifiers: a table with name.", "FILE"),
    text_column: str = option("subtitle", "Column of the transcripts.", "COLUMN"),
    features: Path | None = option(None, "Features of the clips, for attention classifiers.", "DIR"),
    max_bytes: PositiveInt = MAX_BYTES,
    output_format: Literal["table", "json"] | None = option(
        None, "Format of the result.", flag="--format", shown="from the ending of --output, else table"
    ),
    output: Path | None = options.OUTPUT,
    fail_on_warning: bool = FAIL_ON_WARNING,
) -> None:
    """Let classifiers vote on the clips of a data set, and import votes from files.

    Clips that a classifier was trained on are judged by the fold that did not see them. `curate filter` counts votes
    and compares them with descriptions; this command drops nothing.

    Example: `merunibench curate vote classifiers/* votes/*.jsonl --texts subtitles.csv --out DIR`
    """
    spare_pandas()
    from merunibench.curation.voting import Judging
    from merunibench.curation.voting import vote as carry_out

    done = carry_out(sources, out, Judging(texts, text_column, features, max_bytes))
    warn(done.remarks)
    emit_result(done, output_format, output)
    fail_on(done.remarks, fail_on_warning)
