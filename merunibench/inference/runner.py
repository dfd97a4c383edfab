"""Complete the missing rows of a data set; the part that all engines share.

Rows are written to the journal. It keeps finished rows when a run is interrupted, rejects a different configuration,
and writes the complete result in the order of the data set. A row is kept only while its input is unchanged.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from merunibench.inference.account import Account, account_of
from merunibench.inference.clips import Clips, subset
from merunibench.inference.prompts import Prompt
from merunibench.inference.rows import Row, input_hash
from merunibench.inference.shards import Shard
from merunibench.journal import Journal, config_hash
from merunibench.models.base import Json, Modality, Sample

Progress = Callable[[str, int, int, int], None]
"""Called with the data set and the numbers of finished rows, of all rows, and of failed rows."""

OWN_PROMPT = "the model's own"
"""The prompt's name in the rows of a model that uses its own prompt."""
_KEYS = (
    "name", "text", "reasoning", "status", "error", "finish_reason", "tokens",
    "model", "modalities", "prompt", "prompt_sha256", "media", "inputs",
)  # fmt: skip
"""The order of the keys in a row."""
_BATCHES_A_WINDOW = 4
_HASHING_THREADS = 4


class Engine(Protocol):
    """Turns samples into rows."""

    @property
    def settings(self) -> Mapping[str, Json]:
        """The model settings that determine the answers."""
        ...

    @property
    def batch_size(self) -> int:
        """The maximum number of samples per batch."""
        ...

    def rows(self, windows: Sequence[Sequence[Sample]]) -> Generator[list[Row], None, None]:
        """Yield one row per sample, in any order: name, status, text or error, modalities, media, inputs.

        Args:
            windows: Groups of neighbouring samples; no batch spans two windows.
        """
        ...


@dataclass(frozen=True)
class Request:
    """What an engine is asked to do; recorded in every row.

    Attributes:
        model: The model as the user named it.
        prompt: The prompt, unless the model uses its own.
        modalities: The modalities to give to the model.
        limit: Number of samples of a subset; None for all samples.
        limit_seed: Seed for choosing the subset.
        shard: The part to process on this machine; None for all.
        retry_failed: Run samples that failed before again.
    """

    model: str
    prompt: Prompt
    modalities: tuple[Modality, ...]
    limit: int | None = None
    limit_seed: int = 0
    shard: Shard | None = None
    retry_failed: bool = False


@dataclass(frozen=True)
class Done:
    """The outcome of a run for one data set.

    Attributes:
        path: The file of the result.
        rows: Number of its rows.
        kept: Number of rows that were finished before this run.
        changed: Number of rows that were run again because their input had changed.
        failed: Number of rows that failed.
        partial: Whether the result is a subset or a shard of the data set.
        account: The reasons why rows have no answer.
        longest: The option that limits the length of an answer.
    """

    path: Path
    rows: int
    kept: int
    changed: int
    failed: int
    partial: bool
    account: Account
    longest: str = "--max-new-tokens"


def run_clips(clips: Clips, folder: Path, engine: Engine, request: Request, progress: Progress | None = None) -> Done:
    """Complete the rows of one data set.

    Args:
        clips: The whole data set.
        folder: The folder of the result `<dataset>.jsonl`, or of the shard's file.
        engine: The engine that runs the model.
        request: What to run.
        progress: Called after every batch.

    Raises:
        InputError: Another run is writing the same file, it was made with other settings, or no sample can be answered.
    """
    wanted = chosen(clips, request)
    path = request.shard.file(folder, clips.dataset) if request.shard else folder / f"{clips.dataset}.jsonl"
    asked = _asked(engine.settings, request)
    settings = {"dataset": clips.dataset, **asked, "model": dict(engine.settings)}
    with Journal(path, settings, retry_failed=request.retry_failed) as journal:
        samples, finished = [clips.samples[place] for place in wanted], set(journal)
        known = [sample for sample in samples if sample.name in finished]
        kept = unchanged(journal, known, request.modalities)
        done, failures = len(kept), sum(journal.find(name, status="failed") is not None for name in kept)
        if progress:
            progress(clips.dataset, done, len(samples), failures)
        with closing(engine.rows(_windows(samples, kept, _BATCHES_A_WINDOW * engine.batch_size))) as batches:
            for rows in batches:
                journal.append(_in_form(row, clips, asked) for row in rows)
                done, failures = done + len(rows), failures + sum(row["status"] == "failed" for row in rows)
                if progress:
                    progress(clips.dataset, done, len(samples), failures)
        order = _finish(journal, clips, request)
        account, partial = account_of(journal.find(name) or {} for name in order), len(order) < len(clips)
        return Done(path, len(order), len(kept), len(known) - len(kept), journal.failed, partial, account)


