"""Rows for the clips of a data set, as far as they are not there yet: what every engine has in common.

Rows go through the journal, which keeps finished ones over any kind of end, refuses another configuration, and writes
the result whole, in the order of the data set. A row is kept only while its input is the same.
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
"""Called with the data set, the number of finished rows, of all rows, and of failed ones."""

OWN_PROMPT = "the model's own"
"""What rows call the prompt of a model that asks in words of its own."""
_KEYS = (
    "name", "text", "reasoning", "status", "error", "finish_reason", "tokens",
    "model", "modalities", "prompt", "prompt_sha256", "media", "inputs",
)  # fmt: skip
"""The order in which a row carries what it carries."""
_BATCHES_A_WINDOW = 4
_HASHING_THREADS = 4


class Engine(Protocol):
    """What turns samples into rows."""

    @property
    def settings(self) -> Mapping[str, Json]:
        """What decides the answers."""
        ...

    @property
    def batch_size(self) -> int:
        """Most samples that the model is asked about at once."""
        ...

    def rows(self, windows: Sequence[Sequence[Sample]]) -> Generator[list[Row], None, None]:
        """A row for each sample, in any order: name, status, text or error, modalities, media, inputs.

        Args:
            windows: Neighbouring samples; no batch reaches over the end of a window.
        """
        ...


@dataclass(frozen=True)
class Request:
    """What is wanted of an engine, and noted in every row.

    Attributes:
        model: The model as the user named it.
        prompt: What it is asked, as far as it does not ask in words of its own.
        modalities: What it shall be given.
        limit: Number of samples, where not all are wanted.
        limit_seed: Seed of their choice.
        shard: The part that this machine does, where there are several.
        retry_failed: Ask again about samples that failed before.
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
    """What a run did for one data set.

    Attributes:
        path: The result.
        rows: Number of its rows.
        kept: How many were there before.
        changed: How many were asked for again because their input was another one.
        failed: How many have failed.
        partial: Whether it is a subset or a shard of the data set.
        account: Why rows have no answer.
        longest: The option that bounds the length of an answer.
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
    """Finish the rows of one data set.

    Args:
        clips: The whole data set.
        folder: Where the result `<dataset>.jsonl` stands, or the shard's.
        engine: Who answers.
        request: What is wanted.
        progress: Told after every batch.

    Raises:
        InputError: another run writes the same file, it was made with other settings, or no sample can be answered.
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
    """What is to do, in windows that stay the same however much is done: an answer may depend on its neighbours.

    In low precision it does, in the last bit and now and then in a word.
    """
    cut = (samples[start : start + size] for start in range(0, len(samples), size))
    left = ([sample for sample in window if sample.name not in kept] for window in cut)
    return [window for window in left if window]


def chosen(clips: Clips, request: Request) -> list[int]:
    """Places in the data set of the samples that are wanted of this machine, in order."""
    places = list(range(len(clips)))
    if request.limit is not None and request.limit < len(clips):
        places = subset([sample.name for sample in clips.samples], clips.strata, request.limit, request.limit_seed)
    return request.shard.indices(places) if request.shard else places


def _asked(settings: Mapping[str, Json], request: Request) -> dict[str, Json]:
    """What a row says it was asked, and with what: our prompt's name, or the model's own, or none if it heeds none."""
    asked = {"model": request.model, "modalities": "+".join(request.modalities)}
    own = {key: settings[key] for key in ("prompt", "question") if key in settings}
    if own == {"prompt": request.prompt.text}:
        return asked | {"prompt": request.prompt.name, "prompt_sha256": request.prompt.sha256}
    return asked | ({"prompt": OWN_PROMPT, "prompt_sha256": config_hash(own)} if own else {})


def unchanged(journal: Journal, samples: Sequence[Sample], modalities: tuple[Modality, ...]) -> set[str]:
    """The names of finished samples whose files and subtitle are what they were."""
    with ThreadPoolExecutor(_HASHING_THREADS, thread_name_prefix="hash") as pool:
        hashes = pool.map(lambda sample: input_hash(sample, modalities), samples)
        return {
            sample.name
            for sample, inputs in zip(samples, hashes, strict=True)
            if journal.find(sample.name, inputs=inputs) is not None
        }


def _in_form(row: Row, clips: Clips, asked: Mapping[str, Json]) -> Row:
    """The row with all that rows carry, in the order in which they carry it."""
    full = {**asked, **anywhere(row, clips)}
    return {key: full[key] for key in _KEYS if key in full}


def anywhere(row: Row, clips: Clips) -> Row:
    """The row without the folder in its error: where a data set stands on this machine makes no two runs differ."""
    return {**row, "error": row["error"].replace(f"{clips.folder}/", "")} if "error" in row else row


def _finish(journal: Journal, clips: Clips, request: Request) -> list[str]:
    """Write the result; its rows say if they are a part of the data set. Returns their names in order."""
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
    """The finished rows that do not carry their marks yet, with them."""
    for name, mark in marks.items():
        row = journal.find(name) or {}
        if {key: row[key] for key in ("subset", "shard") if key in row} != mark:
            yield {key: value for key, value in row.items() if key not in {"subset", "shard", "config"}} | dict(mark)
