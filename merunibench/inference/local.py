"""The engine on this machine: threads decode ahead while the model answers.

What is ahead is bounded, so that a data set of any size runs in the memory of a few batches. Batches are formed in the
order of the samples, never in the order in which threads happen to finish.
"""

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from merunibench.errors import InputError, MediaError
from merunibench.inference.batching import Answerer
from merunibench.inference.rows import Row, failed, input_hash
from merunibench.models.base import Json, Modality, Model, Prepared, Sample

_BATCHES_AHEAD = 2
_BATCHES_WAITING = 4

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

    def rows(self, samples: Sequence[Sample]) -> Generator[list[Row], None, None]:
        """A row for each sample, in batches, as they are finished; with the hash of its input.

        Raises:
            InputError: what is wrong concerns every sample.
        """
        hashes: dict[str, str] = {}

        def prepare(sample: Sample) -> Prepared | Row:
            hashes[sample.name] = input_hash(sample, self.modalities)
            return _prepare(self.model, sample)

        prepared = _ahead(prepare, samples, self.workers, _BATCHES_AHEAD * self.batch_size + self.workers)
        for rows in self._answered(prepared):
            yield [{**row, "inputs": hashes.pop(row["name"])} for row in rows]

    def _answered(self, ready: Iterator[Prepared | Row]) -> Generator[list[Row], None, None]:
        answerer = Answerer(self.model, self.batch_size)
        waiting: dict[Hashable, list[Prepared]] = {}
        for prepared in ready:
            if isinstance(prepared, dict):
                yield [prepared]
                continue
            group = waiting.setdefault(prepared.group, [])
            group.append(prepared)
            if len(group) >= answerer.batch_size:
                yield answerer.rows(waiting.pop(prepared.group))
            elif sum(map(len, waiting.values())) >= _BATCHES_WAITING * self.batch_size:
                # Clips of many sizes: rather a small batch than all of them in memory.
                yield answerer.rows(waiting.pop(max(waiting, key=lambda key: len(waiting[key]))))
        for batch in waiting.values():
            yield answerer.rows(batch)


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
