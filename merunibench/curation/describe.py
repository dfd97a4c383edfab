"""The stage `describe`: models write audio and video cues, which are merged with the subtitle into one description.

cues/audio/<set>.jsonl, cues/video/<set>.jsonl      as `merunibench infer` writes them
descriptions/<set>.jsonl                            the merged descriptions (`merging`)

A failed call becomes a failed row with its reason, never a text. Human labels are not in any prompt unless requested.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from merunibench.chat import ChatModel, open_chat_model
from merunibench.curation.contamination import name_hash
from merunibench.curation.folder import CUES, DESCRIPTIONS, MAX_BYTES, Folder, read_lines
from merunibench.curation.merging import AUDIO, LABEL, LONGEST, MERGE, VIDEO, WHOLE, Material, Merger, load_merge_prompt
from merunibench.curation.speaker import set_name
from merunibench.data import read_table
from merunibench.data.columns import texts_by_name
from merunibench.errors import InputError
from merunibench.extraction.envelope import clean_answer
from merunibench.inference import session
from merunibench.inference.account import account_of
from merunibench.inference.clips import Clips
from merunibench.inference.preflight import Finding
from merunibench.inference.prompts import Prompt
from merunibench.inference.runner import Done, Progress, chosen
from merunibench.inference.settings import ClipSettings, InferSettings, parse_options, refuse_code
from merunibench.journal import Journal
from merunibench.models.registry import checkpoints
from merunibench.settings import option

_cues = partial(option, panel="Cues")
_merge = partial(option, panel="Merging")
_machine = partial(option, panel="Machine")
_TextOptions = Annotated[dict[str, str], BeforeValidator(partial(parse_options, as_json=False))]
_KINDS: Mapping[str, tuple[str, ...]] = {
    "audio+video": (AUDIO, VIDEO), "audio": (AUDIO,), "video": (VIDEO,), "none": (WHOLE,),
}  # fmt: skip
_SHARED = (
    "data_root", "clips", "allow_outside", "limit", "limit_seed", "frames", "max_new_tokens", "temperature", "top_p",
    "seed", "model_option", "dtype", "device", "trust_remote_code", "batch_size", "workers", "retry_failed", "engine",
    "ray_address", "actors", "gpus_per_actor",
)  # fmt: skip
"""Settings that runs of cues share with this stage."""


class DescribeSettings(ClipSettings):
    """Settings of `merunibench curate describe`."""

    from_file: ClassVar[bool] = True

    out: Path = option(..., "Folder of the data set; writes cues/ and descriptions/ in it.", "DIR")
    cues: Literal["audio+video", "audio", "video", "none"] = _cues(
        "audio+video", "Which cues to generate; none: the model describes each clip in one step, from all its inputs."
    )
    model: str | None = _cues(None, "Model for all cues, such as an omni model; same names as in `infer`.", "MODEL")
    audio_model: str | None = _cues(None, "Model for audio cues.", "MODEL", shown="as --model")
    video_model: str | None = _cues(None, "Model for video cues.", "MODEL", shown="as --model")
    audio_prompt: str = _cues("cues-audio@1", "Prompt for audio cues.", "NAME|FILE")
    video_prompt: str = _cues("cues-video@1", "Prompt for video cues.", "NAME|FILE")
    description_prompt: str = _cues("description@1", "Prompt for --cues none.", "NAME|FILE")
    cue_subtitle: bool = _cues(default=False, help="Also give the subtitle to the cue models.")
    frames: PositiveInt = _cues(8, "Number of frames per clip.", "N")
    max_new_tokens: PositiveInt | None = _cues(None, "Maximum length of a cue.", "N", shown="256; AffectGPT: 1200")
    temperature: float | None = _cues(None, "Temperature of cues; 0 is greedy decoding.", "T", shown="0", ge=0)
    top_p: float | None = _cues(None, "Nucleus sampling of cues.", "P", shown="1", gt=0, le=1)
    seed: NonNegativeInt = _cues(0, "Seed for sampling cues.", "SEED")
    model_option: _TextOptions = _cues({}, "Option of one model family; repeatable.", "KEY=VALUE")
    merge: str | None = _merge(
        None, "Language model that merges cues and subtitle: hf:MODEL or openai:URL#MODEL.", "MODEL"
    )
    merge_prompt: str = _merge(MERGE, f"{MERGE}, or a text file with {{audio}}, {{video}}, {{subtitle}}.", "NAME|FILE")
    merge_max_tokens: PositiveInt = _merge(512, "Maximum length of a description.", "N")
    with_label: Path | None = _merge(
        None,
        "Table with name and human label. The label goes into the merge prompt, which makes the model justify it; rows "
        "and card say so.",
        "FILE",
    )
    concurrency: PositiveInt = _merge(8, "openai: number of simultaneous requests.", "N")
    merge_batch_size: PositiveInt = _merge(8, "hf: descriptions per batch.", "N")
    dtype: str = _machine("auto", "auto, float32, bfloat16 or float16.", "DTYPE")
    device: str = _machine("auto", "auto, cpu, cuda, cuda:1, mps, or a device map: balanced.", "DEVICE")
    trust_remote_code: bool = _machine(default=False, help="Run code that comes with the cue models' files.")
    batch_size: PositiveInt = _machine(8, "Clips per batch; halved when memory runs out.", "N")
    workers: PositiveInt = _machine(4, "Threads that decode clips in advance.", "N")
    retry_failed: bool = option(default=False, help="Retry rows that failed.")
    engine: Literal["local", "ray"] = _machine("local", "Run cue models in this process, or in Ray actors.")
    ray_address: str | None = _machine(None, "Ray cluster: auto, ray://head:10001.", "ADDRESS", shown="start one")
    actors: PositiveInt = _machine(1, "Number of Ray actors.", "N")
    gpus_per_actor: NonNegativeFloat = _machine(0.0, "GPUs per Ray actor.", "N", shown="0")

    @classmethod
    def refuse_in_file(cls, fields: Mapping[str, Any]) -> None:
        """See `Settings.refuse_in_file`."""
        super().refuse_in_file(fields)
        refuse_code(fields, "model", "audio_model", "video_model")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for kind in self.kinds:
            if self.model_of(kind) is None:
                flags = "--model" if kind == WHOLE else f"--{kind}-model, or --model for all"
                raise ValueError(f"no model given; --cues {self.cues} needs one ({flags})")
        if self.cues == "none" and (self.merge or self.with_label):
            raise ValueError("--cues none does not merge anything; remove --merge and --with-label")
        if len(self.kinds) > 1 and self.merge is None:
            raise ValueError("two cues must be merged; give a language model (--merge hf:MODEL or openai:URL#MODEL)")
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of cues to generate."""
        return _KINDS[self.cues]

    def model_of(self, kind: str) -> str | None:
        """Return the model for a kind of cue."""
        own = {AUDIO: self.audio_model, VIDEO: self.video_model}.get(kind)
        return own or self.model

    def run_of(self, kind: str) -> InferSettings:
        """Return the settings of the run that generates a kind of cue."""
        names = self.dataset or ((set_name(self.clips),) if self.clips else ())
        modalities = {AUDIO: "audio", VIDEO: "video", WHOLE: "audio+video+text"}[kind]
        if self.cue_subtitle and kind != WHOLE:
            modalities += "+text"
        shared = {key: getattr(self, key) for key in _SHARED}
        return InferSettings(
            **shared,
            dataset=names,
            model=str(self.model_of(kind)),
            out=self.out / CUES,
            name=kind,
            prompt={AUDIO: self.audio_prompt, VIDEO: self.video_prompt, WHOLE: self.description_prompt}[kind],
            modalities=modalities,
            on_unsupported="drop" if kind == WHOLE else "error",
        )


