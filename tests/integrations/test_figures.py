"""What harnesses keep of samples is scored as one data set; what cannot be is refused."""

import logging

import pytest

import merunibench
from merunibench.errors import InputError
from merunibench.integrations.figures import kept, report_of

SAMPLES = [kept("OV-MERD+", name, text, "[happy]") for name, text in (("a", "happy, calm"), ("b", None), ("c", "sad"))]


def test_a_failed_sample_counts_as_wrong_in_any_order(caplog):
    with caplog.at_level(logging.WARNING, "merunibench"):
        report = report_of(SAMPLES)
    rows = [{"name": each["name"], "text": each["text"]} for each in SAMPLES]
    truth = dict.fromkeys("abc", "[happy]")
    same = merunibench.evaluate({"ovmerdplus": rows}, {"ovmerdplus": truth}, missing="zero", bootstrap=0)
    assert report.datasets[0].score == same.datasets[0].score
    assert report.datasets[0].failed == 1
    assert report_of(reversed(SAMPLES)).datasets[0].score == same.datasets[0].score
    assert str(report.signature) in caplog.text  # a harness keeps the number alone
    assert "missing:zero" in caplog.text


def test_truths_of_every_kind():
    basic = report_of([kept("meld", "a", "happy", ["joy"]), kept("meld", "b", "sad", "anger")])
    assert basic.datasets[0].kind == "basic"
    sentiment = report_of([kept("mosi", "a", "She is happy.", ["1.5"]), kept("mosi", "b", "sad", -2.0)])
    assert sentiment.datasets[0].score == 1


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "no samples to score"),
        ([*SAMPLES, SAMPLES[0]], "'a' was answered several times"),
        ([*SAMPLES, kept("meld", "d", "happy", "joy")], "samples have different dataset"),
        ([*SAMPLES, kept("ovmerdplus", "d", "happy", "joy", {"level": 2})], "samples have different settings"),
    ],
)
def test_refused(samples, message):
    with pytest.raises(InputError, match=message):
        report_of(samples)


def test_unknown_settings():
    with pytest.raises(InputError, match="unknown setting 'x'"):
        kept("meld", "a", "happy", "joy", {"x": 1})
    with pytest.raises(InputError, match="unknown data set"):
        kept("nothing", "a", "happy", "joy")
