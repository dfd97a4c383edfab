"""Words that are spelled alike: found among few, and the same as among all."""

import difflib

from hypothesis import given
from hypothesis import strategies as st

from merunibench.lexicon import explain_words, explainer_for
from merunibench.lexicon.runtime.spelling import Spellings

words = st.text("abcé- ", min_size=1, max_size=8)


@given(st.sets(words, max_size=30), words)
def test_near_words_are_those_of_all_that_begin_or_end_alike(known, word):
    alike = sorted(
        other
        for other in known
        if abs(len(other) - len(word)) <= 3 and (other[0] == word[0] or other[-3:] == word[-3:])
    )
    expected = difflib.get_close_matches(word, alike, n=3, cutoff=0.8) if len(word) > 1 else []
    assert list(Spellings(known).near(word)) == expected


def test_thousands_of_unknown_words_are_compared_with_few_each(monkeypatch):
    compared = []
    original = difflib.get_close_matches

    def counting(word, candidates, **options):
        compared.append(len(candidates))
        return original(word, candidates, **options)

    monkeypatch.setattr(difflib, "get_close_matches", counting)
    letters = "bcdfghjklmnpqrst"
    unknown = [f"{a}{b}{c}zq" for a in letters for b in letters for c in letters]
    found = explain_words([", ".join(unknown)], [explainer_for("builtin")])
    assert len(found) == len(unknown) == 4096
    assert sum(compared) < 4096