@dataclass(frozen=True)
class Plan:
    """What a run will do, before any model is loaded.

    Attributes:
        settings: The settings of the stage.
        runs: Kind of cue -> its run.
        prompt: The prompt of the model that merges.
        labels: Clip -> human label, if labels go into the prompt.
        deleted: Number of clips left out because they were deleted from the data set.
    """

    settings: DescribeSettings
    runs: Mapping[str, session.Plan]
    prompt: Prompt
    labels: Mapping[str, str]
    deleted: int

    @property
    def clips(self) -> tuple[Clips, ...]:
        """The sets of clips."""
        return next(iter(self.runs.values())).clips

    @property
    def findings(self) -> list[Finding]:
        """Findings of the checks before the run."""
        found = [finding for run in self.runs.values() for finding in run.findings]
        if self.deleted:
            found.append(Finding("warning", f"skipping {self.deleted} clips that were deleted from this data set"))
        if self.settings.with_label:
            told = (
                "human labels go into the prompt: descriptions will justify them, so they cannot be evaluated on them"
            )
            found.append(Finding("warning", told))
        return list(dict.fromkeys(found))

    @property
    def hopeless(self) -> list[str]:
        """Why the run cannot succeed; empty if it can."""
        return [finding.what for finding in self.findings if finding.level == "error"]

    def wanted(self, clips: Clips) -> list[str]:
        """Return the names of the clips of a set that will be described, in its order."""
        request = next(iter(self.runs.values())).request
        return [clips.samples[place].name for place in chosen(clips, request)]


