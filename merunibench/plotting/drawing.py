"""The entry point for all figures: what is drawn, at which width, with which caption, and how it is saved."""

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from merunibench._text import escape_controls
from merunibench.errors import InputError
from merunibench.plotting import confusions, scores, shapes, style
from merunibench.plotting.series import Series, refuse_mixed, series_of
from merunibench.report import ErrorAnalysis, Report
from merunibench.report.error_analysis.result import Confusion
from merunibench.report.written import WrittenReport
from merunibench.signature import Signature
from merunibench.tasks import BUILTIN

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Source = Report | WrittenReport | ErrorAnalysis | str | Path

_OF_SCORES: Mapping[str, Callable[["Figure", Sequence[Series]], None]] = {
    "scores": scores.dots,
    "bars": scores.bars,
    "multiples": scores.multiples,
    "radar": scores.radar,
    "labels": shapes.labels,
    "modalities": shapes.modalities,
    "checkpoints": shapes.checkpoints,
}
KINDS = (*_OF_SCORES, "confusion")
"""The kinds of figures."""

FORMATS = ("svg", "pdf", "png")
_WITH_CHANCE = ("scores", "bars", "multiples")


@dataclass(frozen=True, repr=False)
class Plot:
    """A figure and its caption.

    Attributes:
        figure: Matplotlib's figure, which can be modified.
        caption: How its scores were computed.
        signature: The signature of the scores, which is embedded in the files.
        warnings: What could not be drawn as intended.
    """

    figure: "Figure"
    caption: str
    signature: str
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Plot: {self.caption}>"

    def to_bytes(self, form: str, dpi: int = 300) -> bytes:
        """Return the figure as the content of a file.

        Args:
            form: The format: `svg`, `pdf` or `png`.
            dpi: Dots per inch of a PNG.

        Raises:
            InputError: the format is unknown.
        """
        import matplotlib as mpl

        said = {"Creator": "merunibench"}
        metadata: dict[str, dict[str, Any]] = {
            "svg": {**said, "Date": None, "Description": self.signature},
            "pdf": {**said, "Producer": None, "CreationDate": None, "Subject": self.signature},
            "png": {"Software": None, "Description": self.signature},
        }
        if form not in metadata:
            raise InputError(f"a figure can be {', '.join(FORMATS)}, not {form!r}")
        stream = io.BytesIO()
        with _styled(mpl), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
            self.figure.savefig(stream, format=form, dpi=dpi, metadata=metadata[form])
        return stream.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the figure; the file ending determines the format.

        Raises:
            InputError: the ending is not `svg`, `pdf` or `png`, or the file cannot be written.
        """
        from merunibench.files import write_bytes

        target = Path(path)
        write_bytes(target, self.to_bytes(format_of(target)))

    def _repr_png_(self) -> bytes:
        return self.to_bytes("png", 150)


def format_of(path: Path) -> str:
    """Return the format for a file ending.

    Raises:
        InputError: the ending is unknown.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InputError(f"{path}: unknown figure format; use .{', .'.join(FORMATS)}")
    return form


def draw(
    kind: str,
    sources: Sequence[Source],
    *,
    names: Sequence[str] = (),
    datasets: Sequence[str] = (),
    wheel: int | None = None,
    width: str = "acl",
    span: style.Span = "single",
    height: float | None = None,
) -> Plot:
    """Draw a figure.

    Args:
        kind: One of `KINDS`.
        sources: Reports, or their files (`merunibench score --format json`); for `confusion`, one report in memory, or
            an error analysis, or its file (`merunibench errors --format json`).
        names: Names of the models, one for each; by default those in the reports.
        datasets: Data sets to draw; by default all.
        wheel: The wheel of a confusion, from 1; by default the first.
        width: A venue whose column width is used: one of `style.VENUES`.
        span: `single` for one column, `double` for both.
        height: Height in inches; by default as much as the figure needs.

    Raises:
        InputError: an argument cannot be drawn; the message says why.
    """
    if kind not in KINDS:
        raise InputError(f"unknown kind of figure {kind!r}; choose from {', '.join(KINDS)}")
    if not sources:
        raise InputError("a figure needs at least one report")
    if names and len(names) != len(sources):
        raise InputError(f"{len(names)} names for {len(sources)} reports: give one per report, in order")
    inches = style.width_of(width, span)
    mpl = _matplotlib()
    with _styled(mpl), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        figure = mpl.figure.Figure(figsize=(inches, 3.0), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)
        if kind == "confusion":
            found, caption, signature = _confusion(sources, datasets, wheel, names)
            shapes.confusion(figure, *found)
        else:
            called: list[str | None] = [*names] or [None] * len(sources)
            models = [_series(source, name) for source, name in zip(sources, called, strict=True)]
            models = [_only(series, datasets) for series in models]
            _refuse_too_many(kind, models)
            refuse_mixed(models)
            _OF_SCORES[kind](figure, models)
            caption, signature = _caption(kind, models), models[0].signature
        if height is not None:
            figure.set_figheight(height)
        for _ in range(2):  # the second pass uses the final label positions
            figure.draw_without_rendering()
        # Laid out once only: drawing again would move things slightly and change bytes.
        figure.set_layout_engine("none")
    glyphs = sorted({str(each.message).partition(" (")[0] for each in said if "missing from font" in str(each.message)})
    odd = [f"no font has a character of a name, which is drawn as a box: {glyphs[0]}"] if glyphs else []
    return Plot(figure, caption, signature, tuple(odd))


