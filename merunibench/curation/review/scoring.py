"""Evaluate reviewers' answers: their agreement with each other and with the pipeline.

The verdict on a row is that of most of its reviewers. If they are divided, there is no verdict and the row is ignored.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from merunibench._text import short_repr
from merunibench.curation.agreement import alpha_of_sets, krippendorff_alpha
from merunibench.curation.columns import places
from merunibench.curation.decisions import Decisions, stale
from merunibench.curation.filtering import filter_rows, stored_settings
from merunibench.curation.folder import REVIEW, Folder
from merunibench.curation.review.answers import Answer, read_answers, read_sheets
from merunibench.curation.review.estimates import FloatArray, Mask, weighted_recall, weighted_share
from merunibench.curation.review.preferences import COLUMN, score_preferences
from merunibench.curation.review.result import Agreement, Faults, Keeping, Overlap, Review
from merunibench.curation.review.sampling import Chosen, identity, read_sample
from merunibench.curation.review.sheet import RIGHT
from merunibench.errors import InputError
from merunibench.labels import LabelLists
from merunibench.lexicon import Lexicon, load_lexicon
from merunibench.protocols.official import SetF1
from merunibench.statistics import interval, pool, resampled_sums

READINGS = {"strict": ("yes",), "lenient": ("yes", "partly")}
"""The answers to `right` with which a description counts as right."""


def score_review(folder: Folder, paths: Sequence[Path], *, resamples: int = 1000, seed: int = 0) -> Review:
    """Score sheets of answers, and tables of preferences.

    Args:
        folder: The data set; not needed for tables of preferences.
        paths: The tables; those with a column `preference` are tables of preferences.
        resamples: Number of bootstrap resamples of F; 0 for no intervals.
        seed: Seed of resampling.

    Raises:
        InputError: a table is broken or belongs to another sample; see `read_answers` and `score_preferences`.
    """
    tables = read_sheets(paths)
    chosen = [table for table in tables if COLUMN in table.columns]
    sheets = [table for table in tables if COLUMN not in table.columns]
    preferences = tuple(score_preferences(chosen))
    if not sheets:
        return Review(preferences=preferences)
    sample = read_sample(folder, REVIEW)
    known_by = identity(sample)
    answers = read_answers(sheets, sample, known_by)
    settings = stored_settings(folder)
    lexicon = load_lexicon(settings.lexicon)
    reviewed = _Reviewed.of(sample, answers, filter_rows(folder, settings))
    readings = {name: reviewed.verdicts(right) for name, right in READINGS.items()}
    return Review(
        sample=known_by,
        clips=len(sample),
        reviewers=dict(sorted(Counter(each.reviewer for each in answers).items())),
        agreement=_agreement(reviewed, lexicon),
        keeping={name: _keeping(reviewed, verdicts) for name, verdicts in readings.items()},
        emotions=_emotions(reviewed, lexicon, resamples, seed),
        filters=_faults(reviewed, readings["strict"]),
        preferences=preferences,
        remarks=_remarks(folder, sample, answers, reviewed),
    )


@dataclass(frozen=True, eq=False)
class _Reviewed:
    """The R answered clips that are still in the data set.

    Attributes:
        names: Their names.
        answers: Reviewer -> answer, for each clip.
        weights: Inverse probabilities, shape (R,).
        rows: Their rows in the data set, shape (R,).
        decisions: The decisions on the data set's rows.
        gone: Answered clips that are no longer in the data set.
    """

    names: tuple[str, ...]
    answers: tuple[dict[str, Answer], ...]
    weights: FloatArray
    rows: npt.NDArray[np.int64]
    decisions: Decisions
    gone: tuple[str, ...]

    @classmethod
    def of(cls, sample: Sequence[Chosen], answers: Sequence[Answer], decisions: Decisions) -> "_Reviewed":
        by_name: dict[str, dict[str, Answer]] = defaultdict(dict)
        for each in answers:
            by_name[each.name][each.reviewer] = each
        answered = [each for each in sample if each.name in by_name]
        row_of = places(pa.array([each.name for each in answered], pa.large_string()), decisions.rows.names)
        here = [each for each, row in zip(answered, row_of.tolist(), strict=True) if row >= 0]
        gone = tuple(each.name for each, row in zip(answered, row_of.tolist(), strict=True) if row < 0)
        if not here:
            raise InputError(f"none of the {len(answered)} answered clips is still in the data set")
        return cls(
            tuple(each.name for each in here),
            tuple(by_name[each.name] for each in here),
            np.array([1 / each.probability for each in here]),
            row_of[row_of >= 0],
            decisions,
            gone,
        )

    @property
    def kept(self) -> Mask:
        """Whether each clip is kept, shape (R,)."""
        return self.decisions.kept[self.rows]

    @property
    def reviewers(self) -> list[str]:
        """The reviewers who answered."""
        return sorted({reviewer for answers in self.answers for reviewer in answers})

    def verdicts(self, right: Sequence[str]) -> FloatArray:
        """Return whether each row should be kept, shape (R,): 1, 0, NaN if not answered or reviewers are divided.

        A row should be kept if the visible person speaks (`unsure` counts as yes) and the description is right.
        """
        found = np.full(len(self.answers), np.nan)
        for row, answers in enumerate(self.answers):
            votes = [_vote(answer, right) for answer in answers.values()]
            for_it, against = votes.count(True), votes.count(False)
            if for_it != against:
                found[row] = for_it > against
        return found


def _vote(answer: Answer, right: Sequence[str]) -> bool | None:
    if answer.speaks == "no":
        return False
    return answer.right in right if answer.right else None


def _agreement(reviewed: _Reviewed, lexicon: Lexicon) -> dict[str, Agreement]:
    """Return the agreement of reviewers on each question."""
    people = reviewed.reviewers
    found = {}
    for question, values in (("speaks", ("yes", "no")), ("right", tuple(RIGHT))):
        codes = np.array(
            [
                [values.index(value) if (value := _said(answers, who, question)) in values else -1 for who in people]
                for answers in reviewed.answers
            ]
        )
        found[question] = Agreement(*_units(codes >= 0), _defined(krippendorff_alpha(codes)), _equal(codes))
    lists = [[list(_labels(answers, who)) for answers in reviewed.answers] for who in people]
    given = np.array([[bool(labels) for labels in each] for each in lists]).T
    alpha = alpha_of_sets([LabelLists.from_fields(each) for each in lists], lexicon)
    found["emotions"] = Agreement(*_units(given), _defined(alpha), None)
    return found


def _said(answers: dict[str, Answer], who: str, question: str) -> str:
    return str(getattr(answers[who], question)) if who in answers else ""


def _labels(answers: dict[str, Answer], who: str) -> tuple[str, ...]:
    return answers[who].emotions if who in answers else ()


def _units(given: Mask) -> tuple[int, int]:
    """Return the number of clips with two or more answers, and of these answers."""
    several = given.sum(axis=1) > 1
    return int(several.sum()), int(given[several].sum())


def _equal(codes: npt.NDArray[np.integer]) -> float | None:
    """Return the share of equal pairs of answers about a clip, mean of the clips; None without pairs."""
    shares = []
    for row in codes:
        counts = np.bincount(row[row >= 0])
        total = counts.sum()
        if total > 1:
            shares.append(float((counts * (counts - 1)).sum() / (total * (total - 1))))
    return float(np.mean(shares)) if shares else None


def _defined(value: float) -> float | None:
    return None if math.isnan(value) else value


def _keeping(reviewed: _Reviewed, verdicts: FloatArray) -> Keeping:
    """Return precision and recall of keeping."""
    judged, right, kept = ~np.isnan(verdicts), verdicts == 1, reviewed.kept
    return Keeping(
        int(judged.sum()),
        weighted_share(right, judged & kept, reviewed.weights),
        weighted_recall(right, kept, judged, reviewed.weights),
        weighted_share(right, judged, reviewed.weights),
    )


def _emotions(reviewed: _Reviewed, lexicon: Lexicon, resamples: int, seed: int) -> dict[str, Overlap]:
    """Return F of the descriptions' labels against all emotions that reviewers named."""
    named = [[label for answer in answers.values() for label in answer.emotions] for answers in reviewed.answers]
    rows = reviewed.decisions.rows
    counted = np.array([bool(labels) for labels in named]) & rows.labelled[reviewed.rows]
    true = lexicon.sector_sets(LabelLists.from_fields(named))
    said = lexicon.sector_sets(rows.labels.take(reviewed.rows))
    metric = SetF1()
    found = {}
    groups = {"all": np.ones(len(counted), bool), "kept": reviewed.kept, "dropped": ~reviewed.kept}
    for draw, (name, group) in enumerate(groups.items()):
        here = counted & group
        statistics = metric.statistics(true[:, here], said[:, here]) * reviewed.weights[here]
        figures = metric.summary(statistics.sum(axis=1)).metrics
        span = None
        if resamples and here.sum() > 1:
            seeds = [seed, draw]
            span = interval(np.asarray(metric.score(resampled_sums(pool(statistics, None, seeds), resamples, seeds))))
        f, precision, recall = (
            _defined(float(figures[key])) if here.any() else None for key in ("f", "precision", "recall")
        )
        found[name] = Overlap(int(here.sum()), f, precision, recall, span)
    return found