def plan(settings: DescribeSettings) -> Plan:
    """Find clips and prompts, and check the run.

    Raises:
        InputError: clips, prompts or labels cannot be found or used, or a model's name refers to several checkpoints.
    """
    runs, left_out = {}, 0
    for kind in settings.kinds:
        run = settings.run_of(kind)
        if list(checkpoints(run.model)) != [""]:
            raise InputError(f"{run.model}: refers to several checkpoints; choose one of them")
        planned = session.plan(run)
        clips = tuple(without_deleted(each, Folder(settings.out)) for each in planned.clips)
        left_out = sum(map(len, planned.clips)) - sum(map(len, clips))
        runs[kind] = replace(planned, clips=clips)
    prompt = load_merge_prompt(settings.merge_prompt)
    labels: dict[str, str] = {}
    if settings.with_label is not None:
        labels = texts_by_name(read_table(settings.with_label, max_bytes=MAX_BYTES), LABEL)
        if f"{{{LABEL}}}" not in prompt.text:
            raise InputError(f"{settings.merge_prompt}: has no {{{LABEL}}}, so labels would not be used; add it")
    return Plan(settings, runs, prompt, labels, left_out)


def without_deleted(clips: Clips, folder: Folder) -> Clips:
    """Return the clips without those that were deleted from the data set."""
    deleted = folder.deleted()
    stay = [place for place, sample in enumerate(clips.samples) if name_hash(sample.name) not in deleted]
    if len(stay) == len(clips):
        return clips
    strata = tuple(clips.strata[place] for place in stay) if clips.strata else ()
    return replace(clips, samples=tuple(clips.samples[place] for place in stay), strata=strata)


def carry_out(planned: Plan, progress: Progress | None = None) -> list[Done]:
    """Generate cues, then merge them.

    Returns:
        What was done for each kind and set, descriptions last.

    Raises:
        InputError: the run cannot succeed, another run writes the same files, they were made with other settings, or
            a model is not available.
    """
    if planned.hopeless:
        raise InputError("; ".join(planned.hopeless))
    settings = planned.settings
    # Before hours of cues: a missing model or an invalid address fails here. Weights are loaded at the first row.
    merger = None if settings.merge is None else _open_merger(settings)
    done = []
    for kind, run in planned.runs.items():
        done += session.carry_out(run, _named(kind, progress))
    return done + [merge_set(planned, clips, merger, progress) for clips in planned.clips]


