"""The engine on this machine: threads decode ahead while the model answers.

What is ahead is bounded, so that a data set of any size runs in the memory of a few batches. Batches are formed in the
order of the samples, never in the order in which threads happen to finish. Each is answered whatever happens: too large
a batch is halved, and one sample's failure stays its own.
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
"""After as many decoded samples that the model failed at, and no answer at all, it is the model that is broken."""
_BATCHES_AHEAD = 2

_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True)
class LocalEngine:
    """A model in this process.

    Attributes:
        model: Who answers.
        modalities: What was asked to be given to it: the part of a sample that its answer may depend on.
        batch_size: Most samples that the model is asked about at once.
        workers: Threads that decode.
    """

    model: Model
    modalities: tuple[Modality, ...]
    batch_size: int = 8
    workers: int = 4

    @property
    def settings(self) -> Mapping[str, Json]:
        """What decides the answers."""
        return self.model.settings

    def rows(self, windows: Sequence[Sequence[Sample]]) -> Generator[list[Row], None, None]:
        """A row for each sample, in batches, as they are finished; with the hash of its input.

        Raises:
            InputError: what is wrong concerns every sample.
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
    """Batches of equal groups, never over the end of a window, and rows of samples that could not be prepared.

    So a batch depends on its window alone, and a resumed run forms the batches that the first one would have formed.
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
    """The sample as the model takes it, or the row that says why it cannot."""
    try:
        return model.prepare(sample)
    except Exception as error:  # noqa: BLE001 - decoders of others' files may raise anything; it must not end the run
        _raise_if_general(error)
        return failed(sample, error)


def _raise_if_general(error: Exception) -> None:
    """Raise what is wrong with every sample; a `MediaError` is about one."""
    if isinstance(error, InputError) and not isinstance(error, MediaError):
        raise error


def _ahead(work: Callable[[_In], _Out], items: Sequence[_In], workers: int, depth: int) -> Iterator[_Out]:
    """`map` in threads, in order, never more than `depth` results ahead of who takes them."""
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
    """The same, each batch collated in a thread while the model answers the one before."""

    def collate(batch: Sequence[Prepared]) -> Sequence[Prepared]:
        try:
            return model.collate(batch)
        except Exception:  # noqa: BLE001 - it comes again when the samples are asked about one by one
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
            InputError: the fault concerns every sample, or the model refused the first `MAX_INITIAL_FAILURES` of them.
            Exception: the model's own, where it failed at the first `MAX_INITIAL_FAILURES` samples.
        """
        if len(batch) <= self.batch_size:
            return self._ask(batch)  # whole, since a slice of a collated batch is no collated batch
        rows: list[Row] = []
        while len(rows) < len(batch):
            # The batch size may have been halved by the batch before.
            rows += self._ask(batch[len(rows) : len(rows) + self.batch_size])
        return rows

    def _ask(self, batch: Sequence[Prepared]) -> list[Row]:
        try:
            texts = self._model.answer(batch)
            if len(texts) != len(batch):
                raise RuntimeError(f"{len(texts)} answers to {len(batch)} samples")
        except Exception as error:  # noqa: BLE001 - a model's code may raise anything; it must not end the run
            rows = self._failure(batch, error)
        else:
            return self._rows_of(batch, texts)
        # Asked again only here: within the handler, the error would keep all that the failed attempt has allocated.
        if len(batch) > self.batch_size:
            return self.rows(batch)
        # Each sample alone, so that only those fail that cannot be answered.
        return rows or [row for prepared in batch for row in self._ask([prepared])]

    def _rows_of(self, batch: Sequence[Prepared], texts: Sequence[str]) -> list[Row]:
        """The rows of answers, some of which may be none."""
        rows = [answered(prepared, text) for prepared, text in zip(batch, texts, strict=True)]
        reasons = [row["error"] for row in rows if row["status"] == "failed"]
        self._succeeded |= len(reasons) < len(rows)
        self._unexplained += len(reasons)
        if reasons:
            self._stop_if_hopeless(reasons[-1])
        return rows

    def _stop_if_hopeless(self, reason: str) -> None:
        if self._unexplained >= MAX_INITIAL_FAILURES and not self._succeeded:
            raise InputError(f"none of the first {MAX_INITIAL_FAILURES} clips was answered; the last: {reason}")

    def _failure(self, batch: Sequence[Prepared], error: Exception) -> list[Row]:
        """The row of a sample that failed alone; none for several, which are to be asked about again."""
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
