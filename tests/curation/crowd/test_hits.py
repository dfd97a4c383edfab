"""The released hit test, and the rules over five wheels, on real predictions: every published count."""

import numpy as np
import pytest

from merunibench.curation.crowd import Crowd
from merunibench.data import read_table
from merunibench.data.columns import label_column, name_column
from merunibench.extraction import polarity
from merunibench.kinds import POLARITIES
from merunibench.lexicon import load_lexicon
from merunibench.protocols import OFFICIAL

# Passes of 332 by model: wheels 1 to 5 at level 1, then at level 2.
COUNTS = {
    "Chat-UniVi": (210, 210, 211, 208, 199, 178, 180, 184, 178, 176),
    "LLaMA-VID": (203, 202, 197, 193, 191, 159, 160, 166, 159, 160),
    "Otter": (160, 164, 183, 145, 178, 123, 123, 139, 121, 136),
    "Qwen-Audio": (166, 156, 155, 127, 130, 113, 117, 119, 114, 114),
    "SALMONN": (208, 216, 215, 184, 191, 161, 160, 167, 162, 161),
    "Video-ChatGPT": (203, 202, 203, 184, 199, 161, 163, 165, 159, 160),
    "Video-LLaVA": (189, 186, 196, 169, 190, 147, 148, 161, 150, 156),
    "VideoChat": (193, 193, 195, 185, 183, 156, 158, 163, 154, 156),
    "VideoChat2": (186, 184, 197, 178, 193, 154, 154, 163, 157, 160),
    "mPLUG-Owl": (205, 200, 211, 190, 203, 166, 166, 168, 164, 162),
}
RULES = [f"wheel{wheel}@{level}" for level in (1, 2) for wheel in range(1, 6)]
TEXT_CROWD = ("mer2023-zh", "mer2023-en", "meld-en", "iemocap-en")


@pytest.fixture(scope="module")
def official(shared):
    return shared / "official"


@pytest.fixture(scope="module")
def release(official):
    return official / "emotion_wheel" / "mer2025"


@pytest.fixture(scope="module")
def lexicon(release):
    return load_lexicon(release)


@pytest.fixture(scope="module")
def votes(official):
    return official / "curate" / "votes"


@pytest.fixture(scope="module")
def described(official):
    """Model -> names and labels of its merged descriptions."""
    found = {}
    for model in COUNTS:
        table = read_table(official / "ovmerd" / "predictions" / model / "nosubtitle-addsub" / "ovmerd.jsonl")
        found[model] = name_column(table), label_column(table, "labels")
    return found


@pytest.fixture(scope="module")
def truth(official):
    table = read_table(official / "ovmerd" / "ovlabel.csv")
    return name_column(table), label_column(table, "openset").replace_empty(("neutral",))


@pytest.fixture(scope="module")
def set_f(described, truth, lexicon):
    """set_f(weights) -> F of Chat-UniVi's merged descriptions, each counted with its weight."""
    metric = OFFICIAL["fine-grained"]
    names, labels = described["Chat-UniVi"]
    place = {name: row for row, name in enumerate(truth[0].to_pylist())}
    true = truth[1].take(np.array([place[name] for name in names.to_pylist()]))
    statistics = metric.statistics(lexicon.sector_sets(true), lexicon.sector_sets(labels))
    return lambda weights: float(metric.score((statistics * weights).sum(axis=1)))


def passes(crowd, described):
    return {model: int((crowd.emotion(*described[model]).verdicts == 1).sum()) for model in COUNTS}


@pytest.mark.parametrize("column", range(10), ids=RULES)
def test_the_released_hit_test(votes, described, lexicon, column):
    crowd = Crowd.load([votes / "human-emotion.jsonl"], lexicon=lexicon, match=RULES[column])
    assert passes(crowd, described) == {model: counts[column] for model, counts in COUNTS.items()}


def test_any_three_of_five_and_all(votes, described, lexicon):
    known = {
        "Chat-UniVi": (237, 207, 174),
        "SALMONN": (242, 196, 160),
        "Video-ChatGPT": (227, 198, 161),
        "Otter": (213, 158, 118),
        "Qwen-Audio": (195, 137, 110),
    }
    path = votes / "human-emotion.jsonl"
    found = [
        passes(Crowd.load([path], lexicon=lexicon, match=match), described) for match in ("any", "majority", "all")
    ]
    assert {model: tuple(each[model] for each in found) for model in known} == known
    builtin = [passes(Crowd.load([path], match=match), described)["Chat-UniVi"] for match in ("any", "majority", "all")]
    assert builtin == [245, 236, 204]  # under version 2 of the lexicon


