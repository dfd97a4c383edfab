"""`merunibench table`: write one table of several models, for a paper."""

from pathlib import Path
from typing import TYPE_CHECKING

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit_result, fail_on, warn
from merunibench.cli._running import progress_bar
from merunibench.errors import InputError
from merunibench.settings import (
    FAIL_ON_WARNING,
    ReadSettings,
    ScoreSettings,
    ScoringRules,
    TaskSettings,
    argument,
    option,
)

if TYPE_CHECKING:
    from merunibench.evaluation.table import Published
    from merunibench.report import Report
    from merunibench.report.results_table import ResultsTable


class TableOptions(ScoreSettings, ReadSettings, TaskSettings):
    """Options that say what the table contains, and how it is scored and tested."""

    systems: tuple[Path, ...] = argument(
        ..., "Predictions of each model, or files that `merunibench score --per-sample` wrote.", "MODEL"
    )
    data_root: Path | None = option(None, "Folder with the ground truth; not needed for per-sample files.", "DIR")
    dataset: tuple[str, ...] = option((), "Data set to show; repeat for several.", "NAME", shown="all found")
    name: tuple[str, ...] = option(
        (), "Name of a model; repeat for each, in the order of the models.", "NAME", shown="their folders"
    )
    folder: tuple[str, ...] = option(
        (), "Model folder, if predictions contain several; give it once for all, or once for each.", "NAME"
    )
    baseline: str | None = option(None, "Test every model against the model of this name, as `compare` does.", "NAME")
    published: bool = option(False, "Also show published scores (leaderboard/published.csv), marked as such.")


def table(
    settings: TableOptions,
    output_format: str | None = options.formats("ResultsTable"),
    output: Path | None = options.OUTPUT,
    fail_on_warning: bool = FAIL_ON_WARNING,
) -> None:
    """Put several models into one table: best in bold, intervals, significance, notes for the paper.

    Data sets are columns. Scores are the same as in `score`, significance marks the same as in `compare`.

    Example: `merunibench table a/ b/ --name A --name B --baseline A --data-root dataset/ --output table.tex`
    """
    spare_pandas()
    from merunibench.evaluation.table import distinct_names, tabulate
    from merunibench.scoring import is_per_sample_file

    scored = [is_per_sample_file(path) for path in settings.systems]
    if all(scored):
        _refuse_scoring_options(settings)
    folders = _for_each(settings.folder, len(scored))
    systems: list[Report | Path] = [
        path if done else _score(path, settings, folder)
        for path, done, folder in zip(settings.systems, scored, folders, strict=True)
    ]
    named = settings.name or distinct_names([_name(each, settings) for each in systems], settings.systems)
    result = tabulate(
        systems,
        names=named,
        baseline=settings.baseline,
        published=_published(settings.protocol) if settings.published else (),
        resamples=settings.bootstrap,
        seed=settings.bootstrap_seed,
        units=settings.units,
        tasks=settings.tasks(),
    )
    warnings = list(_warnings(named, systems, result, settings))
    warn(warnings)
    emit_result(result, output_format, output)
    fail_on(warnings, fail_on_warning)


def _score(path: Path, settings: TableOptions, folder: str | None) -> "Report":
    from merunibench.evaluation import evaluate
    from merunibench.report.written import WrittenReport

    if WrittenReport.is_in(path):
        raise InputError(
            f"{path}: a report does not contain samples; give files of `score --per-sample`, or predictions"
        )
    if settings.data_root is None and not settings.task:
        raise InputError(f"{path}: not written by `score --per-sample`; predictions need --data-root")
    with progress_bar() as progress:
        return evaluate(
            path,
            settings.data_root,
            model=folder,
            datasets=settings.dataset or None,
            tasks=settings.tasks(),
            **settings.arguments(),
            **settings.reading(),
            progress=progress,
        )


def _refuse_scoring_options(settings: TableOptions) -> None:
    """Refuse options that affect scoring if all inputs are scored already: an error is better than ignoring them."""
    deciding = ("data_root", "dataset", "folder", *ScoringRules.model_fields, *ReadSettings.model_fields)
    given = [settings.flag(name) for name in deciding if name in settings.model_fields_set and name != "max_bytes"]
    if given:
        raise InputError(f"{', '.join(given)}: no effect on per-sample files, which are scored already; leave it out")


def _for_each(folders: tuple[str, ...], number: int) -> list[str | None]:
    if len(folders) in (0, 1):
        return [folders[0] if folders else None] * number
    if len(folders) != number:
        raise InputError(f"--folder: {len(folders)} for {number} models; give one for all, or one for each")
    return list(folders)


def _name(system: "Report | Path", settings: TableOptions) -> str:
    from merunibench.scoring import per_sample

    if isinstance(system, Path):
        return next(iter(per_sample.read(system, settings.tasks()).values())).model
    return system.model


def _published(protocol: str) -> "list[Published]":
    """Return the published rows of the board that report the authors' own scores."""
    from merunibench._resources import resource
    from merunibench.evaluation.table import Published
    from merunibench.leaderboard.board.published import FIRST_HAND, PUBLISHED_PROTOCOL, read_published

    if protocol != PUBLISHED_PROTOCOL:
        raise InputError(
            f"--published: papers use the {PUBLISHED_PROTOCOL} protocol, not {protocol}; leave out one of the options"
        )
    models, rows = read_published(resource("leaderboard", "published.csv"), [])
    found = []
    for model, row in zip(models, rows, strict=True):
        if model.grade != FIRST_HAND:
            continue
        scores = {name: score.score for name, score in row.scores.items()}
        scores |= {name: mean.score for name, mean in row.task_means.items()}
        scores |= {} if row.mean is None else {"mean": row.mean}
        letters = "+".join(each[0].upper() for each in model.modalities)
        name = f"{model.name} ({letters})" if letters else model.name
        found.append(Published(name, model.source or "", scores, row.lexicon, row.selection))
    return found


def _warnings(
    named: "tuple[str, ...] | list[str]", systems: "list[Report | Path]", result: "ResultsTable", settings: TableOptions
) -> list[str]:
    """Return the warnings of each model's scores, with its name, then those of the tests."""
    said = [
        f"{name}: {warning}"
        for name, system in zip(named, systems, strict=True)
        if not isinstance(system, Path)
        for warning in system.warnings
    ]
    if settings.published and "lexicon:mer2025@" not in result.signature and "lexicon:" in result.signature:
        said.append("published scores were computed with the lexicon mer2025 and are not comparable with these")
    return [*said, *result.warnings]
