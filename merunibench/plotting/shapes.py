"""Figures for specific questions: confusion on a wheel, labels against score, modalities, checkpoints."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from merunibench.errors import InputError
from merunibench.plotting import style
from merunibench.plotting.scores import label, score_title
from merunibench.plotting.series import Point, Series, point_of, titles_of
from merunibench.report import BENCHMARK_DATASETS
from merunibench.report.error_analysis.result import Confusion
from merunibench.signature import Signature

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STEP = re.compile(r"\d+")


def confusion(figure: "Figure", found: Confusion, title: str) -> None:
    """Draw what was predicted instead of the truth: shares of each row in percent, and its number of samples."""
    from matplotlib.colors import LinearSegmentedColormap

    shares = 100 * np.array(found.shares)
    rows, columns = shares.shape
    side = (figure.get_figwidth() - 1.25) / columns
    figure.set_figheight(1.15 + min(side, 0.34) * rows)
    axes = figure.subplots()
    hues = LinearSegmentedColormap.from_list("paper", [style.token("ground"), style.token("accent")])
    axes.imshow(shares, cmap=hues, vmin=0, vmax=100, aspect="auto")
    size = style.SMALL if side > 0.27 else 5.0
    for row in range(rows):
        for column in range(columns):
            share = shares[row, column]
            if share >= 0.5:
                ink = "white" if share > 55 else style.token("ink")
                axes.text(column, row, f"{share:.0f}", ha="center", va="center", color=ink, fontsize=size)
    names = [f"{name} ({total:,})" for name, total in zip(found.rows, found.totals, strict=True)]
    axes.set_yticks(range(rows), list(map(label, names)))
    axes.set_xticks(range(columns), list(map(label, found.columns)), rotation=40, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    axes.axvline(columns - 1.5, color=style.token("edge"), linewidth=0.8)
    axes.set_ylabel(f"True {found.what} (samples)")
    axes.set_xlabel("Predicted instead, % of row")
    axes.set_title(label(title), loc="left")


def labels(figure: "Figure", models: Sequence[Series]) -> None:
    """Draw the mean number of labels against the score, with a point per data set.

    Points of a single model are named. For several models they are faint, and a large point is each model's mean.
    """
    figure.set_figheight(min(figure.get_figwidth(), 3.2) * 0.8 + 0.17 * (len(models) > 1))
    axes = figure.subplots()
    places: list[tuple[float, float, str]] = []
    for place, series in enumerate(models):
        points = [point for point in series.points if point.labels is not None]
        xs, ys = [point.labels or 0.0 for point in points], [100 * point.score for point in points]
        places += [(x, y, point.title) for x, y, point in zip(xs, ys, points, strict=True)]
        sign: dict[str, Any] = {"marker": style.MARKERS[place], "color": style.colour(place), "linestyle": ""}
        several = len(models) > 1
        axes.plot(xs, ys, **sign, alpha=0.4 if several else 1.0, markeredgewidth=0, markersize=3.5 if several else 4.5)
        if several and points:
            large: dict[str, Any] = {"markersize": 8, "markeredgecolor": "white", "markeredgewidth": 0.6}
            axes.plot([np.mean(xs)], [np.mean(ys)], **sign, **large, label=label(series.model))
    if not places:
        raise InputError(
            "no report contains the number of labels per sample; score again with basic or fine-grained data"
        )
    axes.set_xlim(0, 1.2 * max(x for x, _, _ in places) or 1)
    axes.set_ylim(min(-3.0, *(y - 3 for _, y, _ in places)), 105)
    if len(models) == 1:
        _name_points(axes, places)
    axes.grid(visible=True)
    axes.set_xlabel("Labels per sample (mean)")
    axes.set_ylabel(score_title(models))
    if len(models) > 1:
        figure.legend(loc="outside upper center", ncols=min(3, len(models)), borderaxespad=0.2)


def _name_points(axes: Any, places: Sequence[tuple[float, float, str]]) -> None:  # noqa: ANN401 - matplotlib's
    """Place a name next to each point, shifted where names would overlap, with a thin line to its point."""
    right = axes.get_xlim()[1]
    heights = _apart([y for _, y, _ in places], 6.0, axes.get_ylim())
    for (x, y, title), height in zip(places, heights, strict=True):
        _name(axes, title, (x, y), (x + 0.035 * right, height), style.token("dim"))


def _name(axes: Any, title: str, point: tuple[float, float], at: tuple[float, float], colour: str) -> None:  # noqa: ANN401
    axes.annotate(
        title,
        point,
        at,
        fontsize=5.8,
        va="center",
        color=colour,
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-",
            "color": style.token("line"),
            "linewidth": 0.5,
            "shrinkA": 1,
            "shrinkB": 2,
            "relpos": (0, 0.5),
        },
    )


def _apart(heights: Sequence[float], gap: float, limits: tuple[float, float]) -> list[float]:
    """The heights nearest to the given ones, in order, that differ by at least the gap and stay within the limits."""
    order = sorted(range(len(heights)), key=lambda each: (heights[each], each))
    groups: list[list[int]] = []

    def middle(group: list[int]) -> float:
        low, high = limits
        half = gap * (len(group) - 1) / 2
        wanted = float(np.mean([heights[each] for each in group]))
        return min(max(wanted, low + half), high - half)

    for each in order:
        groups.append([each])
        while (
            len(groups) > 1 and middle(groups[-1]) - middle(groups[-2]) < gap * (len(groups[-1]) + len(groups[-2])) / 2
        ):
            last = groups.pop()
            groups[-1] += last
    found = list(heights)
    for group in groups:
        for place, each in enumerate(group):
            found[each] = middle(group) + gap * (place - (len(group) - 1) / 2)
    return found


def modalities(figure: "Figure", models: Sequence[Series]) -> None:
    """Draw an ablation: conditions side by side in the given order, thin lines for data sets, thick ones for means."""
    if len(models) < 2:
        raise InputError("an ablation needs at least 2 reports, one for each condition, named by --name")
    titles = titles_of(models)
    means = {point.name for each in models for point in each.means}
    figure.set_figheight(2.7)
    axes = figure.subplots()
    ends: list[tuple[float, str, str]] = []
    place = 0
    for name, title in titles.items():
        points = [point_of(series, name) for series in models]
        ys = [np.nan if point is None else 100 * point.score for point in points]
        colour = style.colour(place) if name in means else style.token("edge")
        if name in means:
            axes.plot(
                ys, color=colour, marker=style.MARKERS[place], linestyle=style.LINES[place], linewidth=1.8, zorder=3
            )
            _whiskers(axes, points, colour)
            place += 1
        else:
            axes.plot(ys, color=colour, linewidth=0.7, marker="o", markersize=2)
        if not np.isnan(ys[-1]):
            ends.append((ys[-1], title, colour if name in means else style.token("dim")))
    end = len(models) - 1
    _name_ends(axes, ends, end, 0.05 * end)
    axes.set_xticks(range(len(models)), [label(series.model) for series in models])
    axes.set_xlim(-0.05 * end, end + 1.1 * end / figure.get_figwidth())
    axes.grid(axis="y")
    axes.set_ylabel(score_title(models))


def _whiskers(axes: Any, points: Sequence[Point | None], colour: str) -> None:  # noqa: ANN401
    for x, point in enumerate(points):
        if point is not None and point.ci is not None:
            axes.plot([x, x], [100 * end for end in point.ci], color=colour, linewidth=1.0, alpha=0.6)


def _name_ends(axes: Any, ends: Sequence[tuple[float, str, str]], x: float, room: float) -> None:  # noqa: ANN401
    """Place names at the right ends of lines, shifted where they would overlap.

    Args:
        axes: The axes to draw on.
        ends: Height, name and colour of each.
        x: Where the lines end.
        room: Distance of the names from the ends of the lines.
    """
    low, high = axes.get_ylim()
    heights = _apart([y for y, _, _ in ends], 0.05 * (high - low), (low, high))
    for (y, title, colour), height in zip(ends, heights, strict=True):
        _name(axes, title, (x, y), (x + room, height), colour)


_OF_KINDS = {"basic": 0, "sentiment": 1, "fine-grained": 3}
"""Kind of task -> index of its colour."""


def checkpoints(figure: "Figure", models: Sequence[Series]) -> None:
    """Draw the score by checkpoint, a line per data set; the ring is the checkpoint whose score was reported."""
    if len(models) > 1:
        raise InputError("a curve of checkpoints shows one report; give one")
    curves = [point for point in models[0].points if point.checkpoints and len(point.checkpoints) > 1]
    if not curves:
        raise InputError(f"{models[0].model}: no data set has several checkpoints, so there is no curve")
    names = list(dict.fromkeys(name for point in curves for name in point.checkpoints or {}))
    steps = _steps(names)
    order = sorted(names, key=lambda name: (steps[name], names.index(name)))
    figure.set_figheight(2.7)
    axes = figure.subplots()
    last, first = max(steps.values()), min(steps.values())
    ends: list[tuple[float, str, str]] = []
    for point in curves:
        found = point.checkpoints or {}
        there = [name for name in order if name in found]
        place = _OF_KINDS.get(Signature.parse(point.signature).kind, 4)
        colour, line = style.colour(place), style.LINES[place]
        xs, ys = [steps[name] for name in there], [100 * found[name] for name in there]
        axes.plot(xs, ys, color=colour, linestyle=line, linewidth=0.9, marker=style.MARKERS[place], markersize=2.2)
        if point.checkpoint in found:
            chosen = [steps[point.checkpoint]], [100 * found[point.checkpoint]]
            axes.plot(*chosen, "o", markersize=6, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=0.9)
        if there[-1] == order[-1]:
            ends.append((ys[-1], point.title, colour))
    _mean_curve(axes, curves, steps, order, ends)
    length = last - first
    _name_ends(axes, ends, last, 0.05 * length)
    axes.set_xlim(first - 0.04 * length, last + 0.9 * length / figure.get_figwidth())
    if any(steps[name] != place for place, name in enumerate(order)):
        if len(steps) <= 8:
            axes.set_xticks(sorted(steps.values()))
        axes.set_xlabel("Checkpoint (number in its name)")
    else:
        axes.set_xticks(range(len(order)), list(map(label, order)), rotation=35, ha="right", rotation_mode="anchor")
        axes.set_xlabel("Checkpoint")
    axes.grid(axis="y")
    axes.set_ylabel(score_title(models))


def _mean_curve(
    axes: Any,  # noqa: ANN401 - matplotlib's
    curves: Sequence[Point],
    steps: dict[str, float],
    order: Sequence[str],
    ends: list[tuple[float, str, str]],
) -> None:
    """Draw the mean over the nine at every checkpoint, if all data sets have all checkpoints."""
    nine = [point for point in curves if point.name in BENCHMARK_DATASETS]
    if len(nine) < len(BENCHMARK_DATASETS) or any(set(point.checkpoints or {}) != set(order) for point in nine):
        return
    ys = [100 * float(np.mean([(point.checkpoints or {})[name] for point in nine])) for name in order]
    axes.plot([steps[name] for name in order], ys, color=style.token("ink"), linewidth=1.8, zorder=3)
    ends.append((ys[-1], "Mean of nine", style.token("ink")))


def _steps(names: Sequence[str]) -> dict[str, float]:
    """Checkpoint -> its number, if names differ only in numbers and the first number is unique; otherwise its position.

    Example:
        >>> _steps(["checkpoint_000030_loss_0.602", "checkpoint_000035_loss_0.597"])
        {'checkpoint_000030_loss_0.602': 30.0, 'checkpoint_000035_loss_0.597': 35.0}
    """
    if len({_STEP.sub("#", name) for name in names}) == 1:
        columns = zip(*([float(found[:15]) for found in _STEP.findall(name)] for name in names), strict=True)
        differing = [column for column in columns if len(set(column)) > 1]
        if differing and len(set(differing[0])) == len(names):
            return dict(zip(names, differing[0], strict=True))
    return {name: float(place) for place, name in enumerate(names)}