def _windows(samples: Sequence[Sample], kept: Collection[str], size: int) -> list[list[Sample]]:
    """Return the unfinished samples, in windows that do not depend on how many samples are already finished.

    An answer may depend on the other samples of its batch: in low precision it does, in the last bit and sometimes in a
    word.
    """
    cut = (samples[start : start + size] for start in range(0, len(samples), size))
    left = ([sample for sample in window if sample.name not in kept] for window in cut)
    return [window for window in left if window]


def chosen(clips: Clips, request: Request) -> list[int]:
    """Return the positions in the data set of the samples to run on this machine, in order."""
    places = list(range(len(clips)))
    if request.limit is not None and request.limit < len(clips):
        places = subset([sample.name for sample in clips.samples], clips.strata, request.limit, request.limit_seed)
    return request.shard.indices(places) if request.shard else places


def _asked(settings: Mapping[str, Json], request: Request) -> dict[str, Json]:
    """Return the keys that record the request: the model, the modalities, and the prompt (if the model uses one)."""
    asked = {"model": request.model, "modalities": "+".join(request.modalities)}
    own = {key: settings[key] for key in ("prompt", "question") if key in settings}
    if own == {"prompt": request.prompt.text}:
        return asked | {"prompt": request.prompt.name, "prompt_sha256": request.prompt.sha256}
    return asked | ({"prompt": OWN_PROMPT, "prompt_sha256": config_hash(own)} if own else {})


def unchanged(journal: Journal, samples: Sequence[Sample], modalities: tuple[Modality, ...]) -> set[str]:
    """Return the names of the finished samples whose files and subtitle have not changed."""
    with ThreadPoolExecutor(_HASHING_THREADS, thread_name_prefix="hash") as pool:
        hashes = pool.map(lambda sample: input_hash(sample, modalities), samples)
        return {
            sample.name
            for sample, inputs in zip(samples, hashes, strict=True)
            if journal.find(sample.name, inputs=inputs) is not None
        }


def _in_form(row: Row, clips: Clips, asked: Mapping[str, Json]) -> Row:
    """Return the complete row, with its keys in the order of `_KEYS`."""
    full = {**asked, **anywhere(row, clips)}
    return {key: full[key] for key in _KEYS if key in full}


def anywhere(row: Row, clips: Clips) -> Row:
    """Return the row without the clips' folder in its error, so that the location does not make two runs differ."""
    return {**row, "error": row["error"].replace(f"{clips.folder}/", "")} if "error" in row else row


def _finish(journal: Journal, clips: Clips, request: Request) -> list[str]:
    """Write the result, marking its rows if they are a part of the data set; return their names in order."""
    finished = set(journal)
    places = {sample.name: place for place, sample in enumerate(clips.samples) if sample.name in finished}
    limited = request.limit is not None and request.limit < len(clips)
    everything = len(places) == len(clips) or (not limited and request.shard is not None)
    samples = request.limit if request.shard else len(places)
    subset_of = {"subset": {"samples": samples, "of": len(clips), "seed": request.limit_seed}}
    marks: dict[str, dict[str, Any]] = {name: {} if everything else dict(subset_of) for name in places}
    if request.shard:
        for name, place in places.items():
            marks[name]["shard"] = request.shard.mark(place, len(clips))
    journal.append(_marked(journal, marks))
    journal.finish(places)
    return list(places)


def _marked(journal: Journal, marks: Mapping[str, Mapping[str, Any]]) -> Iterable[Row]:
    """Yield the finished rows whose marks are missing or outdated, with the correct ones."""
    for name, mark in marks.items():
        row = journal.find(name) or {}
        if {key: row[key] for key in ("subset", "shard") if key in row} != mark:
            yield {key: value for key, value in row.items() if key not in {"subset", "shard", "config"}} | dict(mark)