def test_word_forms_and_synonyms(votes, described, release):
    found = [
        passes(Crowd.load([votes / "human-emotion.jsonl"], lexicon=release, match=match), described)
        for match in ("forms", "synonyms")
    ]
    known = {"Chat-UniVi": (155, 162), "SALMONN": (112, 132), "Qwen-Audio": (109, 109)}
    assert {model: tuple(each[model] for each in found) for model in known} == known


def test_human_labels_hit_the_human_class(votes, truth, lexicon):
    path = votes / "human-emotion.jsonl"
    for known, lexicon_ in (((310, 307, 280), lexicon), ((320, 319, 314), "builtin")):
        found = [
            int((Crowd.load([path], lexicon=lexicon_, match=match).emotion(*truth).verdicts == 1).sum())
            for match in ("any", "majority", "all")
        ]
        assert tuple(found) == known


def test_a_human_crowd_tells_good_descriptions_from_bad(votes, described, lexicon, set_f):
    judged = Crowd.load([votes / "human-emotion.jsonl"], lexicon=lexicon).emotion(*described["Chat-UniVi"])
    kept = judged.verdicts == 1
    assert set_f(kept) == pytest.approx(0.797267, abs=1e-6)
    assert set_f(~kept) == pytest.approx(0.187428, abs=1e-6)


def test_sentiment_by_the_sign_of_valence(votes, described, lexicon):
    names, labels = described["Chat-UniVi"]
    polarities = np.array([POLARITIES[polarity(labels[row])] for row in range(len(labels))], np.int8)
    crowd = Crowd.load([votes / "human-emotion.jsonl", votes / "human-sentiment.jsonl"], lexicon=lexicon)
    sentiment, emotion = crowd.sentiment(names, polarities), crowd.emotion(names, labels)
    assert int((sentiment.verdicts == 1).sum()) == 252
    assert int(((sentiment.verdicts == 1) & (emotion.verdicts == 1)).sum()) == 192


def test_a_crowd_of_text_classifiers_is_better_than_luck(votes, described, lexicon, set_f):
    crowd = Crowd.load([votes / f"{name}.jsonl" for name in TEXT_CROWD], lexicon=lexicon)
    judged = crowd.emotion(*described["Chat-UniVi"])
    kept, reasons = judged.verdicts == 1, np.bincount(judged.reasons + 1, minlength=5).tolist()
    assert int(kept.sum()) == 82
    assert reasons == [82, 0, 95, 1, 154]  # passes, no vote, no majority, no known label, differing
    assert set_f(kept) == pytest.approx(0.7374, abs=5e-5)
    assert set_f(kept) - set_f(judged.verdicts == 0) > 0.15
    chance = judged.columns["chance"]
    assert set_f(kept) - set_f(chance) > 0.05
    assert judged.chance == pytest.approx(chance.sum(), abs=1e-3)
    # A hundred shufflings, of which the chance is the closed form.
    names, labels = described["Chat-UniVi"]
    rng, shuffled = np.random.default_rng(0), []
    for _ in range(20):
        order = names.take(rng.permutation(len(names)))
        shuffled.append(int((crowd.emotion(order, labels).verdicts == 1).sum()))
    assert np.mean(shuffled) == pytest.approx(judged.chance, abs=3)


def test_the_chance_of_a_wheel(votes, described, lexicon):
    """Against the definition: every description with every vote."""
    paths = [votes / f"{name}.jsonl" for name in TEXT_CROWD]
    names, labels = described["Chat-UniVi"]
    for wheel in (1, 5):
        judged = Crowd.load(paths, lexicon=lexicon, match=f"wheel{wheel}").emotion(names, labels)
        voted = [each[0] for each in judged.columns["voted"]]
        sets = []
        for row in range(len(labels)):
            sectors = {lexicon.sectors(label)[wheel - 1] for label in labels[row]} - {None}
            neutral = {"neutral"} if "neutral" in labels[row] or not labels[row] else set()
            sets.append(sectors | neutral)
        expected = sum(vote in each for vote in voted for each in sets) / len(sets)
        assert judged.chance == pytest.approx(expected, abs=1e-9)
