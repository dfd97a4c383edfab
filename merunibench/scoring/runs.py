"""Combine several runs of one model, for example with different seeds, into one score: the mean over the runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from merunibench.errors import InputError
from merunibench.scoring.scored import Scored


def mean_of_runs(runs: Sequence[Scored]) -> Scored:
    """Compute the score of several runs of one checkpoint on one data set; all figures are means over the runs.

    Missing samples, failed samples and predictions without a ground truth are summed over all runs.

    Args:
        runs: Two or more runs, with their samples.

    Raises:
        InputError: They were scored differently, or on different samples.
    """
    first = runs[0]
    for number, other in enumerate(runs[1:], start=2):
        differing = first.signature.differences(other.signature)
        for name in ("labels", "polarity"):
            ours, theirs = getattr(first.signature, name), getattr(other.signature, name)
            differing += [f"{name} {ours} against {theirs}"] if ours != theirs else []
        if differing:
            raise InputError(f"{first.dataset}: run {number} differs from the first: {', '.join(differing)}")
    counts = [each.labels_per_sample for each in runs if each.labels_per_sample is not None]
    unknown = [each.out_of_lexicon for each in runs if each.out_of_lexicon is not None]
    return replace(
        first,
        score=fmean(each.score for each in runs),
        uncorrected=fmean(each.uncorrected for each in runs),
        chance=fmean(each.chance for each in runs),
        metrics=_mean([each.metrics for each in runs]),
        wheels=tuple(map(_mean, zip(*(each.wheels for each in runs), strict=True))),
        missing=sum(each.missing for each in runs),
        failed=sum(each.failed for each in runs),
        extra=sum(each.extra for each in runs),
        labels_per_sample=fmean(counts) if counts else None,
        out_of_lexicon=fmean(unknown) if unknown else None,
        further=_mean_of_further([each.further for each in runs]),
        remarks=(
            *(f"run {number}: {remark}" for number, each in enumerate(runs, start=1) for remark in each.remarks),
            *_copies(runs),
        ),
        account=None,
        signature=replace(first.signature, runs=len(runs)),
        samples_scored=None,
        runs=tuple(each.score for each in runs),
        run_samples=tuple(each.samples_scored for each in runs if each.samples_scored is not None),
    )


def _copies(runs: Sequence[Scored]) -> Iterator[str]:
    """Yield a remark for each duplicate run (same file or same seed), which makes the runs look too similar."""
    figures = [(each.score, each.metrics, each.wheels, each.labels_per_sample) for each in runs]
    for number, each in enumerate(figures):
        if each in figures[:number]:
            first = figures.index(each) + 1
            yield f"runs {first} and {number + 1} have exactly the same figures: if they are one run, give it once"


def _mean(figures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the mean of each figure; None if it is undefined, which depends only on the truth."""
    return {key: None if value is None else fmean(each[key] for each in figures) for key, value in figures[0].items()}


def _mean_of_further(figures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the mean of each figure, including nested figures."""
    nested = {key: [each[key] for each in figures] for key, value in figures[0].items() if isinstance(value, Mapping)}
    plain = [{key: value for key, value in each.items() if key not in nested} for each in figures]
    means = _mean(plain) | {key: _mean(values) for key, values in nested.items()}
    return {key: means[key] for key in figures[0]}
