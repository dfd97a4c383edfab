"""How much of real labels the builtin lexicon knows, and how far it agrees with an official release that makes sense.

The labels and the release belong to others and are read where they are (see tests/conftest.py).
"""

import csv
from collections import Counter

import numpy as np
import pytest

from merunibench.files.npz import read_npz
from merunibench.labels import LabelLists, normalise_label, parse_label_field
from merunibench.lexicon import load_lexicon, load_wheels
from merunibench.lexicon.workshop.concepts import canonical
from merunibench.lexicon.workshop.sources import read_sources
from tools.builtin_lexicon import concepts_of_words

PLEASANT = {"happy", "joyful", "powerful", "peaceful", "joy", "genius"}


def counted(fields):
    lists = LabelLists.from_fields(fields)
    return {
        word: int(number)
        for word, number in zip(lists.vocabulary, lists.label_counts(), strict=True)
        if word != "neutral"
    }


def coverage(counts):
    """Share of labels that have a sector, mean of the wheels."""
    known = load_lexicon("builtin").indices(list(counts), 1) >= 0
    return float(np.average(known.mean(axis=1), weights=list(counts.values())))


@pytest.fixture(scope="module")
def predicted(shared):
    """Label -> how often the released outputs on three data sets hold it; over every checkpoint."""
    files = sorted((shared / "official" / "output").glob("results-*/*/*-openset.npz"))
    assert len(files) == 21
    total = Counter()
    for path in files:
        total.update(counted([str(item) for item in read_npz(path)["fileitems"]]))
    return total


def test_coverage_of_predictions(predicted):
    assert sum(predicted.values()) > 80_000
    assert coverage(predicted) >= 0.97


@pytest.mark.parametrize(
    ("file", "column"), [("dataset/ovmerdplus-process/ovlabel.csv", "openset"), ("descriptions/emer_dev.csv", "labels")]
)
def test_coverage_of_ground_truth(shared, file, column):
    with (shared / "official" / file).open(encoding="utf-8", newline="") as stream:
        counts = counted([parse_label_field(row[column]) for row in csv.DictReader(stream)])
    # The second is a small sample (577 labels) on which no bar was set. Thinking has no sector on wheels 1 and 2.
    assert coverage(counts) >= (0.957 if column == "openset" else 0.95)


def test_agreement_with_the_release_where_that_follows_its_own_wheels(shared, predicted):
    ours, theirs = load_lexicon("builtin"), load_lexicon(shared / "official" / "emotion_wheel" / "mer2026")
    sources = read_sources()
    concept_of, families = concepts_of_words(sources), {word: group for group in sources.families for word in group}
    agreeing = compared = 0
    for label, number in predicted.items():
        word = next(iter(ours.words_of(label)), label)
        polarity = concept_of[word].polarity if word in concept_of else 0
        slots = zip(load_wheels(), ours.sectors(label), theirs.sectors(normalise_label(label)), strict=True)
        for wheel, mine, official in slots:
            if mine is None or official is None:
                continue
            own = {canonical(other): sector for other, sector in wheel.placement(1).items()}
            kin = {own[other] for other in families.get(word, (word,)) if other in own}
            if (kin and official not in kin) or polarity * valence(official) < 0:
                continue
            compared += number
            agreeing += number * (mine == official)
    assert compared > 200_000
    assert agreeing / compared >= 0.82


def valence(sector):
    return 0 if sector == "surprised" else 1 if sector in PLEASANT else -1


MODELS_WORDS = """
admiring affectionate aggravated agitated aloof amused anguished annoyed anticipatory anxious apathetic appalled
appreciative apprehensive ashamed assertive astonished attentive awestruck awkward baffled bemused bewildered bitter
blissful bored calm carefree cautious cheerful compassionate complacent composed concerned confident conflicted confused
contemplative contemptuous content contrite crestfallen curious cynical dazed defeated defensive defiant dejected
delighted depressed desperate despondent determined devastated disappointed discouraged disdainful disengaged
disgruntled disgusted disheartened disillusioned dismayed dismissive displeased dissatisfied distant distracted
distraught distressed distrustful doubtful eager earnest ecstatic elated embarrassed empathetic empowered enchanted
encouraged energetic engaged enraged enthusiastic envious euphoric exasperated excited exhausted exhilarated exuberant
fascinated fearful fed-up flabbergasted flustered focused frantic frightened frustrated furious giddy gleeful gloomy
grateful grief-stricken grumpy guilt-ridden guilty heartbroken helpless hesitant hopeful hopeless horrified hostile
humiliated hurt hysterical impatient impressed indifferent indignant infuriated insecure inspired insulted intimidated
intrigued introspective irate irked irritated isolated jaded jealous jittery jovial joyful jubilant judgmental lethargic
light-hearted listless livid lonely longing melancholic mischievous miserable mocking moody mortified mournful moved
nervous nonchalant nostalgic numb offended optimistic outraged overjoyed overwhelmed panicked passionate
passive-aggressive peaceful pensive perplexed pessimistic petrified petulant pitying playful pleased powerless
preoccupied proud puzzled quizzical radiant reassured rebellious reflective regretful rejected relaxed relieved
reluctant remorseful repulsed resentful reserved resigned resolute restless revolted romantic sarcastic satisfied scared
scornful self-assured self-conscious sentimental serene shaken shocked shy skeptical smug somber sorrowful speechless
spiteful startled stressed stubborn stunned sulky sullen surprised suspicious sympathetic tearful tense terrified
thankful thoughtful thrilled timid tormented touched tranquil triumphant troubled trusting uncertain uncomfortable
uneasy unhappy unimpressed unsettled unsure upbeat upset vengeful vexed vigilant vulnerable wary weary whimsical wistful
withdrawn worried wounded yearning zealous stressed-out burned-out pissed-off cold-hearted broken-hearted open-minded
strong-willed disappointedly angrily happily nervously excitedly resignedly mockingly unamused unenthused discontent
"""


def test_words_of_other_models():
    words = MODELS_WORDS.split()
    assert len(words) > 250
    assert [word for word in words if not load_lexicon("builtin").known([word])[0]] == []
