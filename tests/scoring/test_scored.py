"""The record of a score: what it says of itself, and that it is read as it was written."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from merunibench import InputError
from merunibench.scoring import Scored
from tests.scoring.small import scored, settings

TRUTH = {"a": "joy", "b": "sadness", "c": "anger", "d": "joy"}
SAID = {"a": ["joy"], "b": ["sad", "calm"], "c": ["xylophone"], "d": ["sad;calm"], "e": ["joy"]}
VALUES = {"v_1": 1.0, "w_2": -1.0, "v_3": 0.5}
POLARITIES = {"v_1": "positive", "w_2": "neutral", "v_3": "negative"}


@pytest.mark.parametrize("protocol", ["official", "strict"])
@pytest.mark.parametrize(
    ("dataset", "said", "truth"),
    [("meld", SAID, TRUTH), ("cmumosi", POLARITIES, VALUES), ("ovmerdplus", SAID, {k: [v] for k, v in TRUTH.items()})],
)
def test_it_is_read_as_it_was_written(dataset, said, truth, protocol):
    result = scored(dataset, said, truth, protocol=protocol, bootstrap=20).resampled(settings(bootstrap=20))
    assert result.ci is not None
    assert result.remarks or dataset == "cmumosi"
    read = Scored.from_dict(json.loads(json.dumps(result.to_dict(), allow_nan=False)), result.replicates)
    assert read == replace(result.alone(), remarks=())
    assert hash((read.scored, read.ci, read.signature))  # tuples as before, not lists
    np.testing.assert_array_equal(read.replicates, result.replicates)


def test_alone_it_holds_no_arrays():
    alone = scored("meld", SAID, TRUTH, bootstrap=20).resampled(settings(bootstrap=20)).alone()
    assert alone.samples_scored is None
    assert len(alone.replicates) == 0
    with pytest.raises(ValueError, match="meld: no samples to resample"):
        alone.resampled(settings(bootstrap=20))


@pytest.mark.parametrize(
    ("policy", "rows", "complete"),
    [
        ("error", {}, True),
        ("skip", {}, True),
        ("skip", {"a": "absent"}, False),
        ("skip", {"a": "failed"}, False),
        ("zero", {"a": "absent"}, True),
        ("zero", {"a": "failed"}, True),
    ],
)
def test_it_is_complete_if_every_sample_of_the_official_set_was_scored(policy, rows, complete):
    statuses = {name: rows.get(name, "ok") for name in TRUTH}
    lines = [{"name": name, "labels": ["joy"], "status": said} for name, said in statuses.items() if said != "absent"]
    result = scored("meld", pd.DataFrame(lines), TRUTH, missing=policy)
    assert (result.missing, result.failed) == tuple([*rows.values()].count(each) for each in ("absent", "failed"))
    assert not result.is_complete
    assert replace(result, expected_samples=4).is_complete == complete


def test_its_signature_names_the_way_in_which_its_checkpoint_was_chosen():
    result = scored("meld", SAID, TRUTH)
    chosen = result.selected_by("best-overall")
    assert (result.signature.checkpoint, chosen.signature.checkpoint) == ("best-per-dataset", "best-overall")
    assert chosen == replace(result, signature=replace(result.signature, checkpoint="best-overall"))


def test_the_signature_of_sentiment_has_neither_lexicon_nor_level():
    one, two = (scored("cmumosi", POLARITIES, VALUES, level=level).signature for level in (1, 2))
    assert (one.lexicon, one.level) == ("none", "none")
    assert one == two
    one, two = (scored("meld", SAID, TRUTH, level=level).signature for level in (1, 2))
    assert (one.level, two.level) == ("1", "2")


def test_the_signature_says_where_labels_and_polarity_come_from():
    lines = pd.DataFrame([{"name": name, "labels": ["joy"], "labels_from": "mine@1"} for name in TRUTH])
    signature = scored("meld", lines, TRUTH).signature
    assert (signature.labels, signature.polarity) == ("mine@1", "given")


@pytest.mark.parametrize("option", ["bootstrap", "seed"])
@pytest.mark.parametrize("value", [-1, 0.5, "1"])
def test_numbers_of_settings_are_whole_and_not_negative(option, value):
    with pytest.raises(InputError, match=f"{option} must be a non-negative integer"):
        settings(**{option: value})
