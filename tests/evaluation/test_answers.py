"""Answers that are missing or say nothing: what is refused, what is said, and where."""

import csv
import io
import json

import pandas as pd
import pytest

from merunibench import InputError, error_analysis, evaluate
from tests.small import rows, write_rows

MELD = {f"test_dia{i}_utt0": word for i, word in enumerate(["joy", "anger", "sadness", "joy", "fear"])}
MOSI = {f"v_{i}": value for i, value in enumerate([1.0, -1.0, 2.0, -2.0])}
PLAIN = ["happy", "angry", "sad", "happy", "scared"]


def texts(*said):
    return {"meld": pd.DataFrame({"name": list(MELD)[: len(said)], "text": list(said)})}


def score(predictions, truth, **options):
    (name,) = predictions
    return evaluate(predictions, {name: truth}, bootstrap=0, **options)


class TestMissing:
    """A run that failed on half its clips must not score 100."""

    WORDS = ("positive", None, "positive", None)

    @pytest.mark.parametrize("nothing", [None, "nan", "", "None", float("nan")])
    def test_a_null_polarity_is_refused_by_name(self, nothing):
        words = {name: word or nothing for name, word in zip(MOSI, self.WORDS, strict=True)}
        with pytest.raises(InputError) as error:
            score({"cmumosi": words}, MOSI)
        assert "2 of 4 samples of cmumosi have a row that contains neither polarity nor text: v_1, v_3" in str(
            error.value
        )
        assert "write neutral if that is the answer, or choose --missing zero" in str(error.value)
        assert score({"cmumosi": words}, MOSI, missing="zero")["cmumosi"].score < 0.5
        left = score({"cmumosi": words}, MOSI, missing="skip")["cmumosi"]
        assert (left.evaluated, left.samples, left.missing, left.of_samples) == (2, 4, 2, "2 of 4")

    @pytest.mark.parametrize("nothing", [None, "nan", "", "<NA>"])
    def test_null_labels_are_missing_predictions_and_empty_lists_are_not(self, nothing):
        labels = {name: ["happy"] for name in MELD}
        first = next(iter(MELD))
        with pytest.raises(
            InputError, match=r"1 of 5 samples of meld .* neither labels nor text: test_dia0_utt0; .*\[\]"
        ):
            score({"meld": labels | {first: nothing}}, MELD)
        absent = {name: found for name, found in labels.items() if name != first}
        for policy in ("zero", "skip"):
            one, other = (score({"meld": said}, MELD, missing=policy) for said in (labels | {first: nothing}, absent))
            assert one["meld"].to_dict() == other["meld"].to_dict()
        assert score({"meld": labels | {first: []}}, MELD)["meld"].missing == 0

    def test_a_row_with_an_error_has_failed(self):
        frame = pd.DataFrame({"name": list(MELD), "labels": [["happy"]] * 5, "error": ["time-out", *[None] * 4]})
        with pytest.raises(InputError, match="1 of 5 samples of meld are marked as failed: test_dia0_utt0"):
            score({"meld": frame}, MELD)
        assert score({"meld": frame}, MELD, missing="zero")["meld"].failed == 1


class TestSilence:
    @pytest.mark.parametrize("text", ["B", "<think>so", "I cannot say.", "Error: x", "とても", "La casa es verde."])
    def test_more_than_half_that_say_nothing_are_refused_unless_they_are_to_be_scored_as_they_are(self, text):
        half = texts("happy", "angry", text, text)
        truth = dict(list(MELD.items())[:4])
        assert score(half, truth)["meld"].score > 0
        most = texts("happy", text, text, text)
        for policy in ("error", "skip"):
            with pytest.raises(
                InputError, match=r"3 of 4 answers give no label, more than half: .*--missing zero"
            ) as said:
                score(most, truth, missing=policy)
            assert " answers" in (why := str(said.value).partition("more than half: ")[2])
            assert "(first: row 2" in why
        report = score(most, truth, missing="zero")
        assert report["meld"].missing == 0
        assert any("3 answers" in warning and "(first: row 2" in warning for warning in report.warnings)

    def test_given_empty_lists_are_scored_as_before(self):
        assert score({"meld": {name: [] for name in MELD}}, MELD)["meld"].score == 0

    def test_refusals_that_are_read_are_said(self):
        report = score(texts(*["I can't see the face, but he sounds happy."] * 5), MELD)
        assert any(
            "5 answers look like refusals and are scored by the words in them" in each for each in report.warnings
        )


