"""Estimate the cost of a run before it starts: clips, hours of media, tokens. Reads headers; decodes nothing."""

from collections.abc import Iterator

from merunibench.curation.describe import Plan, finished
from merunibench.curation.folder import CUES, DESCRIPTIONS, SPEAKER, Folder
from merunibench.curation.speaker import Plan as SpeakerPlan
from merunibench.errors import InputError, MediaError
from merunibench.inference.clips import Clips
from merunibench.inference.preflight import Finding
from merunibench.models.base import Sample

_TOKENS_OF_CUE = 256
"""Default maximum length of an answer in `infer`."""
_SIGNS_A_TOKEN = 4
"""Approximate number of characters per token in English."""


def effort(planned: Plan) -> list[Finding]:
    """Return one line per set and step: the number of clips still to do, their hours, and the maximum of tokens.

    Args:
        planned: A plan of `describe`.
    """
    return [Finding("ok", line) for clips in planned.clips for line in _lines(planned, clips)]


def effort_of_speaker(planned: SpeakerPlan) -> list[Finding]:
    """Return one line per set: the number of clips still to be measured.

    Args:
        planned: A plan of `speaker`.
    """
    folder, retry, found = Folder(planned.settings.out), planned.settings.retry_failed, []
    for clips in planned.clips:
        names = [sample.name for sample in clips.samples]
        left = len(names) - finished(folder.file(SPEAKER, clips.dataset), names, retry_failed=retry)
        found.append(Finding("ok", f"{clips.dataset}: speaker by {planned.settings.speaker}: {left} clips to do"))
    return found


def _lines(planned: Plan, clips: Clips) -> Iterator[str]:
    settings, names = planned.settings, planned.wanted(clips)
    wanted = set(names)
    seconds, unknown = _seconds([sample for sample in clips.samples if sample.name in wanted])
    told = f"; {unknown} clips have an unknown length" if unknown else ""
    yield f"{clips.dataset}: {len(names)} clips, {seconds / 3600:.3f} hours of media{told}"
    retry, longest = settings.retry_failed, settings.max_new_tokens or _TOKENS_OF_CUE
    for kind, run in planned.runs.items():
        path = settings.out / CUES / kind / f"{clips.dataset}.jsonl"
        left = len(names) - finished(path, names, retry_failed=retry)
        what = f"{clips.dataset}: cues {kind} by {run.request.model}: {left} clips to do"
        yield f"{what}, at most {left * longest:,} tokens written"
    if settings.merge is not None:
        path = Folder(settings.out).file(DESCRIPTIONS, clips.dataset)
        left = len(names) - finished(path, names, retry_failed=retry)
        said = sum(len(sample.subtitle or "") for sample in clips.samples if sample.name in wanted)
        each = len(planned.prompt.text) // _SIGNS_A_TOKEN + longest * len(planned.runs)
        read = left * each + said // _SIGNS_A_TOKEN
        merger = settings.merge.rpartition("#")[2].rpartition("/")[2]
        what = f"{clips.dataset}: merging by {merger}: {left} clips to do"
        yield f"{what}, at most about {read:,} tokens read and {left * settings.merge_max_tokens:,} written"


def _seconds(samples: list[Sample]) -> tuple[float, int]:
    """Return the total seconds of clips whose length is known, and the number of the other clips."""
    from merunibench.media import probe

    total, unknown = 0.0, 0
    for sample in samples:
        path = sample.video or sample.audio
        try:
            total += probe(path).seconds if path is not None else 0.0
            unknown += path is None
        except MediaError:
            unknown += 1
        except InputError:  # the extra `models` is not installed; the preflight reports that
            return 0.0, len(samples)
    return total, unknown
