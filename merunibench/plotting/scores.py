"""Scores on data sets with intervals and chance levels: as dots, bars, small multiples, or a radar chart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from merunibench.errors import InputError
from merunibench.plotting import style
from merunibench.plotting.series import Point, Series, point_of, titles_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT = -2.0
"""The start of a scale from 0, so that a dot at 0 is drawn completely."""
_LANE = 0.72
"""The share of a row, or of a group of bars, that its models occupy."""


def dots(figure: "Figure", models: Sequence[Series]) -> None:
    """Draw a row per data set and a dot per model with its interval; chance levels are short vertical lines."""
    titles = titles_of(models)
    step = _LANE / len(models) if len(models) > 1 else 0.0
    height = max(0.22, 0.085 * len(models) + 0.09)
    figure.set_figheight(0.62 + height * len(titles) + 0.17 * _legend_rows(models))
    axes = figure.subplots()
    for row, name in enumerate(titles):
        if row % 2:
            axes.axhspan(row - 0.5, row + 0.5, color=style.token("panel"), linewidth=0, zorder=0)
        for place, series in enumerate(models):
            point = point_of(series, name)
            if point is None:
                continue
            y = row + (place - (len(models) - 1) / 2) * step
            _dot(axes, point, y, place, size=step or 0.6)
    means = _first_mean(titles, models)
    if means:
        axes.axhline(means - 0.5, color=style.token("edge"), linewidth=0.6)
    axes.set_yticks(range(len(titles)), titles.values())
    axes.set_ylim(len(titles) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel(score_title(models))
    axes.set_xlim(*_limits(models))
    _legend(figure, models, chance=True)


def _dot(axes: "Axes", point: Point, y: float, place: int, *, size: float) -> None:
    colour = style.colour(place)
    if point.chance is not None:
        axes.plot([100 * point.chance] * 2, [y - 0.5 * size, y + 0.5 * size], color=colour, alpha=0.55, linewidth=1.0)
    if point.ci is not None:
        axes.plot([100 * end for end in point.ci], [y, y], color=colour, linewidth=1.1, solid_capstyle="butt")
    axes.plot(
        [100 * point.score], [y], style.MARKERS[place], color=colour, markeredgecolor="white", markeredgewidth=0.4
    )


def bars(figure: "Figure", models: Sequence[Series]) -> None:
    """Draw a group of bars per data set, with intervals; chance levels are lines across the bars."""
    titles = titles_of(models)
    figure.set_figheight(2.1 + 0.17 * _legend_rows(models))
    axes = figure.subplots()
    breadth = _LANE / len(models)
    for place, series in enumerate(models):
        for column, name in enumerate(titles):
            point = point_of(series, name)
            if point is None:
                continue
            x = column + (place - (len(models) - 1) / 2) * breadth
            score = 100 * point.score
            axes.bar(x, score, 0.92 * breadth, color=style.colour(place), alpha=0.85, linewidth=0)
            if point.ci is not None:
                axes.plot([x, x], [100 * end for end in point.ci], color=style.token("ink"), linewidth=0.8)
            if point.chance is not None:
                half = 0.46 * breadth
                axes.plot([x - half, x + half], [100 * point.chance] * 2, color="white", linewidth=2.2)
                axes.plot([x - half, x + half], [100 * point.chance] * 2, color=style.token("ink"), linewidth=0.9)
    axes.set_xticks(range(len(titles)), titles.values(), rotation=35, ha="right", rotation_mode="anchor")
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(titles) - 0.4)
    axes.grid(axis="y")
    axes.set_ylabel(score_title(models))
    low, high = _limits(models)
    axes.set_ylim(0 if low == _LEFT else low, high)
    _legend(figure, models, chance=True, shape="bar")


def multiples(figure: "Figure", models: Sequence[Series]) -> None:
    """Draw a small panel per data set with a row per model, all on one scale."""
    titles = titles_of(models)
    across = max(2, int(figure.get_figwidth() / 1.5))
    across = min(across, len(titles))
    down = -(-len(titles) // across)
    figure.set_figheight(0.45 + down * (0.36 + 0.17 * len(models)))
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for axes, (name, title) in zip(grid.flat, titles.items(), strict=False):
        for place, series in enumerate(models):
            point = point_of(series, name)
            if point is not None:
                _dot(axes, point, place, place, size=0.8)
        axes.set_title(title, loc="left", pad=3)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(models) - 0.4, -0.6)
    for axes in list(grid.flat)[len(titles) :]:
        axes.set_visible(False)
    grid[0][0].set_yticks(range(len(models)), [label(series.model) for series in models])
    engine: Any = figure.get_layout_engine()
    engine.set(wspace=0.05)
    grid[0][0].set_xlim(*_limits(models))
    figure.supxlabel(f"{score_title(models)}; vertical line: chance", fontsize=style.NORMAL)


def radar(figure: "Figure", models: Sequence[Series]) -> None:
    """Draw a polygon per model over the data sets. It cannot show intervals, so prefer `dots`."""
    titles = titles_of(models, means=False)
    if len(titles) < 3:
        raise InputError(f"a radar needs at least 3 data sets, there are {len(titles)}; draw --kind scores")
    if any(point.score < 0 for each in models for point in each.points):
        raise InputError("a radar cannot show scores below 0; draw --kind scores")
    figure.set_figheight(min(figure.get_figwidth(), 3.4) * 0.86 + 0.1 + 0.17 * _legend_rows(models))
    axes: Any = figure.add_subplot(projection="polar")
    angles = np.linspace(0, 2 * np.pi, len(titles), endpoint=False)
    for place, series in enumerate(models):
        points = [point_of(series, name) for name in titles]
        scores = [np.nan if point is None else 100 * point.score for point in points]
        closed = [*angles, angles[0]], [*scores, scores[0]]
        colour, line = style.colour(place), style.LINES[place]
        axes.plot(*closed, color=colour, linestyle=line, marker=style.MARKERS[place], markersize=3, linewidth=1.1)
        if not np.isnan(scores).any():
            axes.fill(*closed, color=colour, alpha=0.07, linewidth=0)
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_xticks(angles, [""] * len(titles))
    for angle, title in zip(angles, titles.values(), strict=True):
        side = np.sin(angle)
        align = "center" if abs(side) < 0.2 else "left" if side > 0 else "right"
        axes.text(angle, 107, title, ha=align, va="center", fontsize=style.SMALL)
    axes.set_ylim(0, 100)
    axes.set_yticks([25, 50, 75, 100], ["25", "50", "75", ""])
    axes.set_rlabel_position(180 / len(titles))
    axes.spines["polar"].set_color(style.token("line"))
    axes.grid(color=style.token("line"))
    _legend(figure, models, chance=False)


def score_title(models: Sequence[Series]) -> str:
    """The title of the score axis."""
    return "Score, corrected for chance (%)" if models[0].protocol.startswith("strict") else "Score (%)"


def label(model: str) -> str:
    """A model's name for a legend, in one line and without characters that change the text direction."""
    from merunibench._text import in_one_line

    return in_one_line(model, 40)


