"""A board of invented models, as large as wanted: what tables and page are tested with.

python -m tests.leaderboard.sample 200 /tmp/board      # writes results.json and details/<model>.json
"""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np

from merunibench.files import write_text
from merunibench.kinds import KINDS
from merunibench.leaderboard.board.lifts import with_lifts
from merunibench.leaderboard.board.ranking import group_mark
from merunibench.leaderboard.board.rows import ON_TEST
from merunibench.leaderboard.board.verdict import sentence_of
from merunibench.leaderboard.schema.details import Details, Losses, Part, WheelConfusion, Word, Words
from merunibench.leaderboard.schema.results import (
    MEAN,
    Board,
    Comparisons,
    Dataset,
    Model,
    NotRecomputed,
    Pair,
    Rank,
    Refused,
    Results,
    Row,
    Score,
    TaskMean,
)
from merunibench.signature import Signature, joint_signature
from merunibench.statistics import groups
from merunibench.tasks import TASKS, benchmark_tasks

BOARDS = tuple(
    Board(
        id=f"{protocol}-{lexicon}",
        protocol=protocol,
        lexicon=lexicon,
        lexicon_sha256=digit * 64,
        title=f"{protocol.capitalize()} protocol, lexicon {lexicon}",
    )
    for protocol, lexicon, digit in (
        ("official", "mer2025", "a"),
        ("official", "mer2026", "b"),
        ("official", "builtin", "c"),
        ("strict", "builtin", "c"),
    )
)
HOSTILE = "<script>alert(1)</script> **b** [x](javascript:alert(1)) \"'&amp;"
SECTORS = ("mad", "sad", "happy", "scared", "disgusted", "surprised")
IDS = [task.id for task in benchmark_tasks()]


def sample(models=12, seed=0):
    """(results, model id -> details) of invented models; some are incomplete, one has several checkpoints."""
    rng = np.random.default_rng(seed)
    known = [_model(rng, index) for index in range(models)]
    baselines = [
        Model(id=f"baseline-{name}", name=title, origin="baseline", note="A rule, not a model.")
        for name, title in (("chance", "Chance"), ("stuffing", "Stuffing"), ("majority", "Majority"))
    ]
    published = [
        Model(
            id=f"published-{index}", name=f"Paper model {index}", origin="reported", source="A paper, Table 2", grade=g
        )
        for index, g in enumerate(("paper", "second-hand"))
    ]
    rows, comparisons = [], []
    for board in BOARDS:
        on_board = [row for index, model in enumerate(known) for row in _rows(rng, model, index, board)]
        on_board += [_row(rng, model, board, "single", IDS, level=0.3) for model in baselines]
        ranked = with_lifts(_with_ranks(on_board))
        rows += ranked
        comparisons += _comparisons(rng, board, ranked)
    rows += [_reported(rng, model) for model in published]
    results = Results(
        toolkit="0.1.0",
        metric_version=1,
        resamples=1000,
        seed=0,
        datasets=tuple(
            Dataset(id=t.id, title=t.title, kind=t.kind, samples=t.samples, benchmark=t.benchmark)
            for t in TASKS.values()
            if t.benchmark
        ),
        boards=BOARDS,
        models=(*known, *baselines, *published),
        rows=tuple(rows),
        comparisons=tuple(comparisons),
        pairs=tuple(_pairs(rows)),
        refused=(Refused(submission="evil-model", reasons=(f"submission.toml: model: {HOSTILE}",)),),
        not_recomputed=(NotRecomputed(model_id=known[0].id, dataset="mer2023", reason="no labels"),),
    )
    return results, {model.id: _details(rng, model, rows) for model in known}


def _model(rng, index):
    name = HOSTILE if index == 1 else f"Model {index}"
    return Model(
        id=f"model-{index}",
        name=name,
        origin="computed",
        authors=("A. Author", HOSTILE if index == 1 else "B. Author"),
        link="https://example.org/model" if index % 2 else None,
        paper="https://example.org/paper" if index % 3 else None,
        base_model="Invented-7B",
        parameters=int(rng.integers(1, 80)) * 10**9 if index % 5 else None,
        modalities=[("audio", "video", "text"), ("audio", "text"), ("text",), ()][index % 4],
        training_data=HOSTILE if index == 1 else "Invented captions",
        extractor="Invented-3B",
        date=f"2025-0{1 + index % 9}-11",
        licence="Apache-2.0",
        predictions=f"{index:064x}",
    )