def _matplotlib() -> Any:  # noqa: ANN401 - the module
    try:
        import matplotlib as mpl
        import matplotlib.figure
    except ImportError:
        raise InputError("figures need matplotlib: pip install 'merunibench[plot]'") from None
    return mpl


@contextmanager
def styled() -> Iterator[Any]:
    """Matplotlib in our style, for figures drawn elsewhere.

    Raises:
        InputError: matplotlib is not installed.
    """
    mpl = _matplotlib()
    with _styled(mpl):
        yield mpl


@contextmanager
def _styled(mpl: Any) -> Iterator[None]:  # noqa: ANN401 - the module
    """Use only our style, without the settings of the user or of a notebook."""
    with mpl.rc_context():
        own = {key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")}
        mpl.rcParams.update(own | style.settings())
        yield


def _series(source: Source, name: str | None) -> Series:
    if isinstance(source, ErrorAnalysis):
        raise InputError("only a confusion can be drawn from an error analysis; give the report")
    return series_of(WrittenReport.read(Path(source)) if isinstance(source, str | Path) else source, name)


def _only(series: Series, datasets: Sequence[str]) -> Series:
    """Select the chosen data sets; means cover all data sets and are then omitted."""
    if not datasets:
        return series
    wanted = [task.id if (task := BUILTIN.find(name)) else name for name in datasets]
    there = [point.name for point in series.points]
    absent = [name for name in wanted if name not in there]
    if absent:
        raise InputError(f"{series.model}: no score for {', '.join(absent)}; available: {', '.join(there)}")
    return Series(
        series.model, series.protocol, tuple(p for p in series.points if p.name in wanted), (), series.signature
    )


def _refuse_too_many(kind: str, models: Sequence[Series]) -> None:
    if len(models) > style.MOST_MODELS and kind != "modalities":
        raise InputError(
            f"{len(models)} models are more than a figure can distinguish; give at most {style.MOST_MODELS}"
        )
    called = [series.model for series in models]
    twice = [name for name in called if called.count(name) > 1]
    if twice:
        raise InputError(f"two models are named {escape_controls(twice[0], 60)}; give them different names (--name)")


def _confusion(
    sources: Sequence[object], datasets: Sequence[str], wheel: int | None, names: Sequence[str]
) -> tuple[tuple[Confusion, str], str, str]:
    """Draw the confusion of one model on one data set with its title; return the caption and the signature."""
    if len(sources) > 1:
        raise InputError("a confusion shows one model; give one report, or one error analysis")
    found = confusions.find(sources[0], datasets, wheel)
    number = found.confusion.wheel
    title = f"{names[0] if names else found.model}, {found.title}" + ("" if number is None else f", wheel {number}")
    caption = (
        f"Confusion on {found.title}: of the samples in which a {found.confusion.what} is true, the share in which it "
        f"was predicted (diagonal), or in which others or nothing were predicted instead. {_how(found.signature)}"
    )
    return (found.confusion, title), caption, found.signature


def _caption(kind: str, models: Sequence[Series]) -> str:
    """The caption: what readers must know about the figure."""
    said = [_how(models[0].signature)]
    points = [point for each in models for point in (*each.points, *each.means)]
    if kind in (*_WITH_CHANCE, "modalities") and any(point.ci for point in points):
        number = Signature.parse(models[0].signature).bootstrap
        said.append(f"Lines: 95 % intervals, bootstrap of {number} resamples.")
    if kind in _WITH_CHANCE:
        said.append("Chance marks: expected score of the same answers when shuffled among the samples.")
    if kind == "radar":
        said.append("No intervals.")
    if kind == "checkpoints":
        said.append("Rings: the checkpoint whose score is reported.")
    return " ".join(said)


def _how(signature: str) -> str:
    """Protocol, lexicon and policy for missing predictions, in one sentence."""
    parsed = Signature.parse(signature)
    lexicon = "" if parsed.lexicon == "none" else f", lexicon {parsed.lexicon}, wheel level {parsed.level}"
    return f"Scores: MER-UniBench, {parsed.protocol} protocol{lexicon}, missing predictions: {parsed.missing}."
