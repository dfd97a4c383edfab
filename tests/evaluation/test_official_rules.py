"""Every rule of the official metric on a toy release, with figures worked out by hand (docs/metric.md).

The released files, on which the same rules give the published figures (test_published.py), belong to others; this runs
everywhere. Columns of the tables below are the five wheels of `tests.release.TOY_WHEELS`.
"""

import pytest

from merunibench import evaluate, load_lexicon
from tests.oracle.lexicon import read_tables
from tests.small import write_rows

NOWHERE = (None, None, None, None, None)


@pytest.fixture
def score(toy):
    """The result on one data set, given the predictions and truths of its samples in sequence."""

    def score(dataset, truth, predicted, **options):
        names = [f"s{number}" for number in range(len(truth))]
        both = ({dataset: dict(zip(names, side, strict=True))} for side in (predicted, truth))
        return evaluate(*both, lexicon=toy, bootstrap=0, **options)[dataset]

    return score


# --- words -> sectors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "sectors"),
    [
        ("happy", ("good", "joy", "up", None, "warm")),
        ("sad", ("bad", None, "down", "blue", "cold")),
        # A form of a base word; a base word that is a synonym in one run or another.
        ("joy", ("good", "joy", "up", None, "warm")),
        ("glad", ("good", "joy", "up", None, "warm")),
        ("calm", ("good", "joy", "down", None, "cold")),
        # Of two base words: glad leads to happy and calm to serene, and happy comes first in the alphabet.
        ("cheer", ("good", "joy", "up", None, "warm")),
        # Of two base words, that of happy standing before that of angry: the alphabet decides, not the file.
        ("torn", ("bad", "rage", "up", None, "warm")),
        # In three runs a synonym of happy, angry and serene: of these angry comes first.
        ("mixed", ("bad", "rage", "up", None, "warm")),
        # Of sad and scared: sad, but scared on the wheel that does not hold sad.
        ("blue", ("bad", "fear", "down", "blue", "cold")),
        # A word that stands twice on a wheel belongs to the last place, its first sector being read to its end.
        ("surprise", (None, None, "down", None, None)),
        # The name of a sector, and that of a sector at level 2.
        ("good", ("good", None, None, None, None)),
        ("glow", (None, None, None, None, "warm")),
        # A wheel word, and a synonym, that are no form; a synonym of what stands on no wheel; a base word without any.
        ("serene", NOWHERE),
        ("rage", NOWHERE),
        ("odd", NOWHERE),
        ("blank", NOWHERE),
        ("neutral", NOWHERE),
        ("xylophone", NOWHERE),
        # Labels are stripped and lower-cased, the forms of the table are not.
        (" Joyful ", ("good", "joy", "up", None, "warm")),
        ("merry", NOWHERE),
        ("Merry", NOWHERE),
    ],
)
def test_sectors_of_a_word(toy, word, sectors):
    assert load_lexicon(toy).sectors(word) == sectors


@pytest.mark.parametrize(
    ("word", "sectors"),
    [
        ("joy", ("glad", "glad", "awake", None, "glow")),
        ("mixed", ("upset", "hot", "awake", None, "fire")),
        ("blue", ("upset", "cold", "asleep", "low", "ice")),
        ("surprise", (None, None, "numb", None, None)),
        ("good", ("calm", None, None, None, None)),  # a sector of level 1: the first of its words in the alphabet
        ("glow", (None, None, None, None, "glow")),
    ],
)
def test_sectors_of_a_word_at_level_2(toy, word, sectors):
    assert load_lexicon(toy).sectors(word, 2) == sectors


def test_the_slow_reference_agrees_on_every_word(toy):
    lexicon, oracle = load_lexicon(toy), read_tables(toy)
    for word in {*oracle.forms, *oracle.synonyms, "neutral", ""}:
        for level in (1, 2):
            assert lexicon.sectors(word, level) == tuple(oracle.sector(word, wheel, level) for wheel in range(5))


# --- fine-grained: set-level F -------------------------------------------------------------------------------------

FINE = [
    ("[joy, sadness]", ["joy", "anger"]),
    ("['fear']", []),
    ("surprise", ["cheer", "mixed"]),
    ("[]", ["happy"]),  # means neutral, which has no sector
    ("[blue]", ["sad"]),
]
# Wheel 1: samples 1, 2 and 5 count. precision = recall = (1 + 0 + 1) / 3, so F = 2/3
# Wheel 2: joy alone of sample 1, fear, and scared of blue: precision (1/2 + 0 + 0) / 3, recall (1 + 0 + 0) / 3, F 2/9
# Wheel 3: precision (1 + 0 + 0 + 1) / 4, recall (1/2 + 0 + 0 + 1) / 4, F 3/7, while the mean of samples' F is 5/12
# Wheel 4: sadness of sample 1, blue: precision = recall = (0 + 1) / 2, F 1/2
# Wheel 5: precision (1 + 0 + 1) / 3, recall (1/2 + 0 + 1) / 3, F 4/7
FINE_WHEELS = [(2 / 3, 2 / 3, 2 / 3), (2 / 9, 1 / 6, 1 / 3), (3 / 7, 1 / 2, 3 / 8), (1 / 2,) * 3, (4 / 7, 2 / 3, 1 / 2)]