class TestFormats:
    @pytest.fixture
    def report(self):
        frame = pd.DataFrame({"name": list(MELD), "text": ["happy", "B", None, "sad", "<think>so"]})
        return score({"meld": frame}, MELD, missing="skip")

    def test_every_format_says_scored_of_given_and_the_account(self, report):
        account = "answers: 0 given, 4 read from text by rules@2, 3 without a label: 1 × no answer (first: row 3); "
        account += "1 × cut off in its reasoning (first: row 5); 1 × single letter or number (first: row 2)"
        plain = report.to_markdown().replace("\\", "").replace("\u200b", "")
        for text in (report.to_text(), plain, report.to_latex(), report.to_csv()):
            assert account in text
            assert "4 of 5" in text
        assert "4 of 5 samples" in error_analysis(*self.both(), missing="skip", bootstrap=0).to_text()
        page = error_analysis(*self.both(), missing="skip", bootstrap=0).to_html()
        assert "4 of 5 samples" in page
        assert "end within their reasoning" in page

    def both(self):
        frame = pd.DataFrame({"name": list(MELD), "text": ["happy", "B", None, "sad", "<think>so"]})
        return {"meld": frame}, {"meld": MELD}

    def test_json_and_csv_have_it_for_programs(self, report):
        found = json.loads(report.to_json())["datasets"][0]
        assert (found["samples"], found["evaluated"], found["missing"]) == (5, 4, 1)
        assert found["answers"] == {
            "rows": 5,
            "given": 0,
            "read": {"rules@2": 4},
            "failed": 0,
            "without": {
                "no answer": {"count": 1, "first": "row 3"},
                "cut off in its reasoning": {"count": 1, "first": "row 5", "text": "<think>so"},
                "single letter or number": {"count": 1, "first": "row 2", "text": "B"},
            },
            "besides": {},
        }
        (row,) = csv.DictReader(io.StringIO(report.to_csv()))
        assert (row["samples"], row["evaluated"]) == ("5", "4")

    def test_where_all_is_given_nothing_is_said(self):
        plain = score({"meld": dict(zip(MELD, PLAIN, strict=True))}, MELD)
        assert "answers:" not in plain.to_text()
        assert json.loads(plain.to_json())["datasets"][0]["answers"]["given"] == 5

    def test_names_of_extractors_are_strangers_text(self):
        frame = pd.DataFrame({"name": list(MELD), "labels": [["sad"]] * 5, "labels_from": ["\x1b[31m<b>*x*</b>\n"] * 5})
        report = score({"meld": frame}, MELD)
        for text in (report.to_text(), report.to_markdown(), report.to_latex()):
            assert "\x1b" not in text
            assert "*</b>\n" not in text
        assert "by \\x1b[31m" in report.to_text()
        assert "<b>*x" not in report.to_markdown().replace(str(report.signature), "")

    @pytest.mark.parametrize(
        ("protocol", "dataset", "said"),
        [("official", "meld", True), ("strict", "meld", False), ("official", "cmumosi", False)],
    )
    def test_what_papers_use_is_said_once_under_the_builtin_lexicon(self, files, protocol, dataset, said):
        report = evaluate(*files, datasets=dataset, protocol=protocol, bootstrap=0)
        for text in (report.to_text(), report.to_markdown(), report.to_latex(), report.to_csv(), report.to_json()):
            assert text.count("Papers use the lexicon mer2025") == said
        assert not any("mer2025" in warning for warning in report.warnings)

    def test_nothing_of_the_sort_is_said_of_a_release(self, files, toy):
        assert "Papers use" not in evaluate(*files, datasets="meld", lexicon=toy, bootstrap=0).to_text()


class TestOrigins:
    """The best of checkpoints that were read by different extractors is the best extractor."""

    @pytest.fixture
    def model(self, tmp_path, files):
        given = rows()["meld"]
        read = [{**row, "labels_from": "rules@2"} for row in given]
        write_rows(tmp_path / "model" / "step-1" / "meld.jsonl", given)
        write_rows(tmp_path / "model" / "step-2" / "meld.jsonl", read)
        return tmp_path / "model", files[1]

    @pytest.mark.parametrize("rule", ["best-per-dataset", "best-overall"])
    def test_the_best_of_them_is_refused(self, model, rule):
        with pytest.raises(
            InputError,
            match=r"meld: cannot .* labels from .* \(step-1 given, step-2 rules@2\).*--overwrite-labels.*last",
        ):
            evaluate(*model, checkpoint=rule, bootstrap=0)

    @pytest.mark.parametrize("rule", ["last", "step-1"])
    def test_one_of_them_is_not(self, model, rule):
        assert evaluate(*model, checkpoint=rule, bootstrap=0)["meld"].score >= 0

    def test_the_polarity_counts_too(self, tmp_path, files):
        write_rows(tmp_path / "m" / "step-1" / "cmumosi.jsonl", rows()["cmumosi"])
        said = [{**row, "polarity_from": "hf(x,y)"} for row in rows()["cmumosi"]]
        write_rows(tmp_path / "m" / "step-2" / "cmumosi.jsonl", said)
        with pytest.raises(InputError, match="the checkpoints have polarity from different sources"):
            evaluate(tmp_path / "m", files[1], bootstrap=0)
