"""Figures of one question each: confusion on a wheel, labels against score, modalities, checkpoints."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from merunibench.errors import InputError
from merunibench.plotting import style
from merunibench.plotting.scores import label, score_title
from merunibench.plotting.series import Point, Series, point_of, titles_of
from merunibench.report.error_analysis.result import Confusion

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STEP = re.compile(r"\d+")


def confusion(figure: "Figure", found: Confusion, title: str) -> None:
    """What was said in the place of what is true: shares of each row in percent, and how many samples it has."""
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
    axes.set_xlabel("Said in its place, % of the row")
    axes.set_title(label(title), loc="left")


def labels(figure: "Figure", models: Sequence[Series]) -> None:
    """Mean number of labels against score: a point per data set, a colour per model."""
    figure.set_figheight(min(figure.get_figwidth(), 3.2) * 0.82 + 0.17 * (len(models) > 1))
    axes = figure.subplots()
    places: list[tuple[float, float, str]] = []
    for place, series in enumerate(models):
        points = [point for point in series.points if point.labels is not None]
        xs, ys = [point.labels or 0.0 for point in points], [100 * point.score for point in points]
        places += [(x, y, point.title) for x, y, point in zip(xs, ys, points, strict=True)]
        axes.plot(
            xs, ys, style.MARKERS[place], color=style.colour(place), markeredgecolor="white", markeredgewidth=0.4,
            markersize=5, label=label(series.model),
        )  # fmt: skip
    if not places:
        raise InputError("no report says how many labels a sample has; score again, with basic or fine-grained data")
    widest = max(x for x, _, _ in places)
    axes.set_xlim(0, 1.28 * widest or 1)
    low = min(0.0, *(y for _, y, _ in places))
    axes.set_ylim(low - 3, 105)
    _name_points(axes, places)
    axes.grid(visible=True)
    axes.set_xlabel("Labels per sample (mean)")
    axes.set_ylabel(score_title(models))
    if len(models) > 1:
        figure.legend(loc="outside upper center", ncols=min(3, len(models)), borderaxespad=0.2)


def _name_points(axes: Any, places: Sequence[tuple[float, float, str]]) -> None:  # noqa: ANN401 - matplotlib's
    """A name beside each point; where names would overlap they are moved apart, upwards, in order."""
    taken: list[tuple[float, float]] = []
    reach = axes.get_xlim()[1] * 0.26
    for x, y, title in sorted(places, key=lambda each: (each[1], each[0])):
        height = y
        while any(abs(x - other) < reach and abs(height - level) < 5.5 for other, level in taken):
            height += 1.0
        taken.append((x, height))
        axes.annotate(
            title,
            (x, y),
            (x + 0.02 * axes.get_xlim()[1], height),
            fontsize=5.5,
            va="center",
            color=style.token("dim"),
            annotation_clip=False,
        )


def modalities(figure: "Figure", models: Sequence[Series]) -> None:
    """An ablation: the conditions side by side in the order given, a thin line per data set, means thick."""
    if len(models) < 2:
        raise InputError("an ablation needs at least 2 reports, one for each condition, named by --name")
    titles = titles_of(models)
    means = {point.name for each in models for point in each.means}
    figure.set_figheight(2.5)
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
    _name_ends(axes, ends, len(models) - 1)
    axes.set_xticks(range(len(models)), [label(series.model) for series in models])
    axes.set_xlim(-0.15, len(models) - 1 + 0.62 * (len(models) - 1) / figure.get_figwidth() * 3.0)
    axes.grid(axis="y")
    axes.set_ylabel(score_title(models))


def _whiskers(axes: Any, points: Sequence[Point | None], colour: str) -> None:  # noqa: ANN401
    for x, point in enumerate(points):
        if point is not None and point.ci is not None:
            axes.plot([x, x], [100 * end for end in point.ci], color=colour, linewidth=1.0, alpha=0.6)


def _name_ends(axes: Any, ends: Sequence[tuple[float, str, str]], x: float) -> None:  # noqa: ANN401
    """Names at the right ends of lines, moved apart as far as they would overlap."""
    low, high = axes.get_ylim()
    gap = (high - low) * 0.052
    placed: list[float] = []
    ordered = sorted(ends)
    for y, _, _ in ordered:
        placed.append(max(y, placed[-1] + gap) if placed else y)
    excess = max(0.0, placed[-1] - high) if placed else 0.0
    for (y, title, colour), height in zip(ordered, placed, strict=True):
        axes.annotate(
            title,
            (x, y),
            (x + 0.04 * max(x, 1), height - excess / 2),
            fontsize=5.8,
            va="center",
            color=colour,
            annotation_clip=False,
        )


def checkpoints(figure: "Figure", models: Sequence[Series]) -> None:
    """Score by checkpoint, a line per data set; the ring is the checkpoint whose score was reported."""
    if len(models) > 1:
        raise InputError("a curve of checkpoints is of one report; give one")
    curves = [point for point in models[0].points if point.checkpoints and len(point.checkpoints) > 1]
    if not curves:
        raise InputError(
            f"{models[0].model}: no data set has several checkpoints; score a folder of several (--checkpoint)"
        )
    thin = len(curves) > style.MOST_MODELS
    names = list(dict.fromkeys(name for point in curves for name in point.checkpoints or {}))
    steps = _steps(names)
    order = sorted(names, key=lambda name: (steps[name], names.index(name)))
    figure.set_figheight(2.5)
    axes = figure.subplots()
    ends: list[tuple[float, str, str]] = []
    for place, point in enumerate(curves):
        found = point.checkpoints or {}
        xs = [steps[name] for name in order if name in found]
        ys = [100 * found[name] for name in order if name in found]
        colour = style.token("edge") if thin else style.colour(place)
        axes.plot(xs, ys, color=colour, linestyle="-" if thin else style.LINES[place], marker="o", markersize=2)
        if point.checkpoint in found:
            chosen = steps[point.checkpoint], 100 * found[point.checkpoint]
            axes.plot(*chosen, "o", markersize=6, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=1.1)
        ends.append((ys[-1], point.title, style.token("ink") if thin else colour))
    last = max(steps.values())
    _name_ends(axes, ends, last)
    first = min(steps.values())
    axes.set_xlim(first - 0.03 * (last - first), last + 0.30 * (last - first) * 3.0 / figure.get_figwidth() + 1e-9)
    if any(steps[name] != place for place, name in enumerate(order)):
        axes.set_xlabel("Checkpoint (number in its name)")
    else:
        axes.set_xticks(range(len(order)), list(map(label, order)), rotation=35, ha="right", rotation_mode="anchor")
        axes.set_xlabel("Checkpoint")
    axes.grid(axis="y")
    axes.set_ylabel(score_title(models))


def _steps(names: Sequence[str]) -> dict[str, float]:
    """Checkpoint -> its number, where all names differ in one number alone; else its place."""
    numbers = [list(map(int, _STEP.findall(name))) for name in names]
    if len({len(each) for each in numbers}) == 1 and len({_STEP.sub("#", name) for name in names}) == 1:
        columns = list(zip(*numbers, strict=True))
        differing = [column for column in columns if len(set(column)) == len(names)]
        if len(differing) >= 1 and sum(len(set(column)) > 1 for column in columns) == 1:
            return dict(zip(names, map(float, differing[0]), strict=True))
    return {name: float(place) for place, name in enumerate(names)}