def test_f_is_taken_of_the_averages_on_each_wheel_and_then_averaged(score):
    result = score("ovmerdplus", *zip(*FINE, strict=True))
    for wheel, (f, precision, recall) in zip(result.wheels, FINE_WHEELS, strict=True):
        assert wheel == pytest.approx({"f": f, "precision": precision, "recall": recall}, abs=1e-12)
    assert result.metrics == pytest.approx({"f": 43 / 90, "precision": 1 / 2, "recall": 19 / 40}, abs=1e-12)
    assert result.score == result.metrics["f"]
    assert result.scored == (3, 3, 4, 2, 3)


@pytest.mark.parametrize(
    "answer",
    [
        ["joy", "anger", "xylophone", "serene", "neutral"],  # unknown words cost nothing
        ["joy", "joyful", "joy", "anger", "anger"],  # nor do repetitions, or words of one sector
        ["Joy ", " ANGER"],
        "[Joy, 'anger']",
        'joy,, "anger"',
    ],
)
def test_what_changes_nothing(score, answer):
    truth, predicted = zip(*FINE, strict=True)
    plain = score("ovmerdplus", truth, predicted)
    changed = score("ovmerdplus", truth, [answer, *predicted[1:]])
    assert (changed.metrics, changed.wheels, changed.scored) == (plain.metrics, plain.wheels, plain.scored)


def test_nothing_right_is_0_and_everything_right_1(score):
    truth = ["[joy]", "[anger]", "[blue]"]
    assert score("ovmerdplus", truth, [[], ["neutral"], ["xylophone"]]).metrics == {
        "f": 0.0,
        "precision": 0.0,
        "recall": 0.0,
    }
    perfect = score("ovmerdplus", truth, [["joy"], ["anger"], ["blue"]])
    assert perfect.metrics == {"f": 1.0, "precision": 1.0, "recall": 1.0}


def test_a_wheel_on_which_no_sample_counts_is_left_out_of_the_mean(score):
    result = score("ovmerdplus", ["[joy]", "[anger]"], [["joy"], ["joy"]])  # wheel 4 knows sadness alone
    assert result.scored == (2, 2, 2, 0, 2)
    assert result.wheels[3] == {"f": None, "precision": None, "recall": None}
    # Wheels 1 and 2: 1/2. Wheels 3 and 5 have joy and anger in one sector: 1.
    assert result.score == pytest.approx(3 / 4, abs=1e-12)


# --- basic: hit rate and matching score ----------------------------------------------------------------------------

BASIC = [
    ("joy", ["cheer", "sad"]),
    ("anger", ["mixed"]),
    ("sadness", ["blue", "joy"]),
    ("neutral", ["neutral"]),  # counts on no wheel
    ("fear", ["anger", "calm"]),
    ("surprise", []),  # stands on wheel 3 alone
]
# Wheel 1: all four that count are hit; three of them name both sectors: matching (1/2 + 1 + 1/2 + 1/2) / 4
# Wheel 2 has no sadness: of joy, anger, fear the first two are hit, by one sector each
# Wheel 3: all but surprise; joy, sadness and fear by both sectors: matching (1/2 + 1 + 1/2 + 1/2 + 0) / 5
# Wheel 4: sadness alone, hit by the only sector
# Wheel 5: as wheel 1
BASIC_WHEELS = [(1, 5 / 8), (2 / 3, 2 / 3), (4 / 5, 1 / 2), (1, 1), (1, 5 / 8)]


def test_hit_rate_and_matching_score(score):
    result = score("meld", *zip(*BASIC, strict=True))
    for wheel, (hit_rate, matching) in zip(result.wheels, BASIC_WHEELS, strict=True):
        assert wheel == pytest.approx({"hit_rate": hit_rate, "matching_score": matching}, abs=1e-12)
    assert result.metrics == pytest.approx({"hit_rate": 67 / 75, "matching_score": 41 / 60}, abs=1e-12)
    assert result.score == result.metrics["hit_rate"]
    assert result.scored == (4, 3, 5, 1, 4)


def test_classes_may_be_given_as_the_indices_of_the_release(score):
    truth, predicted = zip(*BASIC, strict=True)
    classes = ["anger", "joy", "sadness", "neutral", "disgust", "fear", "surprise"]
    assert (
        score("meld", [classes.index(word) for word in truth], predicted).metrics
        == score("meld", truth, predicted).metrics
    )