def _first_mean(titles: dict[str, str], models: Sequence[Series]) -> int:
    """The position of the first mean among the titles; 0 if there is none."""
    means = {point.name for each in models for point in each.means}
    return next((place for place, name in enumerate(titles) if name in means), 0)


def _limits(models: Sequence[Series]) -> tuple[float, float]:
    """From 0 to 100, or lower if chance-corrected scores are below 0."""
    points = [point for each in models for point in (*each.points, *each.means)]
    lowest = min(min(point.score, point.ci[0] if point.ci else point.score) for point in points)
    return (_LEFT if lowest >= 0 else 10 * np.floor(10 * lowest)), 102.0


def _legend_rows(models: Sequence[Series]) -> int:
    return 1 if len(models) == 1 else -(-len(models) // 3) + 1


def _legend(figure: "Figure", models: Sequence[Series], *, chance: bool, shape: str = "dot") -> None:
    """Draw the legend above the axes; for a single model, only the meaning of the lines."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    if len(models) > 1:
        for place, series in enumerate(models):
            colour, name = style.colour(place), label(series.model)
            marker = style.MARKERS[place]
            handles.append(
                Patch(color=colour, alpha=0.85, label=name, linewidth=0)
                if shape == "bar"
                else Line2D(
                    [], [], color=colour, marker=marker, label=name, linestyle="-" if chance else style.LINES[place]
                )
            )
    if chance:
        stroke = "_" if shape == "bar" else "|"
        handles.append(
            Line2D([], [], color=style.token("edge"), marker=stroke, linestyle="", markersize=7, label="chance")
        )
    if handles:
        longest = max(len(str(handle.get_label())) for handle in handles)
        fits = max(1, int(figure.get_figwidth() / (0.055 * longest + 0.45)))
        figure.legend(
            handles=handles,
            loc="outside upper center",
            ncols=-(-len(handles) // -(-len(handles) // fits)),
            borderaxespad=0.2,
        )
