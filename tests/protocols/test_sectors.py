"""Answers as sector sets: what is right of them, and how they are called."""

import numpy as np
import pytest

from merunibench.labels import LabelLists
from merunibench.lexicon import LEVELS, load_lexicon
from merunibench.protocols import HitRate, SetF1
from merunibench.protocols.base import Samples

LEXICON = load_lexicon("builtin")
LISTS = [["joyful"], ["sad", "lonely"], ["xylophone"]]
SAMPLES = Samples("fine-grained", np.ones(3, bool), LabelLists.from_fields(LISTS), LabelLists.from_fields(LISTS[::-1]))


@pytest.mark.parametrize("metric", [HitRate(), SetF1()])
def test_hits_are_null_where_the_truth_has_no_sector_and_0_where_the_answer_has_none(metric):
    encoded = metric.encode(SAMPLES, LEXICON, 1)
    hits = metric.hits(encoded.truth, encoded.predicted)
    assert (encoded.truth[0] != 0).tolist() == [True, True, False]
    assert hits[0].tolist() == [0, np.bitwise_count(encoded.truth[0, 1]), -1]


@pytest.mark.parametrize("level", LEVELS)
def test_rows_name_the_sectors_of_their_level(level):
    rows = list(SetF1().rows(SetF1().encode(SAMPLES, LEXICON, level)))
    for wheel, sector in enumerate(LEXICON.sectors("joyful", level)):
        assert rows[0]["truth"][wheel] == ([] if sector is None else [sector])
    assert rows[2]["truth"] == [[]] * 5
