"""The whole pipeline from one file: describe, labels, measure, speaker, vote, filter, report, export.

Each stage reuses what exists: rows that cost seconds are read from their journals; everything else is computed again.
A stage whose section is not in the file is skipped, except measuring, filtering and the report, which always run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import NonNegativeInt

from merunibench.curation import describe as describe_stage
from merunibench.curation import speaker as speaker_stage
from merunibench.curation.decisions import write_decisions
from merunibench.curation.effort import effort, effort_of_speaker
from merunibench.curation.export import Exported, ExportOptions, export
from merunibench.curation.filtering import filter_rows, store_settings
from merunibench.curation.folder import SETTINGS, Folder
from merunibench.curation.labelling import LabelSettings, label
from merunibench.curation.measures import measure
from merunibench.curation.report import build_report
from merunibench.curation.report.build import CARD
from merunibench.curation.report.result import CurationReport
from merunibench.curation.settings import FilterSettings
from merunibench.errors import InputError
from merunibench.files.toml import read_toml
from merunibench.inference.preflight import Finding
from merunibench.inference.runner import Done, Progress
from merunibench.settings import ALL_RULES, Settings, read_settings, suggestion

OUT = "out"
CLIPS, DESCRIBE, LABELS, SPEAKER, VOTE, FILTER, REPORT, EXPORT = (
    "clips", "describe", "labels", "speaker", "vote", "filter", "report", "export",
)  # fmt: skip
SECTIONS = (CLIPS, DESCRIBE, LABELS, SPEAKER, VOTE, FILTER, REPORT, EXPORT, CARD)
"""The sections that the file may have."""


class VoteSection(Settings):
    """Sources of votes, with the options of `curate vote`."""

    sources: tuple[Path, ...]
    texts: Path | None = None
    text_column: str = "subtitle"
    features: Path | None = None


class ReportSection(Settings):
    """Ground truth and bootstrap of the report, with the options of `curate report`."""

    truth: Path | None = None
    bootstrap: NonNegativeInt = 1000
    bootstrap_seed: NonNegativeInt = 0


class ExportSection(Settings):
    """Formats and content of exports, with the options of `curate export`."""

    formats: tuple[Literal["affectgpt", "jsonl", "datasets", "sharegpt"], ...]
    with_dropped: bool = False
    allow_test: bool = False
    media: str = "video/{name}.mp4"


@dataclass(frozen=True)
class CurateSettings:
    """Validated content of the file; None for stages that are skipped."""

    folder: Folder
    filter: FilterSettings
    report: ReportSection
    labels: LabelSettings
    card: Mapping[str, Any]
    describe: describe_stage.DescribeSettings | None = None
    speaker: speaker_stage.SpeakerSettings | None = None
    vote: VoteSection | None = None
    export: ExportSection | None = None


@dataclass(frozen=True)
class Plan:
    """What a run will do, before any model is loaded.

    Attributes:
        settings: Settings of all stages.
        describing: The plan of the descriptions.
        speaking: The plan of the speakers.
    """

    settings: CurateSettings
    describing: describe_stage.Plan | None = None
    speaking: speaker_stage.Plan | None = None

    @property
    def findings(self) -> list[Finding]:
        """Findings of the checks before the run."""
        plans = (self.describing, self.speaking)
        return list(dict.fromkeys(finding for each in plans if each for finding in each.findings))

    @property
    def hopeless(self) -> list[str]:
        """Why the run cannot succeed; empty if it can."""
        return [finding.what for finding in self.findings if finding.level == "error"]

    def effort(self) -> list[Finding]:
        """Return the cost of the run: clips, hours of media, tokens."""
        found = effort(self.describing) if self.describing else []
        if self.speaking:
            found += effort_of_speaker(self.speaking)
        return found


@dataclass
class Curated:
    """Results of a run.

    Attributes:
        done: Rows of models, by file.
        report: The report.
        exports: The exports.
    """

    done: list[Done]
    report: CurationReport
    exports: list[Exported] = field(default_factory=list)


def read_config(path: Path, out: Path | None = None, *, retry_failed: bool = False) -> CurateSettings:
    """Read the settings in a file.

    Args:
        path: A TOML file with the sections `clips`, `describe`, `labels`, `speaker`, `vote`, `filter`, `report`,
            `export` and `card`, each with the settings of its command; and `out`, the folder of the data set. Paths are
            relative to the current directory, as on the command line.
        out: The folder; overrides the one in the file. The file `curate.toml` of a data set does not need one.
        retry_failed: Retry rows that failed.

    Raises:
        InputError: the file is not valid TOML, a setting is unknown, missing or invalid, or rows would be exported
            without a licence.
    """
    content = read_toml(path)
    given = content.pop(OUT, None)
    for name, section in content.items():
        if name not in SECTIONS:
            raise InputError(f"{path}: unknown section [{name}]{suggestion(name, SECTIONS)}")
        if not isinstance(section, dict):
            raise InputError(f"{path}: {name}: must be a table, [{name}]")
    folder = Folder(_out(path, given, out))
    where, again = {"out": folder.path}, {"retry_failed": True} if retry_failed else {}
    clips = content.get(CLIPS, {})

    def read(name: str, kind: Any, **others: Any) -> Any:  # noqa: ANN401 - the kind's
        fields = {**others, **content.get(name, {})}
        try:
            kind.refuse_in_file(fields)
            return read_settings(None, fields, kind)
        except InputError as error:
            raise InputError(f"{path}: [{name}] {error}") from None

    def optional(name: str, kind: Any, **others: Any) -> Any:  # noqa: ANN401
        return read(name, kind, **others) if name in content else None

    found = CurateSettings(
        folder,
        read(FILTER, FilterSettings),
        read(REPORT, ReportSection),
        read(LABELS, LabelSettings, **again),
        content.get(CARD, {}),
        optional(DESCRIBE, describe_stage.DescribeSettings, **clips, **where, **again),
        optional(SPEAKER, speaker_stage.SpeakerSettings, **clips, **where, **again),
        optional(VOTE, VoteSection),
        optional(EXPORT, ExportSection),
    )
    if found.export and not str(found.card.get("licence", "")).strip():
        raise InputError(f"{path}: [export] needs the licence under which the rows may be used (`licence` in [card])")
    return found


def _out(path: Path, given: object, out: Path | None) -> Path:
    if out is not None:
        return out
    if isinstance(given, str) and given:
        return Path(given)
    if given is None and path.name == SETTINGS:
        return path.parent
    raise InputError(f'{path}: {OUT}: no folder for the data set; write {OUT} = "DIR" at the top, or give --out')


def plan(settings: CurateSettings) -> Plan:
    """Find clips, prompts and detectors, and check the run.

    Raises:
        InputError: something does not exist, or there is nothing to start from.
    """
    if settings.describe is None:
        settings.folder.sets()  # raises if there are none
        describing = None
    else:
        describing = describe_stage.plan(settings.describe)
    if settings.labels.extractor not in ALL_RULES:
        _check_spec(settings.labels.extractor)
    speaking = None
    if settings.speaker is not None:
        planned = speaker_stage.plan(settings.speaker)
        left = tuple(describe_stage.without_deleted(clips, settings.folder) for clips in planned.clips)
        speaking = replace(planned, clips=left)
    return Plan(settings, describing, speaking)


def _check_spec(spec: str) -> None:
    if spec.partition(":")[0] not in ("hf", "openai"):
        raise InputError(
            f"[{LABELS}] extractor: must be {', '.join(ALL_RULES)}, hf:MODEL or openai:URL#MODEL, not {spec!r}"
        )


def run(planned: Plan, progress: Progress | None = None, tell: Callable[[str], None] = lambda _: None) -> Curated:
    """Run all stages.

    Args:
        planned: The result of `plan`.
        progress: Called with the progress of models.
        tell: Called with the name of each stage as it starts.

    Raises:
        InputError: a stage cannot continue; finished rows are kept.
    """
    if planned.hopeless:
        raise InputError("; ".join(planned.hopeless))
    settings, folder = planned.settings, planned.settings.folder
    folder.remove_leftovers()
    done: list[Done] = []
    if planned.describing:
        tell("describe")
        done += describe_stage.carry_out(planned.describing, progress)
    if not settings.labels.by_rules:
        tell(f"labels, by {settings.labels.extractor}")
        label(folder, settings.labels, progress)
    tell("measure")
    measure(folder, progress and (lambda name, count, total: progress(name, count, total, 0)))
    if planned.speaking:
        tell("speaker")
        done += speaker_stage.carry_out(planned.speaking, progress)
    if settings.vote:
        tell("vote")
        _vote(settings, settings.vote)
    tell("filter, report")
    store(settings)
    report, exports = _arithmetic(settings, tell)
    return Curated(done, report, exports)


def _vote(settings: CurateSettings, section: VoteSection) -> None:
    from merunibench.curation.voting import Judging, vote

    vote(section.sources, settings.folder.path, Judging(section.texts, section.text_column, section.features))


def store(settings: CurateSettings) -> None:
    """Write all settings, including defaults, to the folder's `curate.toml`, which `run` accepts as its file.

    Raises:
        InputError: the file cannot be written.
    """
    sections: dict[str, dict[str, Any]] = {CARD: dict(settings.card)} if settings.card else {}
    for name in (DESCRIBE, LABELS, SPEAKER, VOTE, REPORT, EXPORT):
        found = getattr(settings, name)
        if found is not None:
            plain = found.model_dump(mode="json", exclude_none=True, exclude={OUT, "retry_failed"})
            sections[name] = {key: value for key, value in plain.items() if value != {}}
    settings.folder.write_settings(sections)
    store_settings(settings.folder, settings.filter)


def _arithmetic(settings: CurateSettings, tell: Callable[[str], None]) -> tuple[CurationReport, list[Exported]]:
    """Compute decisions, report and exports from the measured values."""
    folder, told = settings.folder, settings.report
    decisions = filter_rows(folder, settings.filter)
    report = build_report(
        folder, decisions, settings.filter, truth=told.truth, resamples=told.bootstrap, seed=told.bootstrap_seed
    )
    write_decisions(decisions, folder)
    report.write(folder)
    if settings.export is None:
        return report, []
    tell("export")
    out = settings.export
    options = ExportOptions(str(settings.card.get("licence", "")), out.with_dropped, out.allow_test, None, out.media)
    return report, [export(folder, decisions, report, form, options) for form in out.formats]
