"""The engine on this machine: threads decode ahead while the model answers.

What is ahead is bounded, so that a data set of any size runs in the memory of a few batches. Batches are formed in the
order of the samples, never in the order in which threads happen to finish.
"""

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from merunibench.errors import InputError, MediaError
from merunibench.inference.batching import Answerer
from merunibench.inference.rows import Row, failed, input_hash
from merunibench.models.base import Json, Modality, Model, Prepared, Sample

_BATCHES_AHEAD = 2
BATCHES_A_WINDOW = 4

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

    @property
    def window(self) -> int:
        """How many neighbouring samples batches are formed among."""
        return BATCHES_A_WINDOW * self.batch_size

    def rows(self, windows: Sequence[Sequence[Sample]]) -> Generator[list[Row], None, None]:
        """A row for each sample, in batches, as they are finished; with the hash of its input.

        Raises:
            InputError: what is wrong concerns every sample.
        """
        hashes: dict[str, str] = {}

        def prepare(sample: Sample) -> Prepared | Row:
            hashes[sample.name] = input_hash(sample, self.modalities)
            return _prepare(self.model, sample)

        answerer = Answerer(self.model, self.batch_size)
        samples = [sample for window in windows for sample in window]
        ready = _ahead(prepare, samples, self.workers, _BATCHES_AHEAD * self.batch_size + self.workers)
        batches = _batches(ready, list(map(len, windows)), self.batch_size)
        for batch in self._collated(batches, answerer):
            rows = [batch] if isinstance(batch, dict) else answerer.rows(batch)
            yield [{**row, "inputs": hashes.pop(row["name"])} for row in rows]

    def _collated(
        self, batches: Iterator[list[Prepared] | Row], answerer: Answerer
    ) -> Generator[Sequence[Prepared] | Row, None, None]:
        """The same, each batch collated in a thread while the model answers the one before."""
        with ThreadPoolExecutor(1, thread_name_prefix="collate") as pool:
            ahead: Future[Sequence[Prepared]] | None = None
            for batch in batches:
                if isinstance(batch, dict):
                    yield batch
                    continue
                before, ahead = ahead, pool.submit(answerer.collate, batch)
                if before:
                    yield before.result()
            if ahead:
                yield ahead.result()


def _batches(
    prepared: Iterator[Prepared | Row], windows: Sequence[int], batch_size: int
) -> Generator[list[Prepared] | Row, None, None]:
    """Batches of equal groups, never over the end of a window, and rows of samples that could not be prepared.

    So a batch depends on its window alone, and a run that is taken up forms the batches that the first one would have.
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
    except InputError as error:
        if not isinstance(error, MediaError):
            raise
        return failed(sample, error)
    except Exception as error:  # noqa: BLE001 - decoders of others' files may raise anything; it must not end the run
        return failed(sample, error)


def _ahead(work: Callable[[_In], _Out], items: Sequence[_In], workers: int, depth: int) -> Iterator[_Out]:
    """`map` in threads, in order, never more than `depth` results ahead of who takes them."""
    with ThreadPoolExecutor(workers, thread_name_prefix="decode") as pool:
        pending: deque[Future[_Out]] = deque()
        remaining = iter(items)
        try:
            while True:
                for item in remaining:
                    pending.append(pool.submit(work, item))
                    if len(pending) >= depth:
                        break
                if not pending:
                    return
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