def _named(kind: str, progress: Progress | None) -> Progress | None:
    return progress and (lambda dataset, *counts: progress(f"{kind}/{dataset}", *counts))


def _open_merger(settings: DescribeSettings) -> ChatModel:
    return open_chat_model(
        str(settings.merge),
        max_tokens=settings.merge_max_tokens,
        batch_size=settings.merge_batch_size,
        concurrency=settings.concurrency,
        dtype=settings.dtype,
        device=settings.device,
    )


def merge_set(planned: Plan, clips: Clips, model: ChatModel | None, progress: Progress | None = None) -> Done:
    """Finish the descriptions of one set, whose cues exist.

    Raises:
        InputError: another run writes the same file, it was made with other settings, or no cue can be merged.
    """
    settings, folder = planned.settings, Folder(planned.settings.out)
    path, materials = folder.file(DESCRIPTIONS, clips.dataset), list(_materials(planned, clips))
    made_with = _provenance(planned, clips, model)
    with Journal(path, made_with, retry_failed=settings.retry_failed) as journal:
        before = set(journal)
        merger = Merger(journal, materials, model, planned.prompt, model.name if model else "")

        def told(done: int) -> None:
            if progress:
                progress(f"{DESCRIPTIONS}/{clips.dataset}", done, len(materials), journal.failed)

        made = merger.finish(told)
        names = [material.name for material in materials]
        kept = len(materials) - made
        changed = len(before & set(names)) - kept
        account = account_of(journal.find(name) or {} for name in names)
        return Done(path, len(names), kept, max(changed, 0), journal.failed, len(names) < len(clips), account, LONGEST)


def _provenance(planned: Plan, clips: Clips, model: ChatModel | None) -> dict[str, Any]:
    """Return what the descriptions depend on besides the cues, for the journal and the card."""
    asked = {
        kind: {
            "model": run.request.model,
            "prompt": run.request.prompt.name,
            "prompt_sha256": run.request.prompt.sha256,
        }
        for kind, run in planned.runs.items()
    }
    if model is None:
        return {"dataset": clips.dataset, "model": "+".join(each["model"] for each in asked.values()), "cues": asked}
    merged = {"merge": dict(model.settings), "prompt": planned.prompt.name, "prompt_sha256": planned.prompt.sha256}
    return {"dataset": clips.dataset, "label_in_prompt": bool(planned.settings.with_label), **merged, "cues": asked}


def _materials(planned: Plan, clips: Clips) -> Iterator[Material]:
    """Yield the inputs of each description, in the order of the set."""
    rows = {kind: _rows(planned.settings.out / CUES / kind / f"{clips.dataset}.jsonl") for kind in planned.runs}
    subtitles = {sample.name: sample.subtitle for sample in clips.samples}
    for name in planned.wanted(clips):
        cues, gaps = {}, {}
        for kind, found in rows.items():
            row = found.get(name, {})
            text = clean_answer(str(row.get("text") or "")).text.strip() if row.get("status") == "ok" else ""
            if text:
                cues[kind] = text
            else:
                gaps[kind] = str(row.get("error") or "the answer is empty")
        yield Material(name, cues, gaps, subtitles[name], planned.labels.get(name))


def _rows(path: Path) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in read_lines(path)}


def finished(path: Path, names: Sequence[str], *, retry_failed: bool) -> int:
    """Return how many of the clips have a row in a result or its part file, which a run need not repeat."""
    found: dict[str, bool] = {}
    for each in (path, path.with_name(f"{path.name}.part")):
        if each.exists():
            with suppress(InputError):  # an interrupted run may leave an incomplete last line
                for row in read_lines(each):
                    found[row["name"]] = row.get("status") != "failed"
    return sum(name in found and (found[name] or not retry_failed) for name in names)