def _rows(rng, model, index, board):
    held = IDS if index % 4 != 3 else IDS[: 2 + index % 5]
    selections = ("last", "best-overall", "best-per-dataset") if index == 0 else ("single",)
    return [_row(rng, model, board, selection, held, level=0.2 + 0.5 * rng.random()) for selection in selections]


def _row(rng, model, board, selection, held, level):
    scores = {name: _score(rng, board, name, selection, level) for name in held}
    complete = len(held) == len(IDS)
    mean = round(float(np.mean([each.score for each in scores.values()])), 10) if complete else None
    on_test = selection.startswith("best")
    counts = [each.labels_per_sample for each in scores.values() if each.labels_per_sample]
    return Row(
        id=f"{model.id}/{selection}/{board.id}",
        model=model.name,
        model_id=model.id,
        origin=model.origin,
        board=board.id,
        lexicon=board.lexicon,
        protocol=board.protocol,
        selection=selection,
        on_test=on_test,
        ranked=model.origin == "computed" and not on_test,
        unranked_because="baseline" if model.origin == "baseline" else ON_TEST if on_test else None,
        complete=complete,
        mean=mean,
        mean_ci=None if mean is None else (round(mean - 0.01, 10), round(mean + 0.01, 10)),
        labels_per_sample=float(np.mean(counts)),
        extractor="given",
        signature=str(joint_signature([Signature.parse(each.signature) for each in scores.values()])),
        scores=scores,
        task_means=_task_means(scores),
    )


def _pairs(rows):
    """Pairs of the ranked rows of every board; intervals and p are made up."""
    for board in BOARDS:
        ranked = [row for row in rows if row.board == board.id and row.ranked][:60]
        for first, second in combinations(ranked, 2):
            shared = [name for name in first.scores if name in second.scores]
            columns = {
                name: (round(first.scores[name].score - second.scores[name].score, 10), -0.01, 0.01, 0.5)
                for name in shared
            }
            if first.mean is not None and second.mean is not None:
                columns[MEAN] = (round(first.mean - second.mean, 10), -0.01, 0.01, 0.5)
            pair = Pair(a=first.id, b=second.id, columns=columns, swapped=True, sentence="…")
            yield pair.model_copy(update={"sentence": sentence_of(pair)})


def _task_means(scores):
    """Kind -> mean of its data sets, where all are there."""
    sets = {kind: [task.id for task in benchmark_tasks() if task.kind == kind] for kind in KINDS}
    means = {
        kind: round(float(np.mean([scores[name].score for name in ids])), 10)
        for kind, ids in sets.items()
        if ids and all(name in scores for name in ids)
    }
    return {
        kind: TaskMean(score=mean, ci=(round(mean - 0.01, 10), round(mean + 0.01, 10))) for kind, mean in means.items()
    }


def _score(rng, board, dataset, selection, level):
    task = TASKS[dataset]
    score = round(float(np.clip(level + 0.05 * rng.standard_normal(), 0, 1)), 10)
    words = task.kind != "sentiment"
    return Score(
        score=score,
        ci=(round(score - 0.02, 10), round(score + 0.02, 10)),
        chance=0.3,
        uncorrected=round(0.3 + 0.7 * score, 10) if board.protocol == "strict" else None,
        checkpoint="default" if selection == "single" else "checkpoint_000060",
        labels_per_sample=round(1 + 4 * float(rng.random()), 4) if words else None,
        out_of_lexicon=0.1 if words else None,
        samples=task.samples,
        missing=0,
        failed=0,
        complete=True,
        predictions="f" * 64,
        signature=f"mub|data:{dataset}|kind:{task.kind}|protocol:{board.protocol}|"
        f"lexicon:{board.label if words else 'none'}|level:1|labels:given|polarity:given|"
        f"checkpoint:{selection}|missing:zero|n:{task.samples}|gt:00000000|v:1|bootstrap:1000|seed:0|units:samples",
    )


