"""Build the report from decisions. All values are computed here, once; other modules only render them."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench._resources import resource
from merunibench._text import short_repr
from merunibench.curation.contamination import Contamination, contaminated
from merunibench.curation.crowd.crowd import UNSETTLED
from merunibench.curation.decisions import Decisions
from merunibench.curation.filters.duplicates import first_with
from merunibench.curation.folder import CUES, DESCRIPTIONS, Folder
from merunibench.curation.merging import AUDIO, VIDEO, WHOLE
from merunibench.curation.report.cues import cue_agreement
from merunibench.curation.report.filters import filter_figures, funnel, kept_by_chance, overlap
from merunibench.curation.report.groups import drop_rates
from merunibench.curation.report.result import CurationReport
from merunibench.curation.report.signing import signature
from merunibench.curation.report.statistics import statistics
from merunibench.curation.report.truth import TruthFigures, hold_against
from merunibench.curation.report.vocabulary import Vocabulary
from merunibench.curation.settings import FilterSettings
from merunibench.errors import InputError
from merunibench.files.toml import read_toml
from merunibench.journal import read_settings, settings_file
from merunibench.lexicon import Lexicon, load_lexicon

CARD = "card"
"""The section of `curate.toml` in which the user describes the data set."""
_FIRST = 5


def build_report(
    folder: Folder,
    decisions: Decisions,
    settings: FilterSettings,
    *,
    truth: Path | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> CurationReport:
    """Build the report of a data set.

    Args:
        folder: The data set.
        decisions: The decisions on its rows.
        settings: The settings of the filters.
        truth: A table of human labels of some of the rows.
        resamples: Number of bootstrap resamples for scores against human labels.
        seed: Seed of resampling and shuffling.

    Raises:
        InputError: the human labels cannot be read, or `curate.toml` is broken.
    """
    rows, lexicon = decisions.rows, load_lexicon(settings.lexicon)
    vocabulary = Vocabulary.of(rows.labels, lexicon)
    account, remarks = _crowd(decisions)
    steps, tests = funnel(decisions), contaminated(rows.names)
    chance = kept_by_chance(decisions)
    figures: TruthFigures | None = None
    if truth is not None:
        figures = hold_against(truth, decisions, decisions.filters, settings, lexicon, resamples=resamples, seed=seed)
    provenance = _provenance(folder, decisions, lexicon)
    told = figures.remarks if figures else ()
    return CurationReport(
        name=folder.name,
        rows=len(rows),
        kept=int(decisions.kept.sum()),
        chance=chance,
        sets={
            name: {"rows": where.stop - where.start, "kept": int(decisions.kept[where].sum())}
            for name, where in rows.sets.items()
        },
        filters=tuple(filter_figures(decisions)),
        funnel=tuple(steps),
        overlap=overlap(decisions),
        statistics=_stages(decisions, vocabulary),
        cues=cue_agreement(folder, rows, lexicon),
        drop_rates=drop_rates(decisions, vocabulary),
        duplicates=_duplicates(decisions),
        contamination=tests.counts,
        crowd=account,
        truth=figures,
        provenance=provenance,
        published=tuple(read_toml(resource("curation", "report", "published.toml"))["dataset"]),
        card=folder.settings(CARD),
        settings=decisions.settings,
        config=decisions.config,
        signature=signature(decisions, settings, lexicon, provenance, account, chance),
        remarks=(*rows.remarks, *remarks, *told, *_near(tests), *_remarks(decisions)),
    )


def _stages(decisions: Decisions, vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    """Return statistics of all rows, and of the rows left after each filter."""
    chosen = np.ones(len(decisions.rows), bool)
    found = {"all": statistics(decisions.rows, chosen, vocabulary)}
    last = found["all"]
    for outcome in decisions.outcomes:
        if outcome.measured:
            left = chosen & ~outcome.drops
            if left.sum() < chosen.sum():
                last = statistics(decisions.rows, left, vocabulary)
            found[outcome.name], chosen = last, left
    return found


def _duplicates(decisions: Decisions) -> dict[str, Any]:
    first, clips = first_with(decisions.rows.measures.text), first_with(decisions.rows.content)
    rows, names = np.arange(len(first)), decisions.rows.names

    def told(first: npt.NDArray[np.int64]) -> dict[str, Any]:
        repeats = np.flatnonzero(first != rows)
        examples = [[names[int(row)].as_py(), names[int(first[row])].as_py()] for row in repeats[:_FIRST]]
        return {"rows": len(repeats), "first": examples}

    return told(first) | {"clips": told(clips)}


def _crowd(decisions: Decisions) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the crowd's summary of its sources, and its remarks."""
    for each in decisions.filters:
        crowd = getattr(each, "crowd", None)
        if crowd is not None:
            names = decisions.rows.names
            return crowd.account(names), crowd.remarks(names)
    return {}, ()


def _remarks(decisions: Decisions) -> tuple[str, ...]:
    """Return remarks on filters without input, on votes that did not converge, and if no row is kept."""
    said = [f"{outcome.name}: not measured; drops nothing" for outcome in decisions.outcomes if not outcome.measured]
    said += [
        f"{outcome.name}: dawid-skene has not converged on {outcome.judged.settings[UNSETTLED]} groupings; "
        "such votes may be noise, so compare with --votes majority"
        for outcome in decisions.outcomes
        if UNSETTLED in outcome.judged.settings
    ]
    if not decisions.kept.any():
        worst = max(decisions.outcomes, key=lambda outcome: int(outcome.drops.sum()))
        said.append(f"no row is kept; {worst.name} alone drops {int(worst.drops.sum())} of {len(decisions.rows)}")
    return tuple(said)


def _near(tests: Contamination) -> Iterator[str]:
    """Yield a remark on names that contain those of test samples; the user must decide if the clips are the same."""
    if tests.near:
        name, dataset = tests.near_names[0]
        yield (
            f"{tests.near} names contain the name of a test sample, such as {short_repr(name)} ({dataset}); if these "
            "clips are parts of it, delete them"
        )


def _provenance(folder: Folder, decisions: Decisions, lexicon: Lexicon) -> dict[str, Any]:
    """Return the origin of descriptions (from their settings), labels, speaker values and lexicon."""
    made: dict[str, dict[str, Any]] = {}
    for name, path in folder.found(DESCRIPTIONS).items():
        with suppress(InputError):
            if settings_file(path).exists():
                made[name] = _with_revisions(read_settings(settings_file(path)), folder, name)
    speaker = decisions.rows.speaker
    return {
        "descriptions": made,
        "labels_from": list(decisions.rows.labels_from),
        "polarity_from": list(decisions.rows.polarity_from),
        "speaker": "+".join(speaker.by) if speaker else None,
        "lexicon": {"name": lexicon.name, "sha256": lexicon.sha256},
    }


def _with_revisions(settings: dict[str, Any], folder: Folder, name: str) -> dict[str, Any]:
    """Add the revisions of the cue models, from the settings of the cues, to the settings of descriptions."""
    for kind in (AUDIO, VIDEO, WHOLE) if isinstance(settings.get("cues"), dict) else ():
        path, each = settings_file(folder.path / CUES / kind / f"{name}.jsonl"), settings["cues"].get(kind)
        model = read_settings(path).get("model") if path.exists() else None
        if isinstance(model, dict) and model.get("revision") and isinstance(each, dict):
            each["revision"] = model["revision"]
    return settings
