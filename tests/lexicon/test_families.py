"""Word families: what the rules let into one, on a small WordNet of our own and on the real one if installed."""

import shutil
from pathlib import Path

import pytest

from merunibench._resources import resource
from merunibench.lexicon.runtime.morphology import same_stem
from merunibench.lexicon.workshop.concepts import parse_concepts
from merunibench.lexicon.workshop.sources import Kinship, Sources, parse_families, read_sources
from tools import word_families as families
from tools.word_families import Form

WORDNET = Path("/usr/share/wordnet")


class SmallWordNet:
    """Enough to follow frustrated, interested and fear."""

    POINTERS = (
        ("frustrate", "frustration"),
        ("interest", "interested"),
        ("interest", "interestingness"),
        ("fear", "fearful"),
        ("fear", "fearless"),
        ("fear", "dread"),
        ("certain", "uncertain"),
        ("interested", "uninterested"),
    )

    def parts_of_speech(self, _word):
        return {"a"}

    def bases(self, word):
        return [Form(word.removesuffix("d"), "v")] if word == "frustrated" else []

    def related(self, form):
        for one, other in self.POINTERS:
            yield from (Form(b, "a") for a, b in ((one, other), (other, one)) if a == form.word)

    def is_thing(self, word):
        return word == "interestingness"

    def inflected(self, form):
        return [f"{form.word}s"] if form.word.endswith("ion") else []


def small(words, **more):
    concepts = parse_concepts(f"joy happy happy joyful joy joyful +\n    {words}\n", "table.txt")
    return Sources(concepts, **more)


def test_forms():
    wordnet, sources = SmallWordNet(), small("jolly")
    assert families.forms_of("frustrated", sources, wordnet) == {"frustrate", "frustration", "frustrations"}
    assert families.forms_of("interested", sources, wordnet) == {"interest"}
    assert families.forms_of("fear", sources, wordnet) == {"fearful"}


def test_kinship_goes_before_wordnet():
    def forms(word, **kinship):
        empty = {"apart": {}, "alone": frozenset(), "together": {}}
        return families.forms_of(word, small("jolly", kinship=Kinship(**empty | kinship)), SmallWordNet())

    assert forms("frustrated", apart={"frustrated": frozenset({"frustration"})}) == {"frustrate"}
    assert forms("frustrated", alone=frozenset({"frustrated"})) == set()
    assert forms("fear", together={"fear": frozenset({"afraid"})}) == {"fearful", "afraid"}
    stopped = families.forms_of("fear", small("jolly", stop=frozenset({"fearful"})), SmallWordNet())
    assert stopped == set()


def test_heads_that_share_a_form_are_one_family():
    found = families.families(small("frustrated, frustration, jolly"), SmallWordNet())
    assert (["frustrated", "frustration"], ["frustrate", "frustrations"]) in found
    assert parse_families(families.to_text(found), "f")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("satisfied", "satisfaction", True),
        ("happy", "happiness", True),
        ("angry", "anger", True),
        ("fear", "fearless", False),
        ("happy", "unhappy", False),
        ("satisfied", "dissatisfied", False),
        ("sad", "sorrow", False),
    ],
)
def test_same_stem(one, other, same):
    assert same_stem(one, other) is same
    assert same_stem(other, one) is same


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::ResourceWarning")  # NLTK's: files that it leaves open
def test_the_committed_families_are_what_wordnet_gives(tmp_path):
    pytest.importorskip("nltk")
    pytest.importorskip("lemminflect")
    if not (WORDNET / "data.noun").is_file():
        pytest.skip(f"{WORDNET} is not there (Debian: wordnet-base)")
    wordnet = families.WordNet(shutil.copytree(WORDNET, tmp_path / "wordnet"))
    text = families.to_text(families.families(read_sources(with_families=False), wordnet))
    assert text == resource("emotion_wheels", "builtin", "families.txt").read_text(encoding="utf-8")
