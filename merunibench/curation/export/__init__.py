"""Export kept rows as training data: AffectGPT's tables, JSON Lines, ShareGPT, Hugging Face `datasets`."""

from collections.abc import Callable, Mapping

from merunibench.curation.export.affectgpt import write_affectgpt
from merunibench.curation.export.base import Exported, ExportOptions, Sample, export
from merunibench.curation.export.lines import write_lines
from merunibench.curation.export.saved import write_saved
from merunibench.curation.export.sharegpt import write_sharegpt

__all__ = ["FORMATS", "ExportOptions", "Exported", "Sample", "export"]

FORMATS: Mapping[str, Callable[..., None]] = {
    "affectgpt": write_affectgpt,
    "jsonl": write_lines,
    "datasets": write_saved,
    "sharegpt": write_sharegpt,
}
"""Format -> its writer."""
