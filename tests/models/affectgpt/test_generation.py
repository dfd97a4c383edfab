"""Where an answer stops, and that nothing but what is said here draws it."""

from types import SimpleNamespace

import pytest
import torch

from merunibench.models.affectgpt.generation import StopRule, generate, until_stop
from merunibench.models.affectgpt.prompt import prompt_tokenizer
from merunibench.models.base import Decoding
from tests.models.affectgpt.tiny import make_tokenizer


@pytest.fixture(scope="module")
def tokens():
    return prompt_tokenizer(make_tokenizer(), 300)


def test_placeholders_join_the_vocabulary_in_the_authors_order(tokens):
    first = len(make_tokenizer())
    order = ["image", "audio", "frame", "face", "multi"]
    assert dict(tokens.placeholder_ids) == {medium: first + number for number, medium in enumerate(order)}


def test_stops_are_the_ways_to_write_three_hashes(tokens):
    one, two, three = (tokens.tokenizer.convert_tokens_to_ids(text) for text in ("#", "##", "###"))
    assert set(tokens.stops) == {(three,), (two, one), (one, two)}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (["a", "###", "b"], 2),
        (["a", "##", "#", "b"], 3),
        (["a", "#", "##", "b"], 3),
        (["a", "#", "#", "#"], 4),
        (["a", "<|im_end|>", "b"], 2),
        (["a", "<|endoftext|>", "<|endoftext|>"], 2),
        (["a", "<|im_start|>", "b"], 3),
        (["###"], 1),
        ([], 0),
    ],
)
def test_an_answer_ends_with_its_first_ending(tokens, text, kept):
    ids = [tokens.tokenizer.convert_tokens_to_ids(word) for word in text]
    assert until_stop(ids, tokens) == ids[:kept]


def test_every_sample_stops_by_itself(tokens):
    one, two, three, a = (tokens.tokenizer.convert_tokens_to_ids(text) for text in ("#", "##", "###", "a"))
    ids = torch.tensor([[a, three], [two, one], [one, two], [one, one], [three, a], [a, tokens.padding_id]])
    assert StopRule(tokens)(ids, None).tolist() == [True, True, True, False, False, True]
    assert StopRule(tokens)(ids[:, 1:], None).tolist() == [True, False, False, False, False, True]


class Recorder:
    """Stands in for a language model and keeps what it was asked."""

    def __init__(self, ids):
        self.ids, self.asked = ids, {}

    def generate(self, **asked):
        self.asked = asked
        return torch.tensor(self.ids)


def test_everything_that_draws_is_said(tokens):
    model = Recorder([[tokens.tokenizer.convert_tokens_to_ids("a"), tokens.stops[0][0], 3]])
    embeddings, mask = torch.zeros(1, 4, 8), torch.ones(1, 4)
    assert generate(model, embeddings, mask, tokens, Decoding(max_new_tokens=7), ["x"]) == ["a###"]
    assert model.asked["max_new_tokens"] == 7
    assert model.asked["do_sample"] is False
    assert "logits_processor" not in model.asked
    assert model.asked["eos_token_id"] == list(tokens.eos_ids)

    sampled = Decoding(temperature=1.0, top_p=0.9, extra={"top_k": 20})
    generate(model, embeddings, mask, tokens, sampled, ["x"])
    kinds = [type(part).__name__ for part in model.asked["logits_processor"]]
    assert kinds[:3] == ["TemperatureLogitsWarper", "TopKLogitsWarper", "TopPLogitsWarper"]


def test_sampling_draws_from_the_twenty_likeliest_within_nine_tenths(tokens):
    """The tokens drawn over many seeds are those of the truncated distribution, about as often as it says."""
    scores = torch.linspace(0, 6, 50)[None]
    probabilities = torch.softmax(scores[0], 0)
    order = probabilities.argsort(descending=True)[:20]
    kept = probabilities[order] / probabilities[order].sum()
    inside = order[(kept.cumsum(0) - kept) < 0.9]
    expected = probabilities[inside] / probabilities[inside].sum()

    class One(Recorder):
        def generate(self, logits_processor, **_):
            return logits_processor(torch.zeros(len(scores), 1, dtype=torch.long), scores.clone()).argmax(1)[:, None]

    plain = SimpleNamespace(eos_ids=(999,), stops=(), padding_id=999, decode=lambda ids: str(ids[0]))
    sampled = Decoding(temperature=1.0, top_p=0.9, extra={"top_k": 20})
    drawn = [int(generate(One([]), scores, scores, plain, sampled, [f"n{n}"])[0]) for n in range(3000)]
    frequencies = torch.bincount(torch.tensor(drawn), minlength=50) / len(drawn)
    assert set(drawn) <= set(inside.tolist())
    assert (frequencies[inside] - expected).abs().max() < 0.04
