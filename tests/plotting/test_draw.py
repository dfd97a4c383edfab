"""Figures: every kind is drawn as it should be, at the width asked for, with the same bytes on a second run."""

import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from merunibench import InputError, error_analysis
from merunibench.demo import run_demo
from merunibench.pictures.palette import of_models
from merunibench.plotting import KINDS, draw
from merunibench.plotting.shapes import _apart, _steps
from merunibench.plotting.style import MOST_MODELS, VENUES, width_of
from tests.typeset import HOSTILE
from tools import gallery


@pytest.fixture(scope="module")
def reports():
    return list(run_demo().reports.values())


@pytest.fixture(scope="module")
def written(reports, tmp_path_factory):
    """Files of the first report: JSON, per-sample, and those of an error analysis."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "a.json").write_text(reports[0].to_json(), encoding="utf-8")
    reports[0].write_per_sample(folder / "a.jsonl")
    run_demo(folder / "demo")
    analysis = error_analysis(folder / "demo" / "text-lexicon", folder / "demo" / "labels", bootstrap=0)
    (folder / "errors.json").write_text(analysis.to_json(), encoding="utf-8")
    return folder


def _of(kind, reports):
    options = {"datasets": ["meld"]} if kind == "confusion" else {}
    return (reports[:1] if kind == "confusion" else reports), options


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "checkpoints"])
def test_every_kind_is_drawn_with_the_same_bytes_twice(kind, reports):
    given, options = _of(kind, reports)
    svg = draw(kind, given, **options).to_bytes("svg")
    assert svg == draw(kind, given, **options).to_bytes("svg")
    root = ET.fromstring(svg)
    assert root.get("width") == f"{72 * VENUES['acl'].single:.6f}".rstrip("0") + "pt"
    assert b"date" not in svg.lower()
    assert f"data:{given[0].datasets[2].dataset if kind == 'confusion' else 'mer2023'}".encode() in svg


@pytest.mark.parametrize("form", ["pdf", "png"])
def test_other_formats_have_the_same_bytes_twice_and_no_date(form, reports):
    first, second = (draw("scores", reports).to_bytes(form) for _ in range(2))
    assert first == second
    assert b"CreationDate" not in first
    assert reports[0].signature.lexicon.encode() in first


def test_widths_are_those_of_the_venues(reports):
    for venue, measure in VENUES.items():
        for span, width in zip(("single", "double"), measure, strict=True):
            assert width_of(venue, span) == width
    assert draw("labels", reports, width="neurips").figure.get_figwidth() == VENUES["neurips"].single
    image = Image.open(io.BytesIO(draw("bars", reports, width="ieee", span="double").to_bytes("png")))
    assert image.size[0] == round(300 * VENUES["ieee"].double)


def test_dots_lie_where_the_scores_are_and_lines_end_where_intervals_do(reports):
    axes = draw("scores", reports).figure.axes[0]
    drawn = [np.asarray(line.get_xdata(), float) for line in axes.lines]
    dots = {round(float(xs[0]), 6) for xs in drawn if len(xs) == 1}
    ends = {(round(float(xs[0]), 6), round(float(xs[1]), 6)) for xs in drawn if len(xs) == 2}
    for report in reports:
        assert round(100 * report.mean, 6) in dots
        assert tuple(round(100 * end, 6) for end in report.mean_ci) in ends
        for each in report.datasets:
            assert round(100 * each.score, 6) in dots
            assert tuple(round(100 * end, 6) for end in each.ci) in ends
            assert (round(100 * each.chance, 6),) * 2 in ends


def test_bars_are_as_high_as_the_scores(reports):
    axes = draw("bars", reports).figure.axes[0]
    heights = sorted(round(patch.get_height(), 6) for patch in axes.patches)
    means = [[report.mean, *_task_means(report)] for report in reports]
    scores = [each.score for report in reports for each in report.datasets] + [mean for row in means for mean in row]
    assert heights == sorted(round(100 * score, 6) for score in scores)


def _task_means(report):
    for kind in ("basic", "sentiment"):
        yield float(np.mean([each.score for each in report.datasets if each.kind == kind]))


def test_a_confusion_shows_the_shares_of_the_error_analysis(reports, written):
    from merunibench.analysis.confusion import confusion

    found = confusion(reports[0]["meld"].samples_scored, 2)
    for source in (reports[0], written / "errors.json"):
        axes = draw("confusion", [source], datasets=["MELD"], wheel=2).figure.axes[0]
        assert np.allclose(axes.images[0].get_array(), 100 * np.array(found.shares))
        assert [each.get_text() for each in axes.get_xticklabels()] == list(found.columns)


def test_a_report_from_a_file_draws_the_same_figure(reports, written):
    for kind in ("scores", "labels"):
        assert draw(kind, [written / "a.json"]).to_bytes("svg") == draw(kind, reports[:1]).to_bytes("svg")


def test_names_of_strangers_are_text_and_nothing_else(reports):
    names = [f"$\\frac{{1}}{{0}}$ {HOSTILE}", "<script>alert(1)</script>", "a\u202eb\x1b[31m"]
    for kind in ("scores", "bars", "radar", "multiples", "labels", "modalities"):
        svg = draw(kind, reports, names=names).to_bytes("svg")
        assert {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}.isdisjoint({"script", "image"})
    said = draw("scores", reports[:2], names=["情感", "b"]).warnings
    assert not said or "no font" in said[0]


def test_a_users_own_style_changes_nothing(reports):
    import matplotlib as mpl

    plain = draw("scores", reports).to_bytes("svg")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9, "axes.grid": True}):
        assert draw("scores", reports).to_bytes("svg") == plain


def test_report_plot_shows_itself_and_is_saved_by_its_ending(reports, tmp_path):
    plot = reports[0].plot(*reports[1:], kind="radar", width="neurips")
    assert isinstance(plot.figure, Figure)
    assert plot._repr_png_().startswith(b"\x89PNG")
    for form in ("svg", "pdf", "png"):
        plot.save(tmp_path / f"a.{form}")
        assert (tmp_path / f"a.{form}").read_bytes() == plot.to_bytes(form)
    assert "official protocol, lexicon builtin@" in plot.caption
    with pytest.raises(InputError, match=r"a\.jpg: unknown figure format; use \.svg, \.pdf, \.png"):
        plot.save(tmp_path / "a.jpg")


def test_what_cannot_be_drawn_is_refused(reports, written):
    refusals = {
        "unknown kind of figure": lambda: draw("pie", reports),
        "at least one report": lambda: draw("scores", []),
        "2 names for 3 reports": lambda: draw("scores", reports, names=["a", "b"]),
        "two models are named a": lambda: draw("scores", reports, names=["a", "a", "b"]),
        "unknown venue 'jmlr'": lambda: draw("scores", reports, width="jmlr"),
        "more than a figure can distinguish": lambda: draw(
            "bars", reports[:1] * (MOST_MODELS + 1), names=list("abcdefghi")
        ),
        "a radar needs at least 3 data sets, there are 1": lambda: draw("radar", reports, datasets=["meld"]),
        "an ablation needs at least 2": lambda: draw("modalities", reports[:1]),
        "no data set has several checkpoints": lambda: draw("checkpoints", reports[:1]),
        "a curve of checkpoints shows one report": lambda: draw("checkpoints", reports),
        "a confusion shows one model": lambda: draw("confusion", reports),
        "a confusion shows one data set; choose one of": lambda: draw("confusion", reports[:1]),
        "has no wheel 7": lambda: draw("confusion", reports[:1], datasets=["meld"], wheel=7),
        "not an error analysis": lambda: draw("confusion", [written / "a.json"], datasets=["meld"]),
        "a.jsonl: ": lambda: draw("scores", [written / "a.jsonl"]),
        "no score for mer2025ov": lambda: draw("scores", reports, datasets=["mer2025ov"]),
    }
    for said, call in refusals.items():
        with pytest.raises(InputError, match=said):
            call()
    meld = reports[1]["meld"]
    other = replace(reports[1], datasets=(replace(meld, signature=replace(meld.signature, level=2)),))
    with pytest.raises(InputError, match=r"meld: other and .* cannot be in one figure.*level"):
        draw("scores", [reports[0], other.named("other")])


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("score", 1e300, "is not a fraction"),
        ("ci", [-1e9, 2], "is not a fraction"),
        ("checkpoints", {"a": 3}, "a checkpoint of the report has no score"),
        ("checkpoints", {"a": {"score": "x"}}, "a checkpoint of the report has no score"),
    ],
)
def test_a_file_that_somebody_changed_is_refused(written, tmp_path, place, value, said):
    content = json.loads((written / "a.json").read_text("utf-8"))
    content["datasets"][0][place] = value
    (tmp_path / "b.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        draw("scores", [tmp_path / "b.json"])


def test_an_error_analysis_that_somebody_changed_is_refused(written, tmp_path):
    content = json.loads((written / "errors.json").read_text("utf-8"))
    content["datasets"][0]["confusions"][0]["counts"].pop()
    (tmp_path / "b.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.json: datasets\.0\.confusions\.0.*one row for each of rows"):
        draw("confusion", [tmp_path / "b.json"], datasets=["mer2023"])


def test_checkpoints_stand_at_the_numbers_in_their_names():
    assert _steps(["epoch_10", "epoch_2", "epoch_5"]) == {"epoch_10": 10, "epoch_2": 2, "epoch_5": 5}
    assert _steps(["v2-epoch_10", "v2-epoch_20"]) == {"v2-epoch_10": 10, "v2-epoch_20": 20}
    assert _steps(["a_1_loss_5", "a_1_loss_7"]) == {"a_1_loss_5": 5, "a_1_loss_7": 7}
    assert _steps(["a_1_b_5", "a_1_b_7", "a_2_b_6"]) == {"a_1_b_5": 0, "a_1_b_7": 1, "a_2_b_6": 2}
    assert _steps(["best", "last"]) == {"best": 0, "last": 1}


def test_names_are_moved_apart_in_their_order_and_stay_inside():
    draws = np.random.default_rng(0)
    for _ in range(50):
        heights = draws.uniform(0, 100, 12).tolist()
        found = _apart(heights, 5.0, (0, 100))
        order = np.argsort(heights, kind="stable")
        assert np.all(np.diff(np.array(found)[order]) >= 5 - 1e-9)
        assert min(found) >= 0
        assert max(found) <= 100
    assert _apart([10.0, 50.0], 5.0, (0, 100)) == [10.0, 50.0]


# Machado, Oliveira and Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency",
# severity 1.0: protanopia, deuteranopia, tritanopia.
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _lab(colour):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ colour
    scaled = xyz / np.array([0.9505, 1.0, 1.089])
    f = np.where(scaled > 0.008856, np.cbrt(np.maximum(scaled, 0)), 7.787 * scaled + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", BLIND)
def test_the_first_five_colours_of_models_differ_for_the_colour_blind(kind):
    seen = []
    for colour in of_models()[:5]:
        srgb = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
        linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
        seen.append(_lab(np.clip(np.array(BLIND[kind]) @ linear, 0, 1)))
    distances = [np.linalg.norm(a - b) for place, a in enumerate(seen) for b in seen[:place]]
    assert min(distances) > 10  # 2.3 is just noticeable


def test_the_gallery_of_the_documentation_is_current():
    root = gallery.Path(__file__).parents[2]
    if f"matplotlib=={mpl.__version__}\n" not in (root / "constraints.txt").read_text(encoding="utf-8"):
        pytest.skip("drawn with another version of matplotlib (constraints.txt)")
    folder = root / "docs" / "pictures"
    drawn = gallery.figures()
    assert {path.name for path in folder.glob("*.svg")} == set(drawn)
    for name, content in drawn.items():
        assert (folder / name).read_bytes() == content, f"{name}: draw it anew: python -m tools.gallery docs/pictures"