def _with_ranks(rows):
    for column in (*IDS, *KINDS, MEAN):
        values = [(row.value(column), index) for index, row in enumerate(rows) if row.ranked]
        order = sorted((-value, index) for value, index in values if value is not None)
        spans = groups(np.abs(np.subtract.outer(range(len(order)), range(len(order)))) > 2)
        for place, (_, index) in enumerate(order, 1):
            rank = Rank(
                rank=place,
                of=len(order),
                low=max(1, place - 2),
                high=min(len(order), place + 2),
                mark=group_mark(*spans[place - 1]),
            )
            row = rows[index]
            if column == MEAN:
                rows[index] = row.model_copy(update={"mean_rank": rank})
            elif column in KINDS:
                means = {**row.task_means, column: row.task_means[column].model_copy(update={"rank": rank})}
                rows[index] = row.model_copy(update={"task_means": means})
            else:
                score = row.scores[column].model_copy(update={"rank": rank})
                rows[index] = row.model_copy(update={"scores": {**row.scores, column: score}})
    return rows


def _comparisons(rng, board, rows):
    for column in (*IDS, MEAN):
        there = [(-row.value(column), row.id) for row in rows if row.value(column) is not None]
        ids = [name for _, name in sorted(there)]
        ranked = {row.id for row in rows if row.ranked}
        # Ranked rows by how many ranked ones lie between them, as their intervals of ranks have it.
        places = [sum(name in ranked for name in ids[:at]) if key in ranked else at for at, key in enumerate(ids)]
        levels = tuple("".join(str(min(3, abs(i - j) // 3)) for j in places[:at]) for at, i in enumerate(places))
        yield Comparisons(board=board.id, dataset=column, rows=tuple(ids), levels=levels)


def _reported(rng, model):
    scores = {name: Score(score=round(float(0.4 + 0.4 * rng.random()), 4)) for name in IDS}
    stated = model.id == "published-0"
    return Row(
        id=f"{model.id}/not stated/{'official-mer2025' if stated else 'none'}",
        model=model.name,
        model_id=model.id,
        origin="reported",
        board="official-mer2025" if stated else None,
        lexicon="mer2025" if stated else None,
        protocol="official",
        selection="best-per-dataset" if stated else "not stated",
        on_test=stated,
        ranked=False,
        unranked_because="reported",
        shown=model.grade == "paper",
        complete=True,
        mean=0.6,
        scores=scores,
    )


def _details(rng, model, rows):
    parts = [
        Part(
            board=row.board,
            dataset=name,
            row=row.id,
            checkpoint=score.checkpoint,
            checkpoints={score.checkpoint: score.score},
            losses=Losses(
                metrics={"f": score.score},
                wheels=tuple({"f": score.score} for _ in range(5)) if score.labels_per_sample else (),
                scored=(TASKS[name].samples,) * (5 if score.labels_per_sample else 1),
                confusions=(_confusion(rng, sentiment=score.labels_per_sample is None),),
            ),
            words=Words(
                wrong=tuple(Word(word=word, count=9.4, total=20.0) for word in ("calm", "curious", HOSTILE)),
                missed=(Word(word="furious", count=4.0, total=8.0),),
                unknown=(Word(word="xylophone", count=2.0, total=2.0),),
            ),
        )
        for row in rows
        if row.model_id == model.id and not row.on_test
        for name, score in row.scores.items()
    ]
    command = f"merunibench leaderboard verify --submissions leaderboard/submissions/{model.id} --data-root DIR"
    bibtex = f"@misc{{{model.id},\n  title = {{{model.id}}},\n  year = {{2025}}\n}}\n"
    written = {(part.board, part.dataset): part.model_dump_json() for part in parts}
    return Details(model.id, (command,), bibtex, written)


def _confusion(rng, *, sentiment):
    names = ("positive", "neutral", "negative") if sentiment else SECTORS
    counts = tuple(tuple(float(n) for n in line) for line in rng.integers(0, 200, (len(names), len(names) + 1)))
    return WheelConfusion(wheel=None if sentiment else 1, rows=names, columns=(*names, "nothing"), counts=counts)


if __name__ == "__main__":
    number, folder = int(sys.argv[1]), Path(sys.argv[2])
    board, details = sample(number)
    write_text(folder / "results.json", board.to_json())
    for key, value in details.items():
        write_text(folder / "details" / f"{key}.json", value.to_json())
