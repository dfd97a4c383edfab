"""The engine on several machines: Ray Data with a pool of actors, each of which loads the model and decodes clips.

Only names and paths are sent through the object store, never frames, so every machine must have the clips at the same
path. A worker that dies is replaced and its block is repeated. Rows are written to the journal as blocks finish, in any
order.
"""

import json
import logging
import os
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from merunibench.errors import InputError
from merunibench.inference.local import LocalEngine
from merunibench.inference.rows import Row
from merunibench.models import Options, load_model
from merunibench.models.base import Json, Sample


@dataclass(frozen=True)
class RayEngine:
    """A model in several processes, on this machine or on a cluster; Ray must be running (`connected`).

    Attributes:
        spec: The model as the user names it.
        options: The options to load the model with.
        batch_size: Maximum number of samples per batch.
        workers: Number of threads that decode in each actor.
        actors: Number of actors; each loads the model.
        gpus: Number of GPUs per actor.
    """

    spec: str
    options: Options
    batch_size: int = 8
    workers: int = 4
    actors: int = 1
    gpus: float = 0.0

    @cached_property
    def settings(self) -> Mapping[str, Json]:
        """The model settings that determine the answers; found by loading the model once in a worker.

        Raises:
            InputError: The model cannot be loaded.
        """
        import ray

        task = ray.remote(_settings).options(num_cpus=1, num_gpus=self.gpus)
        found: Json = ray.get(task.remote(self.spec, self.options))
        if isinstance(found, str):
            raise InputError(found)
        return dict(found)

    def rows(self, windows: Sequence[Sequence[Sample]]) -> Generator[list[Row], None, None]:
        """See `Engine.rows`. One Ray block is one window, so the batches are the same as those of `LocalEngine`.

        Raises:
            InputError: A problem that affects every sample.
        """
        if not windows:
            return
        import ray.data

        blocks = [{"samples": [_packed(sample) for sample in window]} for window in windows]
        data = ray.data.from_items(blocks, override_num_blocks=len(blocks)).map_batches(
            _Worker,
            fn_constructor_args=(self.spec, self.options, self.batch_size, self.workers),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=min(self.actors, len(blocks))),
            num_cpus=1,
            num_gpus=self.gpus or None,
        )
        for batch in data.iter_batches(batch_size=None, batch_format="numpy"):
            rows = [json.loads(row) for row in batch["row"]]
            fatal = [row["fatal"] for row in rows if "fatal" in row]
            if fatal:
                raise InputError(fatal[0])
            yield rows


@contextmanager
def connected(address: str | None, actors: int) -> Iterator[None]:
    """Connect to Ray for the duration of the block.

    Args:
        address: The address of a cluster (`auto`, `ray://head:10001`); None to start Ray on this machine.
        actors: Number of actors to reserve processors for, if Ray is started here.

    Raises:
        InputError: Ray is not installed, or there is no cluster at that address.
    """
    # Ray's own progress bars would overwrite ours, and this start-up warning is not useful here.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise InputError("the engine ray needs Ray: pip install 'merunibench[cluster]'") from error
    # One processor more than actors: reading the samples needs one briefly.
    here: dict[str, Any] = {} if address else {"num_cpus": max(os.cpu_count() or 1, actors + 1)}
    try:
        ray.init(
            address=address or "local",
            include_dashboard=False,
            logging_level=logging.ERROR,
            log_to_driver=False,
            **here,
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InputError(f"Ray at {address or 'this machine'}: {error}") from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    # Ray reports dead workers on standard output (some only at shutdown), which is reserved for results.
    with redirect_stdout(sys.stderr):
        try:
            yield
        finally:
            ray.shutdown()


class _Worker:
    """A model in its own process: takes blocks of packed samples and returns rows."""

    def __init__(self, spec: str, options: Options, batch_size: int, workers: int) -> None:
        self._engine = LocalEngine(load_model(spec, options), options.modalities, batch_size, workers)

    def __call__(self, block: dict[str, Any]) -> dict[str, Any]:
        import numpy as np

        windows = [[_unpacked(text) for text in window] for window in block["samples"]]
        try:
            rows = [row for batch in self._engine.rows(windows) for row in batch]
        except InputError as error:
            rows = [{"fatal": str(error)}]
        return {"row": np.array([json.dumps(row) for row in rows], dtype=object)}


def _settings(spec: str, options: Options) -> Json:
    """Return the model's settings, or the reason why it cannot be loaded."""
    try:
        return dict(load_model(spec, options).settings)
    except InputError as error:
        return str(error)


def _packed(sample: Sample) -> str:
    return json.dumps(asdict(sample), default=str)


def _unpacked(text: str) -> Sample:
    fields = json.loads(text)
    video, audio, face = (Path(fields[key]) if fields[key] else None for key in ("video", "audio", "face"))
    return Sample(fields["name"], video, audio, face, fields["subtitle"])
