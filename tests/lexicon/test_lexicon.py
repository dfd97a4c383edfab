"""A compiled lexicon gives back what was compiled, one word or a whole vocabulary at a time."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.labels import LabelLists, normalise_label
from merunibench.lexicon import LEVELS, Lexicon, compile_lexicon, load_lexicon

labels = st.text(st.characters(codec="utf-8"), max_size=8).map(normalise_label).filter(bool)


@st.composite
def mappings(draw):
    """Sectors of five wheels at both levels, and where some words stand among them."""
    sectors, placements = {}, {}
    words = draw(st.lists(labels, unique=True, max_size=12))
    for level, most in ((1, 8), (2, 62)):
        counts = draw(st.lists(st.integers(1, most), min_size=5, max_size=5))
        sectors[level] = [[f"sector {n}" for n in range(count)] for count in counts]
        placements[level] = [
            draw(st.dictionaries(st.sampled_from(words), st.sampled_from(names))) if words else {}
            for names in sectors[level]
        ]
    return placements, sectors


def compiled(mapping):
    placements, sectors = mapping
    return compile_lexicon("any", placements, sectors, {"file": "0" * 64})


@given(mappings())
def test_a_word_has_the_sectors_it_was_given(mapping):
    placements, _ = mapping
    lexicon = compiled(mapping)
    words = {word for level in LEVELS for place in placements[level] for word in place}
    assert len(lexicon) == len(words)
    for word in (*words, "no such word"):
        assert (word in lexicon) == (word in words)
        for level in LEVELS:
            assert lexicon.sectors(word, level) == tuple(place.get(word) for place in placements[level])


@given(mappings())
def test_text_and_back(mapping):
    lexicon = compiled(mapping)
    assert Lexicon.from_text(lexicon.to_text(), "file") == lexicon
    assert Lexicon.from_text(lexicon.to_text(), "file").to_text() == lexicon.to_text()


@given(mappings(), st.data())
def test_masks_are_sets_of_sectors(mapping, data):
    placements, sectors = mapping
    every = {word for level in LEVELS for place in placements[level] for word in place}
    words = sorted(word for word in every if any(map(str.isalnum, word)))  # others are no labels
    lists = data.draw(st.lists(st.lists(st.sampled_from([*words, "unknown", "neutral"]), max_size=5), max_size=6))
    lexicon = compiled(mapping)
    for level in LEVELS:
        masks = lexicon.sector_sets(LabelLists.from_fields(lists), level)
        assert masks.shape == (5, len(lists))
        for wheel, (place, names) in enumerate(zip(placements[level], sectors[level], strict=True)):
            for sample, words_of_sample in enumerate(lists):
                expected = {place[word] for word in words_of_sample if word in place}
                mask = int(masks[wheel, sample])
                assert {name for digit, name in enumerate(names) if mask >> digit & 1} == expected
                assert mask < 1 << len(names)


@given(mappings())
def test_words_by_sector(mapping):
    placements, sectors = mapping
    for level in LEVELS:
        for found, place, names in zip(
            compiled(mapping).words_of_sectors(level), placements[level], sectors[level], strict=True
        ):
            assert found == {name: sorted(word for word in place if place[word] == name) for name in names}


def test_the_hash_is_that_of_the_mapping_alone():
    lexicon = load_lexicon("builtin")
    assert dataclasses.replace(lexicon, name="other", sources={}).sha256 == lexicon.sha256
    word, code = next(iter(lexicon.codes.items()))
    assert dataclasses.replace(lexicon, codes={**lexicon.codes, word: code[::-1]}).sha256 != lexicon.sha256
    assert lexicon.renamed("other").label == f"other@{lexicon.sha256[:8]}"


def test_no_word_can_pass_for_two():
    sectors = {level: [["a"]] * 5 for level in LEVELS}
    honest = compile_lexicon("any", {1: [{"x": "a", "y": "a"}] * 5, 2: [{}] * 5}, sectors, {})
    forged = compile_lexicon("any", {1: [{"x\t00000-----\ny": "a"}] * 5, 2: [{}] * 5}, sectors, {})
    assert honest.sha256 != forged.sha256


def test_labels_are_looked_up_in_lower_case_and_stripped():
    lexicon = load_lexicon("builtin")
    assert lexicon.sectors("  JOYFUL ") == lexicon.sectors("joyful")
    assert " Joyful" in lexicon
    assert 3 not in lexicon


def test_a_vocabulary_at_once():
    lexicon = load_lexicon("builtin")
    words = ["joyful", "xylophone", "neutral", "sad"]
    assert lexicon.known(words).tolist() == [True, False, False, True]
    indices = lexicon.indices(words, 1)
    assert indices.shape == (4, 5)
    assert np.array_equal(indices[1], [-1] * 5)
    assert [lexicon.sectors_of_wheels[1][wheel][indices[0, wheel]] for wheel in range(5)] == list(
        lexicon.sectors("joyful")
    )


@pytest.mark.parametrize(("level", "most"), [(1, 8), (2, 62)])
def test_a_wheel_with_too_many_sectors_is_refused(level, most):
    sectors = {1: [["a"]] * 5, 2: [["a"]] * 5}
    sectors[level] = [["a"]] * 4 + [[f"s{n}" for n in range(most + 1)]]
    with pytest.raises(InputError, match=f"wheel 5 has {most + 1} sectors at level {level}, more than {most}"):
        compile_lexicon("any", {1: [{}] * 5, 2: [{}] * 5}, sectors, {})


def test_a_lexicon_in_english_alone():
    lexicon = load_lexicon("builtin")
    english = lexicon.in_english
    assert all(map(lexicon.words_of, ("开心", "😢", "traurig")))
    assert not any(map(english.words_of, ("开心", "😢", "traurig")))
    assert english.words_of("not happy") == lexicon.words_of("not happy")
    assert english.codes == lexicon.codes
    assert english.sha256 != lexicon.sha256
    assert english.in_english is english