def test_matching_counts_the_sectors_of_classes_that_occur_alone(score):
    answers = [["joy", "anger"], ["sad"]]
    # On wheel 2 anger has a sector of its own, but no truth does: it costs nothing.
    result = score("meld", ["joy", "joy"], answers)
    assert dict(result.wheels[1]) == {"hit_rate": 0.5, "matching_score": 0.5}
    # Now one does.
    result = score("meld", ["joy", "joy", "anger"], [*answers, []])
    assert dict(result.wheels[1]) == pytest.approx({"hit_rate": 1 / 3, "matching_score": 1 / 6}, abs=1e-12)


def test_hit_rate_at_level_2(score):
    # Wheel 1: now fear is missed, by upset and calm. The other wheels: as before, by other sectors.
    result = score("meld", *zip(*BASIC, strict=True), level=2)
    assert [wheel["hit_rate"] for wheel in result.wheels] == pytest.approx([3 / 4, 2 / 3, 4 / 5, 1, 1], abs=1e-12)
    assert result.score == pytest.approx(253 / 300, abs=1e-12)
    assert result.signature.level == "2"


# --- sentiment: WAF and accuracy -----------------------------------------------------------------------------------

SENTIMENT = [
    (1.5, "positive"),
    (-0.4, "positive"),
    (0, "positive"),  # left out, as is what equals it
    (-0.0, "negative"),
    (-2, "neutral"),  # counts as negative
    (0.2, " Negative"),
    (-1, "negative "),
    (0.7, "neutral"),
    (-3, "upbeat"),  # no word for a polarity: as neutral
]
# Positive: 1 hit of 3, named 2 times: F1 2 / (3 + 2). Negative: 3 hits of 4, named 5 times: F1 6 / (4 + 5).


def test_waf_and_accuracy(score):
    result = score("cmumosi", *zip(*SENTIMENT, strict=True))
    assert result.metrics == pytest.approx({"waf": (3 * 2 / 5 + 4 * 2 / 3) / 7, "accuracy": 4 / 7}, abs=1e-12)
    assert result.score == result.metrics["waf"]
    assert (result.scored, result.samples, result.wheels) == ((7,), 9, ())


def test_classes_are_weighted_by_their_support(score):
    # Always positive: F1 of that class is 6 / (3 + 4), of the other 0.
    result = score("cmumosi", [1, 2, 3, -1], ["positive"] * 4)
    assert result.score == pytest.approx(3 / 4 * 6 / 7, abs=1e-12)
    assert score("cmumosi", [1, 2, 3, -1], ["positive"] * 3 + ["negative"]).score == 1


# --- which checkpoint ----------------------------------------------------------------------------------------------


def test_the_published_row_takes_the_best_checkpoint_of_each_data_set(toy, tmp_path):
    truth = {"meld": {"a": "joy", "b": "sadness"}, "ovmerdplus": {"c": "[fear]"}}
    answers = {
        "checkpoint_9": {"meld": {"a": ["joy"], "b": ["sad"]}, "ovmerdplus": {"c": ["joy"]}},
        "checkpoint_10": {"meld": {"a": ["sad"], "b": ["sad"]}, "ovmerdplus": {"c": ["fear"]}},
    }
    for checkpoint, datasets in answers.items():
        for dataset, labels in datasets.items():
            lines = [{"name": name, "labels": words} for name, words in labels.items()]
            write_rows(tmp_path / checkpoint / f"{dataset}.jsonl", lines)

    def row(rule):
        report = evaluate(tmp_path, truth, lexicon=toy, checkpoint=rule, bootstrap=0)
        assert report.signature.checkpoint == rule
        return [(each.checkpoint, each.score) for each in report.datasets]

    # On MELD checkpoint_10 misses joy: wheels 1, 3 and 5 1/2, wheel 2 (joy alone) 0, wheel 4 (sadness alone) 1.
    # On OV-MERD+ checkpoint_9 shares a sector on wheel 3: wheels 1, 2 and 5 0, wheel 4 has no fear.
    assert row("best-per-dataset") == [("checkpoint_9", 1.0), ("checkpoint_10", 1.0)]
    assert row("best-overall") == [("checkpoint_10", 0.5), ("checkpoint_10", 1.0)]
    assert row("last") == [("checkpoint_10", 0.5), ("checkpoint_10", 1.0)]
    assert row("checkpoint_9") == [("checkpoint_9", 1.0), ("checkpoint_9", 0.25)]


def test_the_signature_names_the_release(score, toy):
    signature = str(score("meld", ["joy"], [["joy"]]).signature)
    assert f"|protocol:official|lexicon:{load_lexicon(toy).label}|level:1|" in signature
    assert "|lexicon:none|level:none|" in str(score("cmumosi", [1], ["positive"]).signature)
