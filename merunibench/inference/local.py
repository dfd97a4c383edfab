"""The engine on this machine: threads decode clips ahead while the model answers.

The number of clips decoded ahead is limited, so that a data set of any size needs the memory of a few batches. Batches
are formed in the order of the samples, not in the order in which threads finish. A batch that is too large for the
memory is halved, and the failure of one sample does not affect the others.
"""

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from merunibench.errors import InputError, MediaError
from merunibench.inference.rows import Row, answered, failed, input_hash
from merunibench.models.base import Json, Modality, Model, Prepared, Sample

MAX_INITIAL_FAILURES = 16
"""After this many failures of the model on decoded samples, without any answer, the model is considered broken."""
_BATCHES_AHEAD = 2

_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True)
class LocalEngine:
    """A model in this process.

    Attributes:
        model: The model.
        modalities: The requested modalities: the part of a sample that its answer may depend on.
        batch_size: Maximum number of samples per batch.
        workers: Number of threads that decode.
    """

    model: Model
    modalities: tuple[Modality, ...]
    batch_size: int = 8
    workers: int = 4

    @property
    def settings(self) -> Mapping[str, Json]:
        """The model settings that determine the answers."""
        return self.model.settings

    def rows(self, windows: Sequence[Sequence[Sample]]) -> Generator[list[Row], None, None]:
        """Yield one row per sample, with the hash of its input, batch by batch.

        Raises:
            InputError: A problem that affects every sample.
        """
        hashes: dict[str, str] = {}

        def prepare(sample: Sample) -> Prepared | Row:
            hashes[sample.name] = input_hash(sample, self.modalities)
            return _prepare(self.model, sample)

        answerer = _Answerer(self.model, self.batch_size)
        samples = [sample for window in windows for sample in window]
        ready = _ahead(prepare, samples, self.workers, _BATCHES_AHEAD * self.batch_size + self.workers)
        batches = _batches(ready, list(map(len, windows)), self.batch_size)
        for batch in _collated(batches, self.model):
            rows = [batch] if isinstance(batch, dict) else answerer.rows(batch)
            yield [{**row, "inputs": hashes.pop(row["name"])} for row in rows]


def _batches(
    prepared: Iterator[Prepared | Row], windows: Sequence[int], batch_size: int
) -> Generator[list[Prepared] | Row, None, None]:
    """Yield batches of samples of the same group and window, and rows of samples that could not be prepared.

    A batch depends only on its window, so a resumed run forms the same batches as an uninterrupted one.
    """
    for size in windows:
        waiting: dict[Hashable, list[Prepared]] = {}
        for sample in islice(prepared, size):
            if isinstance(sample, dict):
                yield sample
                continue
            group = waiting.setdefault(sample.group, [])
            group.append(sample)
            if len(group) == batch_size:
                yield waiting.pop(sample.group)
        yield from waiting.values()


def _prepare(model: Model, sample: Sample) -> Prepared | Row:
    """Return the sample prepared for the model, or the row with the reason why that failed."""
    try:
        return model.prepare(sample)
    except Exception as error:  # noqa: BLE001 - decoders may raise any exception; it must not end the run
        _raise_if_general(error)
        return failed(sample, error)


def _raise_if_general(error: Exception) -> None:
    """Raise an error that affects every sample; a `MediaError` affects one sample only."""
    if isinstance(error, InputError) and not isinstance(error, MediaError):
        raise error


def _ahead(work: Callable[[_In], _Out], items: Sequence[_In], workers: int, depth: int) -> Iterator[_Out]:
    """Apply `map` in threads, in order, at most `depth` results ahead of the consumer."""
    with ThreadPoolExecutor(workers, thread_name_prefix="decode") as pool:
        pending: deque[Future[_Out]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(work, item))
                if len(pending) >= depth:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def _collated(batches: Iterator[list[Prepared] | Row], model: Model) -> Generator[Sequence[Prepared] | Row, None, None]:
    """Collate each batch in a thread while the model answers the previous one."""

    def collate(batch: Sequence[Prepared]) -> Sequence[Prepared]:
        try:
            return model.collate(batch)
        except Exception:  # noqa: BLE001 - it is raised again when the samples are run one by one
            return batch

    with ThreadPoolExecutor(1, thread_name_prefix="collate") as pool:
        ahead: Future[Sequence[Prepared]] | None = None
        for batch in batches:
            if isinstance(batch, dict):
                yield batch
                continue
            before, ahead = ahead, pool.submit(collate, batch)
            if before:
                yield before.result()
        if ahead:
            yield ahead.result()


class _Answerer:
    """Runs a model on batches and turns its answers into rows.

    Attributes:
        batch_size: Maximum number of samples per batch; halved when a batch does not fit into memory.
    """

    def __init__(self, model: Model, batch_size: int) -> None:
        self.batch_size = batch_size
        self._model = model
        self._succeeded = False
        self._unexplained = 0

    def rows(self, batch: Sequence[Prepared]) -> list[Row]:
        """Return one row per sample of a batch of one group, in order.

        Raises:
            InputError: The error affects every sample, or the model refused the first `MAX_INITIAL_FAILURES` of them.
            Exception: The model's own exception, if it failed on the first `MAX_INITIAL_FAILURES` samples.
        """
        if len(batch) <= self.batch_size:
            return self._ask(batch)  # unsliced, since a slice of a collated batch is not collated
        rows: list[Row] = []
        while len(rows) < len(batch):
            # The previous batch may have halved the batch size.
            rows += self._ask(batch[len(rows) : len(rows) + self.batch_size])
        return rows

    def _ask(self, batch: Sequence[Prepared]) -> list[Row]:
        try:
            texts = self._model.answer(batch)
            if len(texts) != len(batch):
                raise RuntimeError(f"{len(texts)} answers to {len(batch)} samples")
        except Exception as error:  # noqa: BLE001 - a model's code may raise any exception; it must not end the run
            rows = self._failure(batch, error)
        else:
            return self._rows_of(batch, texts)
        # Retry only here: within the handler, the exception would keep alive all that the failed attempt allocated.
        if len(batch) > self.batch_size:
            return self.rows(batch)
        # Run each sample alone, so that only the samples that cannot be answered fail.
        return rows or [row for prepared in batch for row in self._ask([prepared])]

    def _rows_of(self, batch: Sequence[Prepared], texts: Sequence[str]) -> list[Row]:
        """Return the rows of answers, some of which may be missing or empty."""
        rows = [answered(prepared, text) for prepared, text in zip(batch, texts, strict=True)]
        reasons = [row["error"] for row in rows if row["status"] == "failed"]
        self._succeeded |= len(reasons) < len(rows)
        self._unexplained += len(reasons)
        if reasons:
            self._stop_if_hopeless(reasons[-1])
        return rows

    def _stop_if_hopeless(self, reason: str) -> None:
        if self._unexplained >= MAX_INITIAL_FAILURES and not self._succeeded:
            raise InputError(f"the first {MAX_INITIAL_FAILURES} clips all failed; the last one: {reason}")

    def _failure(self, batch: Sequence[Prepared], error: Exception) -> list[Row]:
        """Return the row of a single failed sample; no rows for several samples, which must be run again one by one."""
        _raise_if_general(error)
        if isinstance(error, MemoryError):
            self.batch_size = (len(batch) + 1) // 2
        if len(batch) > 1:
            return []
        self._unexplained += not isinstance(error, MemoryError)
        if isinstance(error, MediaError):
            self._stop_if_hopeless(str(error))
        elif self._unexplained >= MAX_INITIAL_FAILURES and not self._succeeded:
            raise error
        return [failed(batch[0].sample, error, batch[0])]
