"""A folder for Hugging Face `datasets.load_from_disk`, with declared features."""

from collections.abc import Iterator
from pathlib import Path

from merunibench.curation.export.base import ExportOptions, Sample, card_of
from merunibench.curation.export.lines import row_of
from merunibench.curation.report.result import CurationReport
from merunibench.errors import InputError
from merunibench.files import write_text


def write_saved(out: Path, samples: Iterator[Sample], options: ExportOptions, report: CurationReport) -> None:
    """Write the data set and the card; the same rows give the same bytes.

    Raises:
        InputError: the package `datasets` is not installed.
    """
    try:
        from datasets import Dataset, Features, Value, disable_progress_bars, enable_progress_bars
        from datasets.utils import are_progress_bars_disabled
    except ImportError:
        raise InputError("datasets is not installed; run: pip install 'merunibench[datasets]'") from None
    import pyarrow as pa

    text = Value("string")
    features = Features(
        {
            "name": text,
            "text": text,
            "labels": [text],
            "polarity": text,
            "subtitle": text,
            "set": text,
            "kept": Value("bool"),
            "dropped_by": text,
        }
    )
    table = pa.Table.from_pylist([row_of(sample) for sample in samples], schema=features.arrow_schema)
    # By default, the fingerprint depends on how and when the data set was made; here only on its content.
    dataset = Dataset(table, fingerprint=report.config.ljust(16, "0"))
    quiet = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        dataset.save_to_disk(str(out))
    finally:
        if not quiet:
            enable_progress_bars()
    write_text(out / "README.md", card_of(report, options, None))
