"""Run tasks in several threads and yield the results as they finish; a caller that stops does not wait for the rest.

This is not `concurrent.futures`, since Python waits for its threads on exit: an interrupted run would hang until the
last request is answered.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TypeVar

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def answered(work: Callable[[_Task], _Result], tasks: Iterable[_Task], workers: int) -> Iterator[tuple[int, _Result]]:
    """Yield the index of each task and its result, in the order in which they finish.

    Args:
        work: The function to call with each task, in several threads at the same time.
        tasks: The tasks; consumed one by one in the calling thread, and only when a worker is free.
        workers: Number of threads.

    Raises:
        BaseException: Any exception that `work` raised, when its result is due.
    """
    todo: SimpleQueue[tuple[int, _Task] | None] = SimpleQueue()
    done: SimpleQueue[tuple[int, _Result | BaseException, bool]] = SimpleQueue()

    def run() -> None:
        while (task := todo.get()) is not None:
            try:
                done.put((task[0], work(task[1]), True))
            except BaseException as error:  # noqa: BLE001 - raised again where the results are read
                done.put((task[0], error, False))

    queue, busy = enumerate(tasks), 0
    try:
        for number, task in enumerate(islice(queue, workers)):
            threading.Thread(target=run, daemon=True, name=f"chat-{number}").start()
            todo.put(task)
            busy += 1
        while busy:
            index, result, sound = done.get()
            busy -= 1
            if not sound:
                raise result  # type: ignore[misc]
            for task in islice(queue, 1):
                todo.put(task)
                busy += 1
            yield index, result  # type: ignore[misc]
    finally:
        for _ in range(workers):
            todo.put(None)


def within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """Return the result of `work`; after this many seconds, its thread is abandoned.

    The time-outs of a connection apply between two bytes, and do not include the DNS lookup.

    Raises:
        TimeoutError: `work` took longer.
        BaseException: Any exception that `work` raised.
    """
    done: SimpleQueue[tuple[_Result | BaseException, bool]] = SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), True))
        except BaseException as error:  # noqa: BLE001 - raised again below
            done.put((error, False))

    threading.Thread(target=run, daemon=True, name="chat-request").start()
    try:
        result, sound = done.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if not sound:
        raise result  # type: ignore[misc]
    return result  # type: ignore[return-value]
