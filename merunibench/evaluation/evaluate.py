"""The main path: score predictions against ground truth with a lexicon and a protocol, and report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from merunibench.data import (
    Arrangement,
    GroundTruth,
    PredictionSource,
    Table,
    find_labels,
    find_truth,
    load_truth,
    open_predictions,
    predictions_in_memory,
    truth_from_table,
    truth_in_memory,
)
from merunibench.data.truth import read_every_label, read_subtitles
from merunibench.errors import InputError
from merunibench.evaluation.assembly import build_report
from merunibench.evaluation.training import trained_on_tests
from merunibench.evaluation.worth import references_of, worth_of
from merunibench.extraction import Rules
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.lexicon import Level, Lexicon, load_lexicon
from merunibench.report import Report, Worth
from merunibench.scoring import (
    BEST_PER_DATASET,
    By,
    Missing,
    Progress,
    Scored,
    Settings,
    checkpoints_to_score,
    mean_of_runs,
    resolve_rule,
    score_predictions,
)
from merunibench.scoring.resampling import units_of_former_option
from merunibench.tasks import Task, TaskSet, as_task_set

Tasks = TaskSet | Mapping[str, Task] | Iterable[Task | str | Path]
"""Own data sets (definitions, their files, or folders of them), or definitions by id instead of the built-in ones."""

Truths = Mapping[str, Path | Table]
"""Data set -> its label file, or the table that was given instead."""


def evaluate(  # noqa: PLR0913 - each is an option of `merunibench score`
    predictions: str | Path | Mapping[str, object],
    data_root: str | Path | Mapping[str, object] | None = None,
    *,
    datasets: str | Sequence[str] | None = None,
    model: str | None = None,
    lexicon: str | Path | Lexicon = "builtin",
    protocol: str = "official",
    level: Level = 1,
    checkpoint: str = BEST_PER_DATASET,
    missing: Missing = "error",
    bootstrap: int = 1000,
    seed: int = 0,
    units: By = "auto",
    runs: Sequence[str | Path] = (),
    baselines: bool = False,
    max_bytes: int = DEFAULT_MAX_BYTES,
    columns: Mapping[str, str] | None = None,
    name_regex: str | None = None,
    tasks: Tasks = (),
    trained_on: Sequence[str | Path] = (),
    progress: Progress | None = None,
    cluster: bool | None = None,
) -> Report:
    """Score a model's predictions.

    If rows contain the model's `text` but not the labels or polarity that are needed, the rules of
    `merunibench.extraction` extract these, as the signature records.

    Args:
        predictions: A folder of official results, a folder of `<dataset>.<ext>` files, one file (with one data set
            named), or data in memory: data set -> a table (data frame, Arrow table, list of rows), or sample name ->
            labels (or polarity).
        data_root: The folder with the ground truth, or ground truth in memory: data set -> sample name -> label. None
            if own data sets name their label files.
        datasets: Data set or data sets to score; by default all that have predictions and ground truth.
        model: Model folder to score, if `predictions` contains several.
        lexicon: A lexicon, its name, or the path of an official release or compiled lexicon.
        protocol: Scoring protocol; published results use `official`.
        level: Wheel level whose sectors count; published scores use 1.
        checkpoint: `best-per-dataset`, `best-overall`, `last`, or a checkpoint's name.
        missing: What to do about samples without a prediction: `error`, `zero` (count as wrong), `skip` (leave out).
        bootstrap: Number of resamples behind the 95 % intervals; 0 for none.
        seed: Seed of the resampling.
        units: Resampling units: `auto` and `clusters` use dialogues and videos if a data set has them; or `samples`.
        runs: Further runs of the same model, folders or files like `predictions`: scores are means over the runs.
        baselines: Whether to also score baselines, and the answers rewritten to head words (`Report.worth`).
        max_bytes: Largest size in bytes that a compressed file may unpack to.
        columns: Columns of `name`, `text`, `labels` or `polarity` in the predictions, if they have other names: a
            column, or a dotted path into nested values.
        name_regex: A regular expression with one group that extracts the sample name from a prediction's name.
        tasks: Data sets of your own: definitions, task files, or folders of them. Or a mapping of definitions by id,
            which replace the built-in ones, to score data of another size as if it were complete.
        trained_on: What the model was trained on: files of sample names, or names of data sets; warns about test
            samples among them.
        progress: Called with the current step, the number of steps done, and their total.
        cluster: Former option: True for `units="clusters"`, False for `units="samples"`.

    Returns:
        The report; all its scores are fractions.

    Raises:
        InputError: an argument or a file is invalid; the message says what, where and how to fix it.
    """
    chosen = lexicon if isinstance(lexicon, Lexicon) else load_lexicon(lexicon)
    units = units_of_former_option(units, cluster)
    settings = Settings(chosen, protocol, level, checkpoint, missing, bootstrap, seed, units)
    names = [datasets] if isinstance(datasets, str) else datasets
    known = as_task_set(tasks)
    wanted = [known.get_task(name).id for name in names or ()]
    only = wanted[0] if len(wanted) == 1 else None
    arrangement = Arrangement(columns or {}, name_regex)

    def opened(path: str | Path) -> PredictionSource:
        return open_predictions(
            Path(path), dataset=only, model=model, max_bytes=max_bytes, arrangement=arrangement, tasks=known
        )

    if isinstance(predictions, Mapping):
        source = predictions_in_memory(predictions, model=model, arrangement=arrangement, tasks=known)
    else:
        source = opened(predictions)
    others = [opened(path) for path in runs]
    truths = _find_truths(data_root, known)
    ids = _choose_datasets(source, truths, wanted)
    rule = resolve_rule({name: source.checkpoints(name) for name in ids}, settings.checkpoint)
    settings = replace(settings, checkpoint=rule)
    for path, other in zip(runs, others, strict=True):
        _refuse_another(path, other, source, ids)
    chosen_tasks = [known[name] for name in ids]
    every = [_score_all(each, truths, chosen_tasks, settings, max_bytes, progress) for each in (source, *others)]
    scores = _means_of_runs(every) if others else every[0]
    one_sided = () if wanted else _one_sided(source, truths)
    warnings = (*(remark for each in (source, *others) for remark in each.remarks), *one_sided, *known.disguises(ids))
    report = build_report(scores, settings, model=source.model, warnings=warnings, progress=progress)
    report = replace(report, warnings=(*report.warnings, *trained_on_tests(report.datasets, trained_on, known)))
    if not baselines:
        return report
    root = None if data_root is None or isinstance(data_root, Mapping) else Path(data_root)
    return replace(report, worth=_worth(report, truths, known, root, settings, max_bytes))


def _find_truths(data_root: str | Path | Mapping[str, object] | None, tasks: TaskSet) -> Truths:
    if isinstance(data_root, Mapping):
        named = find_labels(None, tasks)
        return {**named, **truth_in_memory(data_root, tasks)}
    return find_truth(None if data_root is None else Path(data_root), tasks)


def _worth(
    report: Report,
    truths: Truths,
    tasks: TaskSet,
    root: Path | None,
    settings: Settings,
    max_bytes: int,
) -> tuple[Worth, ...]:
    """Return baselines and head-word scores for every data set."""
    found = []
    for each in report.datasets:
        task = tasks[each.dataset]
        subtitles = None if root is None and task.home is None else read_subtitles(root, task)
        truth = _truth(task, truths[task.id], max_bytes)
        worth = worth_of(each, truth, subtitles, settings)
        references = references_of(each, truth, _said_elsewhere(task, truths, tasks, max_bytes), settings)
        found.append(replace(worth, references=references))
    return tuple(found)


def _said_elsewhere(task: Task, truths: Truths, tasks: TaskSet, max_bytes: int) -> Iterator[GroundTruth]:
    """Yield all labels of data sets that have clips from the same source but are another kind of task."""
    for name, where in truths.items():
        other = tasks[name]
        if other.namespace == task.namespace and other.kind != task.kind and other.has_sectors and task.has_sectors:
            yield (
                read_every_label(other, where, max_bytes=max_bytes)
                if isinstance(where, Path)
                else truth_from_table(where, other)
            )


def _truth(task: Task, where: Path | Table, max_bytes: int) -> GroundTruth:
    return load_truth(task, where, max_bytes=max_bytes) if isinstance(where, Path) else truth_from_table(where, task)


def _refuse_another(path: str | Path, other: PredictionSource, first: PredictionSource, ids: Sequence[str]) -> None:
    """Refuse a run that lacks a data set or a checkpoint of the first run: it is not of the same model."""
    for name in ids:
        if name not in other.files:
            raise InputError(
                f"{path}: no predictions for {name}, which the first run has; choose other data sets (--dataset)"
            )
        ours, theirs = (list(source.checkpoints(name)) for source in (first, other))
        if len(ours) != len(theirs) or (len(ours) > 1 and ours != theirs):
            raise InputError(
                f"{path}: {name} has the checkpoints {', '.join(theirs)}, but the first run has {', '.join(ours)}"
            )


def _means_of_runs(runs: Sequence[Mapping[str, Mapping[str, Scored]]]) -> dict[str, dict[str, Scored]]:
    """Return data set -> checkpoint -> mean over the runs; all runs have the same checkpoints in the same order."""
    return {
        name: {
            stem: mean_of_runs(each) for stem, *each in zip(found, *(run[name].values() for run in runs), strict=True)
        }
        for name, found in runs[0].items()
    }


def _choose_datasets(source: PredictionSource, truths: Truths, wanted: Sequence[str]) -> list[str]:
    """Return the ids of the data sets to score, in the order of the published tables."""
    for name in wanted:
        if name not in source.files:
            raise InputError(
                f"no predictions for {name}; there are predictions for {', '.join(source.files) or 'none'}"
            )
        if name not in truths:
            task = source.tasks[name]
            where = f"{task.folder}/{task.label_file} or " if task.folder and task.label_file else ""
            advice = f" (request it at {task.homepage})" if task.homepage else ""
            raise InputError(f"no ground truth for {name}; expected {where}{name}.csv below --data-root{advice}")
    found = source.tasks.in_order(wanted or set(source.files) & set(truths))
    if not found:
        raise InputError(
            f"no data set has both predictions and ground truth: there are predictions for "
            f"{', '.join(source.files) or 'none'}, ground truth for {', '.join(truths) or 'none'}"
        )
    return found


def _one_sided(source: PredictionSource, truths: Truths) -> tuple[str, ...]:
    """Return messages about data sets that are not scored because predictions or labels are missing."""
    predicted, known = set(source.files), set(truths)
    return (
        *(f"{name}: not scored, it has no ground truth" for name in source.tasks.in_order(predicted - known)),
        *(f"{name}: not scored, it has no predictions" for name in source.tasks.in_order(known - predicted)),
    )


def _score_all(
    source: PredictionSource,
    truths: Truths,
    tasks: Sequence[Task],
    settings: Settings,
    max_bytes: int,
    progress: Progress | None,
) -> dict[str, dict[str, Scored]]:
    """Return data set -> checkpoint -> its score."""
    plan = {task.id: checkpoints_to_score(source.checkpoints(task.id), settings.checkpoint) for task in tasks}
    total, done = sum(map(len, plan.values())), 0
    scores: dict[str, dict[str, Scored]] = {}
    extractor = Rules()
    for task in tasks:
        truth = _truth(task, truths[task.id], max_bytes)
        scores[task.id] = {}
        for stem in plan[task.id]:
            if progress:
                progress(f"{task.id} {stem}", done, total)
            scores[task.id][stem] = score_predictions(truth, source.load(task.id, stem, extractor), settings, stem)
            done += 1
    if progress:
        progress("all data sets", total, total)
    return scores
