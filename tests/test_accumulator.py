"""Rows that are added in parts, on any rank and in any order, give the report of `evaluate` to the bit."""

import json
import multiprocessing
import pickle
import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import merunibench
from merunibench import Accumulator
from merunibench.errors import InputError
from merunibench.integrations.transformers import compute_metrics

WORDS = ["happy", "sad", "angry", "calm", "worried", "xylophone", "neutral"]
OPTIONS = {"bootstrap": 50, "protocol": "strict"}


def rows(number=160, seed=0):
    """Names, answers (label lists and raw replies) and truths of a fine-grained data set."""
    draw = random.Random(seed)

    def answer(row):
        labels = draw.sample(WORDS, draw.randint(1, 3))
        return labels if row % 3 else f"<think>Hm.</think><answer>{', '.join(labels)}</answer>"

    return [(f"sample_{row:08d}", answer(row), draw.sample(WORDS[:5], draw.randint(1, 2))) for row in range(number)]


def columns(part):
    return [list(column) for column in zip(*part, strict=True)]


def filled(part, **options):
    accumulator = Accumulator("ovmerdplus", **{**OPTIONS, **options})
    accumulator.update(*columns(part))
    return accumulator


def on_a_rank(rank, ranks, sender):
    """What a DistributedSampler gives: every n-th row of a shuffled order, filled up with the first ones."""
    given = rows()[:158]
    random.Random(1).shuffle(given)
    given += given[: -len(given) % ranks]
    accumulator = Accumulator("ovmerdplus", **OPTIONS)
    for row in given[rank::ranks]:
        accumulator.update(*columns([row]))
    sender.send(json.dumps(accumulator.state_dict()))


def test_four_processes_give_what_one_gives_to_the_bit():
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe(duplex=False) for _ in range(4)]
    ranks = [context.Process(target=on_a_rank, args=(rank, 4, pipes[rank][1])) for rank in range(4)]
    for process in ranks:
        process.start()
    states = [json.loads(receiver.recv()) for receiver, _ in pipes]
    for process in ranks:
        process.join()
    whole = Accumulator.of_states(states, **OPTIONS)
    assert (len(whole), whole.duplicates) == (158, 2)
    assert whole.compute().to_json() == filled(rows()[:158]).compute().to_json()


def test_the_report_is_that_of_evaluate():
    given = rows()
    names, answers, truths = columns(given)
    table = {
        "name": names,
        "text": [answer if isinstance(answer, str) else None for answer in answers],
        "labels": [None if isinstance(answer, str) else answer for answer in answers],
    }
    truth = {"ovmerdplus": dict(zip(names, truths, strict=True))}
    expected = merunibench.evaluate({"ovmerdplus": table}, truth, **OPTIONS)
    assert filled(given).compute().to_json() == expected.to_json()


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(30)), st.integers(1, 5))
def test_order_and_parts_do_not_matter(order, parts):
    given = rows(30)
    expected = filled(given, bootstrap=0).compute().to_json()
    whole = Accumulator("ovmerdplus", **{**OPTIONS, "bootstrap": 0})
    for part in range(parts):
        whole.merge(filled([given[row] for row in order[part::parts]] or given[:1]))
    assert whole.compute().to_json() == expected


def test_kinds_of_truths():
    basic = Accumulator("meld", bootstrap=0)
    basic.update(np.array(["a", "b"]), ["She is happy.", np.array(["sad"])], np.array(["joy", "anger"]))
    assert basic.compute()["meld"].metrics["hit_rate"] == 0.5
    sentiment = Accumulator("cmumosi", bootstrap=0)
    sentiment.update(["a", "b"], ["positive", "He is angry."], np.array([1.5, -2.0]))
    assert sentiment.compute()["cmumosi"].metrics["waf"] == 1.0


