"""Figures on real data: the released hit test as a filter, and 574 released descriptions."""

import pytest

from merunibench.curation.contamination import benchmark_names, sample_hash
from merunibench.curation.filtering import filter_rows
from merunibench.curation.folder import Folder
from merunibench.curation.intake import take_in
from merunibench.curation.measures import measure
from merunibench.curation.report import build_report
from merunibench.curation.settings import FilterSettings
from merunibench.data import read_table
from tools.benchmark_names import FILE, names_text


def test_what_human_votes_keep_agrees_with_human_labels(shared, tmp_path):
    official = shared / "official"
    folder = Folder(tmp_path / "d")
    take_in(folder, official / "ovmerd/predictions/Chat-UniVi/nosubtitle-addsub/ovmerd.jsonl")
    measure(folder)
    settings = FilterSettings(
        lexicon=str(official / "emotion_wheel/mer2025"),
        vote_files=(official / "curate/votes/human-emotion.jsonl", official / "curate/votes/human-sentiment.jsonl"),
    )
    decisions = filter_rows(folder, settings)
    report = build_report(folder, decisions, settings, truth=official / "ovmerd/ovlabel.csv", resamples=0)
    figures = {each.name: each for each in report.filters}
    assert figures["crowd.emotion"].passed == 207
    assert figures["crowd.sentiment"].passed == 252
    kept, dropped = report.truth.by_filter["crowd.emotion"]
    assert (kept.rows, dropped.rows) == (207, 125)
    assert report.truth.all.f == pytest.approx(0.571601, abs=5e-7)
    assert kept.f == pytest.approx(0.797267, abs=5e-7)
    assert dropped.f == pytest.approx(0.187428, abs=5e-7)


def test_a_weak_crowd_is_better_than_luck(shared, tmp_path):
    official = shared / "official"
    folder = Folder(tmp_path / "d")
    take_in(folder, official / "ovmerd/predictions/Chat-UniVi/nosubtitle-addsub/ovmerd.jsonl")
    measure(folder)
    sources = ("mer2023-zh", "mer2023-en", "meld-en", "iemocap-en", "sims", "simsv2", "cmumosi")
    settings = FilterSettings(
        lexicon=str(official / "emotion_wheel/mer2025"),
        vote_files=tuple(official / f"curate/votes/{source}.jsonl" for source in sources),
        length="1-9999",
    )
    decisions = filter_rows(folder, settings)
    report = build_report(folder, decisions, settings, truth=official / "ovmerd/ovlabel.csv", resamples=0)
    assert report.truth.difference[0] > 0.15
    assert report.truth.shuffled["kept_minus_shuffled"] > 0.05
    assert report.chance < report.kept


def test_statistics_of_574_released_descriptions(shared, tmp_path):
    table = read_table(shared / "official/curate/emoprefer_with_modelnames.csv")
    columns = [table.columns[name] for name in ("name", "model1", "a1", "model2", "a2")]
    lines = [(name, a1 if one == "mercaptionplus" else a2) for name, one, a1, _, a2 in zip(*columns, strict=True)]
    csv = tmp_path / "merged.csv"
    csv.write_text("name,text\n" + "".join(f'"{n}","{t.replace(chr(34), chr(34) * 2)}"\n' for n, t in lines), "utf-8")
    folder = Folder(tmp_path / "d")
    take_in(folder, csv)
    measure(folder)
    decisions = filter_rows(folder, FilterSettings())
    found = build_report(folder, decisions, FilterSettings()).statistics["all"]
    words = found["words"]
    assert (round(words["mean"], 1), round(words["sd"], 1)) == (107.9, 17.2)
    assert (words["min"], words["max"]) == (59, 170)
    quantiles = [round(words["quantiles"][percent]) for percent in ("1", "5", "50", "95", "99")]
    assert quantiles == [79, 85, 104, 142, 160]
    assert found["refusals"] == 21
    assert found["artefacts"]["doubled possessive"] == 231


def test_names_of_test_samples_are_those_of_the_official_files(shared):
    root = shared / "official/nine/dataset"
    others = f"ovmerd={shared / 'official/ovmerd/ovlabel.csv'}"
    assert names_text(root, others) == FILE.read_text(encoding="ascii")
    assert benchmark_names()[sample_hash("sample_00000007.mp4")] == "ovmerdplus+ovmerd"
