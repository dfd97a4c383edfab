"""What results show of themselves in a notebook, and the samples as a data frame."""

import inspect
import math
import pydoc
from html.parser import HTMLParser

import pytest

import merunibench
from merunibench import InputError, compare, error_analysis, evaluate, load_lexicon, sample_scores
from tests.small import rows, write_files, write_rows

NAME = "<script>alert(1)</script> a\u202eb\x1b[31m"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def report(small):
    return evaluate(*small, bootstrap=20).named(NAME)


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = set(), ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the parser's own
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def _results(report, small):
    lexicon = load_lexicon("builtin")
    return {
        "report": report,
        "data set": report["meld"],
        "comparison": compare(report, report, resamples=10).named((NAME, NAME)),
        "errors": error_analysis(*small, bootstrap=0).named(NAME),
        "lexicon": lexicon,
        "explanation": lexicon.explain(NAME),
    }


def test_every_result_shows_itself_small_and_escaped(report, small):
    for what, result in _results(report, small).items():
        html = result._repr_html_()
        found = Tags(html)
        assert found.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "small"}, what
        assert len(html) < 16_000, what
        assert "\u202e" not in html, what
        assert "\x1b" not in html, what
        if what not in {"data set", "lexicon"}:
            assert "<script>alert(1)</script>" in found.text, what


def test_they_say_the_figures_and_the_signature(report):
    text = Tags(report._repr_html_()).text
    for each in report.datasets:
        assert f"{100 * each.score:.2f}" in text
        assert f"{100 * each.score:.2f}" in Tags(each._repr_html_()).text
        assert str(each.signature) in Tags(each._repr_html_()).text
    assert str(report.signature) in text


def test_an_explanation_has_the_sectors_that_count():
    lexicon = load_lexicon("builtin")
    for word in ("furious", "not happy", "xylophone"):
        found = lexicon.explain(word)
        assert tuple(each.sector for each in found.wheels) == lexicon.sectors(word)
        text = Tags(found._repr_html_()).text
        assert all(sector in text for sector in lexicon.sectors(word) if sector)
    assert "No sector" in Tags(lexicon.explain("xylophone")._repr_html_()).text


def test_samples_are_those_of_the_score(report):
    given = {row["name"]: row for row in rows()["meld"]}
    frame = report.samples("MELD")
    assert frame.index.tolist() == list(given)
    assert frame["labels"].tolist() == [row["labels"] for row in given.values()]
    truths = [labels[0] for labels in frame["true_labels"]]
    alone = sample_scores("meld", frame["labels"].tolist(), truths)
    assert [(a, b) for a, b in zip(frame["score"], alone, strict=True) if a != b and not math.isnan(a + b)] == []
    assert frame["score"].isna().tolist() == [math.isnan(score) for score in alone]
    hits = [hit for sample in frame["hits"] for hit in sample if hit is not None]
    assert sum(hits) / len(hits) == pytest.approx(report["meld"].score)
    lexicon = load_lexicon("builtin")
    for sectors, labels in zip(frame["predicted"], frame["labels"], strict=True):
        for wheel, names in enumerate(sectors):
            assert set(names) == {lexicon.sectors(label)[wheel] for label in labels} - {None}


def test_samples_of_sentiment_and_with_text(small, tmp_path):
    predictions, truth = small
    assert evaluate(*small, bootstrap=0).samples("mosi")["predicted"].tolist() == [
        "positive",
        "neutral",
        "positive",
        "positive",
    ]
    texts = [{"name": row["name"], "text": f"The person is {row['labels'][0]}."} for row in rows()["meld"]]
    write_rows(tmp_path / "meld.jsonl", texts[::-1])
    report = evaluate(tmp_path / "meld.jsonl", truth, bootstrap=0)
    frame = report.samples("meld", tmp_path / "meld.jsonl")
    assert frame["text"].to_dict() == {row["name"]: row["text"] for row in texts}
    in_memory = report.samples("meld", {"meld": texts})
    assert in_memory.equals(frame)
    with pytest.raises(InputError, match="contain no text"):
        report.samples("meld", predictions)


def test_samples_of_several_runs_are_refused(small):
    predictions, truth = small
    report = evaluate(predictions, truth, runs=[predictions], bootstrap=0)
    with pytest.raises(InputError, match="a mean of runs has no samples"):
        report.samples("meld")


def test_help_prints_every_public_function_and_method():
    for name in merunibench.__all__:
        public = getattr(merunibench, name)
        if not callable(public):
            continue
        text = pydoc.plain(pydoc.render_doc(public))
        assert " at 0x" not in text, name
        assert "PydanticUndefined" not in text, name
    for function in (merunibench.Report.plot, merunibench.Report.samples, merunibench.tabulate):
        text = inspect.getdoc(function)
        for parameter in list(inspect.signature(function).parameters):
            assert parameter == "self" or f"{parameter}:" in text, parameter