def test_equal_rows_count_once_and_others_are_refused_as_a_whole():
    accumulator = filled(rows(10))
    accumulator.update(*columns(rows(5)))
    assert (len(accumulator), accumulator.duplicates) == (10, 5)
    for change, what in (((0, ["joy"], rows(1)[0][2]), "answer"), ((0, rows(1)[0][1], ["bored"]), "truth")):
        _, answer, truth = change
        with pytest.raises(
            InputError, match=f"sample 'sample_00000000' was added twice with a different {what}: .*, then "
        ):
            accumulator.update(["new", "sample_00000000"], [["sad"], answer], [["sad"], truth])
    assert len(accumulator) == 10
    with pytest.raises(InputError, match="with a different answer"):
        accumulator.merge(filled([("sample_00000001", ["joy"], rows(2)[1][2])]))


def test_states_go_through_json_and_pickle():
    accumulator = filled(rows(20))
    for state in (
        json.loads(json.dumps(accumulator.state_dict())),
        pickle.loads(pickle.dumps(accumulator.state_dict())),
    ):
        again = Accumulator("ovmerdplus", **OPTIONS)
        again.load_state_dict(state)
        assert again.compute().to_json() == accumulator.compute().to_json()


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({}, "not the state of an accumulator: schema None"),
        ({"schema": "merunibench.accumulator/1", "dataset": "meld"}, "a state of meld cannot be loaded for ovmerdplus"),
        ({"schema": "merunibench.accumulator/1", "dataset": "ovmerdplus"}, "not the state of an accumulator: 'names'"),
        (
            {
                "schema": "merunibench.accumulator/1",
                "dataset": "ovmerdplus",
                "names": ["a"],
                "answers": [1],
                "truths": ["x"],
            },
            "an answer is text or a list of labels, not '1'",
        ),
    ],
)
def test_what_is_no_state_is_refused_and_nothing_is_lost(state, message):
    accumulator = filled(rows(3))
    with pytest.raises(InputError, match=message):
        accumulator.load_state_dict(state)
    assert len(accumulator) == 3


def test_what_cannot_be_added_is_refused():
    accumulator = Accumulator("ovmerdplus")
    with pytest.raises(InputError, match="2 names, 1 answers and 2 truths"):
        accumulator.update(["a", "b"], ["x"], ["y", "z"])
    with pytest.raises(InputError, match="sample 'a': an answer is text or a list of labels, not 'None'"):
        accumulator.update(["a"], [None], ["y"])
    with pytest.raises(InputError, match=r"sample 'b': the truth is not a number \(NaN\)"):
        accumulator.update(["a", "b"], [["x"], ["x"]], np.array([1.0, np.nan]))
    assert len(accumulator) == 0
    with pytest.raises(InputError, match="sample 'a': there is no truth"):
        accumulator.update(["a"], ["x"], [None])
    with pytest.raises(InputError, match="no rows were added"):
        accumulator.compute()
    with pytest.raises(InputError, match="rows of meld cannot be added to rows of ovmerdplus"):
        accumulator.merge(Accumulator("meld"))
    with pytest.raises(InputError, match="no states to merge"):
        Accumulator.of_states([])


def test_the_trainer_of_transformers_gets_the_same_figures():
    words = ["<pad>", *WORDS]

    class Tokenizer:
        pad_token_id = 0

        def batch_decode(self, ids, skip_special_tokens):
            assert skip_special_tokens
            return [", ".join(words[code] for code in row if code) for row in ids]

    draw = random.Random(0)
    ids = [[draw.randint(1, 5), draw.randint(1, 5), -100] for _ in range(20)]
    names, truths = [f"n{row}" for row in range(20)], [[words[row[0]]] for row in ids]
    found = compute_metrics(Tokenizer(), "ovmerdplus", names, truths, bootstrap=0)(
        SimpleNamespace(predictions=np.array(ids), label_ids=None)
    )
    answers = {name: [words[code] for code in row[:2]] for name, row in zip(names, ids, strict=True)}
    expected = merunibench.evaluate(
        {"ovmerdplus": answers}, {"ovmerdplus": dict(zip(names, truths, strict=True))}, bootstrap=0
    )
    assert found["ovmerdplus/score"] == expected.scalars()["ovmerdplus/score"] > 0.5
    with pytest.raises(InputError, match="19 predictions for 20 named samples"):
        compute_metrics(Tokenizer(), "ovmerdplus", names, truths)(SimpleNamespace(predictions=np.array(ids[1:])))