def _faults(reviewed: _Reviewed, verdicts: FloatArray) -> tuple[Faults, ...]:
    """Return the rows that each filter drops but should keep, whatever the others decide."""
    judged, found = ~np.isnan(verdicts), []
    answered = reviewed.decisions.rows.measures.answered
    for outcome in reviewed.decisions.outcomes:
        if not outcome.measured:
            continue
        drops = outcome.drops[reviewed.rows] & judged
        share = weighted_share(verdicts == 1, drops, reviewed.weights)
        total = int((outcome.drops & answered).sum())
        names = tuple(reviewed.names[row] for row in np.flatnonzero(drops & (verdicts == 1)).tolist())
        found.append(Faults(outcome.name, total, int(drops.sum()), share, names))
    return tuple(found)


def _remarks(
    folder: Folder, sample: Sequence[Chosen], answers: Sequence[Answer], reviewed: _Reviewed
) -> tuple[str, ...]:
    old = stale(reviewed.decisions, folder)
    remarks = [old] if old else []
    answered = {each.name for each in answers}
    if len(answered) < len(sample):
        remarks.append(
            f"{len(sample) - len(answered)} of {len(sample)} clips are not answered yet; since clips are in random "
            "order, the answered ones represent them"
        )
    half = sum(not each.right and each.speaks != "no" for each in answers)
    if half:
        remarks.append(f"{half} answers do not say whether the description is right; they give no verdict")
    divided = int(np.isnan(reviewed.verdicts(READINGS["strict"])).sum())
    if divided:
        remarks.append(f"{divided} clips have no verdict: not fully answered, or reviewers are divided")
    if reviewed.gone:
        remarks.append(
            f"{len(reviewed.gone)} answered clips are no longer in the data set, such as {short_repr(reviewed.gone[0])}"
        )
    return tuple(remarks)
