"""Carry out a whole run: clips, preflight checks, model, and the rows of every data set."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from merunibench.errors import InputError
from merunibench.inference.clips import Clips, open_clips
from merunibench.inference.local import LocalEngine
from merunibench.inference.preflight import Finding, preflight
from merunibench.inference.prompts import load_prompt
from merunibench.inference.runner import Done, Engine, Progress, Request, chosen, run_clips
from merunibench.inference.settings import InferSettings
from merunibench.inference.shards import Shard
from merunibench.models import Generation, Options, load_model
from merunibench.models.bridge import command
from merunibench.models.huggingface.template import read_template
from merunibench.models.registry import SCHEMES, checkpoints


@dataclass(frozen=True)
class Plan:
    """What a run will do, determined before anything is loaded.

    Attributes:
        settings: The settings of the run.
        clips: The data sets.
        request: What is recorded in every row.
        findings: The results of the preflight checks.
    """

    settings: InferSettings
    clips: tuple[Clips, ...]
    request: Request
    findings: tuple[Finding, ...]

    @property
    def hopeless(self) -> list[str]:
        """The errors because of which the run cannot give any answer; empty if it can."""
        return [finding.what for finding in self.findings if finding.level == "error"]

    @property
    def folder(self) -> Path:
        """The folder of the results."""
        return self.settings.out / self.settings.model_name

    @property
    def options(self) -> Options:
        """The options to load the model with."""
        settings, asked = self.settings, self.settings.asked_modalities
        generation = Generation(
            settings.max_new_tokens, settings.temperature, settings.top_p, settings.seed, settings.gen_kwarg
        )
        return Options(
            prompt=self.request.prompt.text,
            modalities=asked,
            on_unsupported=settings.on_unsupported,
            frames=settings.frames,
            generation=generation,
            dtype=settings.dtype,
            device=settings.device,
            trust_remote_code=settings.trust_remote_code,
            processor=settings.processor_kwarg,
            chat_template=read_template(settings.chat_template) if settings.chat_template else None,
            template=settings.template_kwarg,
            extra=settings.model_option,
        )


def plan(settings: InferSettings) -> Plan:
    """Find the clips and run the preflight checks.

    Raises:
        InputError: The clips or the prompt cannot be found or read, or the shard is invalid.
    """
    model = _shown(settings.model)
    prompt = load_prompt(settings.prompt, says="text" in settings.asked_modalities)
    cache, outside = settings.out / ".clips", settings.allow_outside
    clips = tuple(
        open_clips(settings.data_root, settings.clips, settings.dataset, cache, outside=outside, tasks=settings.tasks())
    )
    shard = Shard.parse(settings.shard) if settings.shard else None
    request = Request(
        model,
        prompt,
        settings.asked_modalities,
        settings.limit,
        settings.limit_seed,
        shard,
        settings.retry_failed,
    )
    parts = [(each, [each.samples[place] for place in chosen(each, request)]) for each in clips]
    findings = preflight(parts, settings.out, settings.model, settings.asked_modalities, settings.engine)
    if settings.trust_remote_code and settings.model.partition(":")[0] not in SCHEMES:
        # Reported here and again when the model is loaded, since the latter may go to another machine's log.
        findings.append(Finding("warning", f"--trust-remote-code: code that comes with {model} will be run"))
    return Plan(settings, clips, request, tuple(findings))


def _shown(model: str) -> str:
    """Return the model's name as recorded in rows: without the path of its folder, or the arguments of a program."""
    if model.startswith(f"{command.SCHEME}:"):
        return f"{command.SCHEME}:{command.program_name(model.removeprefix(f'{command.SCHEME}:'))}"
    scheme, colon, rest = model.rpartition(":") if model.startswith("affectgpt:") else ("", "", model)
    return f"{scheme}{colon}{Path(rest).resolve().name if Path(rest).exists() else rest}"


def carry_out(planned: Plan, progress: Progress | None = None) -> list[Done]:
    """Load the model and complete the rows of every data set.

    Raises:
        InputError: The preflight checks found an error, or the run cannot continue.
    """
    if planned.hopeless:
        raise InputError("; ".join(planned.hopeless))
    done: list[Done] = []
    before: Engine | None = None
    for checkpoint, model in checkpoints(planned.settings.model).items():
        with _engine(planned, model) as engine:
            folder, request = planned.folder / checkpoint, replace(planned.request, model=_shown(model))
            told = _under(checkpoint, progress)
            done += [run_clips(clips, folder, engine, request, told) for clips in planned.clips]
            # Kept until the next model is loaded: checkpoints of one model share their common parts.
            before = engine
    del before
    return done


def _under(checkpoint: str, progress: Progress | None) -> Progress | None:
    """Return a progress callback that adds the name of the checkpoint, if there are several."""
    if progress is None or not checkpoint:
        return progress
    return lambda dataset, *counts: progress(f"{checkpoint}/{dataset}", *counts)


@contextmanager
def _engine(planned: Plan, name: str) -> Iterator[Engine]:
    settings, options = planned.settings, planned.options
    if settings.engine == "local":
        model = load_model(name, options)
        yield LocalEngine(model, options.modalities, settings.batch_size, settings.workers)
        return
    from merunibench.inference.ray_engine import RayEngine, connected

    with connected(settings.ray_address, settings.actors):
        yield RayEngine(
            name,
            options,
            settings.batch_size,
            settings.workers,
            settings.actors,
            settings.gpus_per_actor,
        )
