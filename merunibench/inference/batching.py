"""Answers of a batch, whatever happens: too large a batch is halved, and one sample's failure stays its own."""

from collections.abc import Sequence

from merunibench.errors import InputError, MediaError
from merunibench.inference.rows import Row, answered, failed
from merunibench.models.base import Model, Prepared

HOPELESS = 16
"""After as many decoded samples that the model failed at, and no answer at all, it is the model that is broken."""


class Answerer:
    """Asks a model about batches and makes rows of what it says.

    Attributes:
        batch_size: The largest batch to ask about; halved when one does not fit into memory.
    """

    def __init__(self, model: Model, batch_size: int) -> None:
        self.batch_size = batch_size
        self._model = model
        self._succeeded = False
        self._unexplained = 0

    def rows(self, batch: Sequence[Prepared]) -> list[Row]:
        """A row for each sample of a batch of equal groups, in order.

        Raises:
            InputError: what is wrong concerns every sample, or the model refused the first `HOPELESS` of them.
            Exception: the model's own, where it failed at the first `HOPELESS` samples.
        """
        if len(batch) <= self.batch_size:
            return self._ask(batch)  # whole, since a slice of a collated batch is no collated batch
        rows: list[Row] = []
        while len(rows) < len(batch):
            # The batch size may have been halved by the batch before.
            rows += self._ask(batch[len(rows) : len(rows) + self.batch_size])
        return rows

    def collate(self, batch: Sequence[Prepared]) -> Sequence[Prepared]:
        """What the model can do ahead for a batch; the batch as it is where that fails, for `rows` to find out why."""
        try:
            return self._model.collate(batch)
        except Exception:  # noqa: BLE001 - it comes again when the samples are asked about one by one
            return batch

    def _ask(self, batch: Sequence[Prepared]) -> list[Row]:
        try:
            texts = self._model.answer(batch)
            if len(texts) != len(batch):
                raise RuntimeError(f"{len(texts)} answers to {len(batch)} samples")
        except Exception as error:  # noqa: BLE001 - a model's code may raise anything; it must not end the run
            rows = self._failure(batch, error)
        else:
            self._succeeded = True
            return [answered(prepared, text) for prepared, text in zip(batch, texts, strict=True)]
        # Asked again only here: within the handler, the error would keep all that the failed attempt has allocated.
        if len(batch) > self.batch_size:
            return self.rows(batch)
        # Each sample alone, so that only those fail that cannot be answered.
        return rows or [row for prepared in batch for row in self._ask([prepared])]

    def _failure(self, batch: Sequence[Prepared], error: Exception) -> list[Row]:
        """The row of a sample that failed alone; none for several, which are to be asked about again."""
        if isinstance(error, InputError) and not isinstance(error, MediaError):
            raise error
        if isinstance(error, MemoryError):
            self.batch_size = (len(batch) + 1) // 2
        if len(batch) > 1:
            return []
        self._unexplained += not isinstance(error, MemoryError)
        if self._unexplained >= HOPELESS and not self._succeeded:
            if not isinstance(error, MediaError):
                raise error
            raise InputError(f"none of the first {HOPELESS} clips was answered; the last: {error}") from error
        return [failed(batch[0].sample, error, batch[0])]
