"""The stage `labels`: a language model extracts labels and polarity from descriptions, instead of the rules.

The rules do not need this stage: `curate measure` applies them. `measure` does not change labels extracted by a model.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import PositiveInt

from merunibench.curation.folder import LABELS, MAX_BYTES, Folder
from merunibench.curation.intake import task_of_set
from merunibench.data import PredictionSource, Table
from merunibench.data.arranging import arranged
from merunibench.data.discovery import DEFAULT_CHECKPOINT, TableFile
from merunibench.extraction.files import Extracted
from merunibench.inference.runner import Progress
from merunibench.settings import ALL_RULES, ExtractSettings, option


class LabelSettings(ExtractSettings):
    """Settings of the extraction of labels from descriptions."""

    from_file: ClassVar[bool] = True

    max_new_tokens: PositiveInt = option(128, "Maximum length of a reply.", "N")
    concurrency: PositiveInt = option(8, "openai: number of simultaneous requests.", "N")
    batch_size: PositiveInt = option(8, "hf: answers per batch.", "N")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = option("auto", "hf: precision of the weights.", "DTYPE")
    device: str = option("auto", "hf: auto, cpu, cuda, cuda:1, mps.", "DEVICE")
    retry_failed: bool = option(default=False, help="Retry rows that failed.")

    @property
    def by_rules(self) -> bool:
        """Whether the rules extract everything, without a model."""
        return self.extractor in ALL_RULES and (self.polarity_extractor or self.extractor) in ALL_RULES


@dataclass(frozen=True)
class _Sets(PredictionSource):
    """The descriptions in a folder; their sets are not data sets of the benchmark."""

    def table(self, dataset: str, checkpoint: str, *, full: bool = True) -> Table:  # noqa: ARG002 - always whole
        """See `PredictionSource.table`."""
        return arranged(
            self.files[dataset][checkpoint].full_table(self.max_bytes), task_of_set(dataset), self.arrangement
        )


def label(folder: Folder, settings: LabelSettings, progress: Progress | None = None) -> Extracted | None:
    """Extract labels and polarity by a model into `labels/<set>.jsonl`; return None if the rules do that.

    Args:
        folder: The data set.
        settings: The extraction backends.
        progress: Called after every answer.

    Raises:
        InputError: there are no descriptions, existing labels were made with other settings, or the model is not
            available.
    """
    if settings.by_rules:
        return None
    from merunibench.extraction.llm import extract_with_models, open_backends

    read, decide = open_backends(
        settings.extractor,
        settings.polarity_extractor or settings.extractor,
        parity=settings.affectgpt_style,
        max_tokens=settings.max_new_tokens,
        concurrency=settings.concurrency,
        batch_size=settings.batch_size,
        dtype=settings.dtype,
        device=settings.device,
    )
    sets = {name: {DEFAULT_CHECKPOINT: TableFile(path)} for name, path in folder.sets().items()}
    return extract_with_models(
        _Sets(folder.name, sets, MAX_BYTES),
        folder.path / LABELS,
        labels=read,
        polarity=decide,
        retry_failed=settings.retry_failed,
        progress=progress and (lambda name, done, total: progress(name, done, total, 0)),
    )
