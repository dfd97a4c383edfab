"""The stage `speaker`: a detector measures every clip. The verdicts are made elsewhere (see `filters.speaker`).

A row takes a second or more, so rows go through the journal: an interrupted run can be resumed, and gives the same
bytes as an uninterrupted one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from merunibench.curation.folder import SPEAKER, Folder
from merunibench.data.tables import table_stem
from merunibench.errors import InputError, MediaError
from merunibench.inference.account import account_of
from merunibench.inference.clips import Clips, open_clips, subset
from merunibench.inference.preflight import Finding, look_at_files
from merunibench.inference.rows import Row, content_hash, failed, input_hash
from merunibench.inference.runner import Done, Progress, anywhere, unchanged
from merunibench.inference.saved_clips import HUB
from merunibench.inference.settings import ClipSettings
from merunibench.inference.shards import Shard
from merunibench.journal import Journal
from merunibench.models.base import Modality, Sample
from merunibench.settings import option
from merunibench.speaking import OFF, Clip, Speaker, open_speaker
from merunibench.speaking.opening import FORMS, check_form

_machine = partial(option, panel="Machine")
_GIVEN: tuple[Modality, ...] = ("audio", "video")
"""Modalities that a value may depend on."""


class SpeakerSettings(ClipSettings):
    """Settings of `merunibench curate speaker`."""

    from_file: ClassVar[bool] = True

    out: Path = option(..., "Folder of the data set; values go to speaker/<set>.jsonl in it.", "DIR")
    speaker: Annotated[str, AfterValidator(check_form)] = option("mouth", f"Detector: {', '.join(FORMS)}.", "SPEAKER")
    shard: str | None = _machine(
        None, "Process shard I of N, to split a run across machines; then use `merunibench merge`.", "I/N"
    )
    retry_failed: bool = _machine(default=False, help="Retry clips that failed.")


@dataclass(frozen=True)
class Plan:
    """What a run will do, before anything is measured.

    Attributes:
        settings: The settings of the stage.
        clips: The sets of clips.
        speaker: The detector, loaded; None if nothing is measured.
        findings: Findings of the checks before the run.
    """

    settings: SpeakerSettings
    clips: tuple[Clips, ...]
    speaker: Speaker | None
    findings: tuple[Finding, ...]

    @property
    def hopeless(self) -> list[str]:
        """Why the run cannot succeed; empty if it can."""
        return [finding.what for finding in self.findings if finding.level == "error"]


def plan(settings: SpeakerSettings) -> Plan:
    """Find the clips, load the detector, and check the run.

    Raises:
        InputError: clips cannot be found, a package is not installed, or a checkpoint or table cannot be used.
    """
    if settings.speaker == OFF:
        return Plan(settings, (), None, ())
    speaker = open_speaker(settings.speaker)
    names = settings.dataset or ((set_name(settings.clips),) if settings.clips else ())
    cache, outside = settings.out / ".clips", settings.allow_outside
    clips = tuple(open_clips(settings.data_root, settings.clips, names, cache, outside=outside))
    parts = [(each, [each.samples[place] for place in _chosen(each, settings)]) for each in clips]
    if settings.speaker.startswith("file:"):
        return Plan(settings, clips, speaker, ())  # this detector never opens the clips
    return Plan(settings, clips, speaker, tuple(look_at_files(parts, settings.out, _GIVEN)))


def carry_out(planned: Plan, progress: Progress | None = None) -> list[Done]:
    """Finish the rows of every set.

    Raises:
        InputError: the run cannot succeed, another run writes the same file, or it was made with other settings.
    """
    if planned.hopeless:
        raise InputError("; ".join(planned.hopeless))
    speaker = planned.speaker
    return [] if speaker is None else [measure(clips, speaker, planned.settings, progress) for clips in planned.clips]


def measure(clips: Clips, speaker: Speaker, settings: SpeakerSettings, progress: Progress | None = None) -> Done:
    """Finish the rows of one set.

    Args:
        clips: The whole set.
        speaker: The detector.
        settings: Which of the clips to measure, and where to write the results.
        progress: Called after every clip.

    Raises:
        InputError: another run writes the same file, it was made with other settings, or no clip can be measured.
    """
    path, shard = Folder(settings.out).file(SPEAKER, clips.dataset), _shard(settings)
    path = shard.file(path.parent, clips.dataset) if shard else path
    with Journal(path, {"dataset": clips.dataset, **speaker.settings}, retry_failed=settings.retry_failed) as journal:
        wanted, finished = _chosen(clips, settings), set(journal)
        known = [clips.samples[place] for place in wanted if clips.samples[place].name in finished]
        kept = unchanged(journal, known, _GIVEN)
        left = [place for place in wanted if clips.samples[place].name not in kept]
        for count, place in enumerate(left, start=len(kept) + 1):
            row = anywhere(_row(clips.samples[place], speaker), clips)
            mark = {"shard": shard.mark(place, len(clips))} if shard else {}
            journal.append([row | mark])
            if progress:
                progress(clips.dataset, count, len(wanted), journal.failed)
        present = set(journal)
        order = [sample.name for sample in clips.samples if sample.name in present]
        journal.finish(order)
        account = account_of(bad for name in order if (bad := journal.find(name, status="failed")))
        changed, partial = len(known) - len(kept), len(order) < len(clips)
        return Done(path, len(order), len(kept), changed, journal.failed, partial, account)


def _row(sample: Sample, speaker: Speaker) -> Row:
    """Return the row of a clip, measured or failed."""
    known = {"content": content_hash(sample), "inputs": input_hash(sample, _GIVEN)}
    try:
        found = speaker.measure(Clip(sample.name, sample.video, sample.audio))
    except Exception as error:
        # Decoders of untrusted files may raise anything. That must not end the run, unless it concerns every clip.
        if isinstance(error, InputError) and not isinstance(error, MediaError):
            raise
        bad = failed(sample, error)
        return {"name": sample.name, "value": None, "details": None, "status": "failed"} | bad | known
    row = {"name": sample.name, "value": found.value, "details": dict(found.details), "status": "ok"}
    return row | known


def _shard(settings: SpeakerSettings) -> Shard | None:
    return Shard.parse(settings.shard) if settings.shard else None


def _chosen(clips: Clips, settings: SpeakerSettings) -> Sequence[int]:
    """Return the indices of the clips to measure, in order."""
    places = list(range(len(clips)))
    if settings.limit is not None and settings.limit < len(clips):
        names = [sample.name for sample in clips.samples]
        places = subset(names, clips.strata, settings.limit, settings.limit_seed)
    shard = _shard(settings)
    return shard.indices(places) if shard else places


def set_name(source: str) -> str:
    """Return the default name for a set of the user's own clips: the name of their table or folder."""
    path = Path(source.removeprefix(HUB).partition("#")[0]) if source.startswith(HUB) else Path(source).resolve()
    return re.sub(r"[^\w.+ -]", "_", table_stem(path) or path.name).lstrip(". ") or "clips"
