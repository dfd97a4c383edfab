"""What published checkpoints do in ways of their own: templates, code, lengths, how frames are given."""

import json
import shutil
from dataclasses import replace

import pytest

from merunibench.errors import InputError, MediaError
from merunibench.inference.rows import answered
from merunibench.models import Generation, Prepared, load_model
from merunibench.models.base import Answer
from merunibench.models.huggingface.template import read_template
from tests.models.asking import loaded, options, samples
from tests.models.further.others import t5gemma2
from tests.models.tiny import template

THINKING = template() + "{% if enable_thinking is not defined or enable_thinking %}<think>\n{% endif %}"


@pytest.fixture
def copied(tiny_models, tmp_path):
    return lambda family: shutil.copytree(tiny_models / family, tmp_path / family)


def change(path, **fields):
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def prompt_of(model, clips):
    inputs = model._encode([model.prepare(samples(clips)[0])])
    return model._tokenizer.decode(inputs["input_ids"][0])


def test_a_template_that_is_kept_with_the_tokenizer(tiny_models, copied, clips):
    folder = copied("llava_onevision")
    text = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").unlink()
    change(folder / "tokenizer_config.json", chat_template=text)
    model, known = load_model(str(folder), options("video", "text")), loaded(tiny_models / "llava_onevision", "video")
    assert prompt_of(model, clips).startswith("<|im_start|>user\n<video>")
    assert model._processor.chat_template == known._processor.chat_template


def test_a_template_of_the_users_own(tiny_models, tmp_path, clips):
    path = tmp_path / "mine.jinja"
    path.write_text(
        "Q: {% for c in messages[0].content %}{{ c.text if c.type == 'text' else '<image>' }}{% endfor %} A:"
    )
    model = load_model(str(tiny_models / "llava"), options("video", "text", chat_template=read_template(path)))
    assert prompt_of(model, clips).startswith("Q: <image>")
    assert prompt_of(model, clips).endswith("How do they feel? A:")
    assert model.settings["chat_template"].startswith("sha256:")
    assert len(model.answer([model.prepare(sample) for sample in samples(clips)])) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{{ 'Q: ' + messages[0]['content'] }}", "chat template fails for such a prompt"),
        ("{{ raise_exception('no system prompt') }}", "no system prompt"),
        ("{% if %}", "is broken at line 1"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_at_once(tiny_models, content, reason):
    with pytest.raises(InputError, match=reason):
        load_model(str(tiny_models / "llava"), options("video", "text", chat_template=content))


def test_an_empty_template_is_none(tmp_path):
    (tmp_path / "x.jinja").write_text(" \n")
    with pytest.raises(InputError, match="is empty"):
        read_template(tmp_path / "x.jinja")


@pytest.mark.parametrize("family", ["text_only", "llava"])
def test_a_variable_of_the_template_arrives(tiny_models, clips, family):
    def asked(**variables):
        return load_model(str(tiny_models / family), options("text", chat_template=THINKING, template=variables))

    assert prompt_of(asked(), clips).endswith("<think>\n")
    model = asked(enable_thinking=False)
    assert prompt_of(model, clips).endswith("assistant\n")
    assert model.settings["template"] == {"enable_thinking": False}


@pytest.mark.parametrize("family", ["text_only", "llava"])
def test_a_variable_that_the_template_does_not_heed_is_refused(tiny_models, family):
    with pytest.raises(InputError, match=r"--template-kwarg enable_thinking: the chat template of .* does not use it"):
        load_model(str(tiny_models / family), options("text", template={"enable_thinking": False}))
    asked = options("text", chat_template=THINKING, processor={"enable_thinking": False})
    with pytest.raises(InputError, match="--processor-kwarg enable_thinking: is a variable of the chat template"):
        load_model(str(tiny_models / family), asked)


@pytest.mark.parametrize("auto_class", ["AutoModel", "AutoModelForCausalLM"])
def test_a_known_type_needs_no_code_of_its_own(copied, clips, auto_class):
    folder = copied("llava")
    code = {"AutoConfig": "remote.Config", auto_class: "remote.Model"}
    change(folder / "config.json", auto_map=code)
    model = load_model(str(folder), options("video", "text"))
    assert type(model._model).__name__ == "LlavaForConditionalGeneration"
    assert model.answer([model.prepare(samples(clips)[0])])


def test_a_question_beyond_the_context_is_refused(copied, clips):
    folder = copied("llava")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["max_position_embeddings"] = 130
    change(folder / "config.json", text_config=config["text_config"])
    model = load_model(str(folder), options("video", "text"))
    long, short = samples(clips)
    with pytest.raises(
        MediaError, match=r"a: 1\d\d tokens, plus 8 to answer, exceed the model's 130; .*fewer --frames"
    ):
        model.answer([model.prepare(long), model.prepare(short)])
    (answer,) = model.answer([model.prepare(replace(short, subtitle=""))])
    assert answer.tokens + 8 <= 130


def test_an_encoder_decoder_answers_in_full(tmp_path, clips):
    generation = Generation(max_new_tokens=8, extra={"min_new_tokens": 8})
    model = load_model(str(t5gemma2(tmp_path / "t5")), options("video", "text", generation=generation))
    batch = [model.prepare(sample) for sample in samples(clips)]
    answers = model.answer(batch)
    assert [answer.finish_reason for answer in answers] == ["length", "length"]
    greedy = {"max_new_tokens": 8, "min_new_tokens": 8, "do_sample": False}
    alone = model._generate(model._encode(batch[:1]), [batch[0].payload], **greedy)
    tokens = alone.sequences[0]
    assert tokens.shape == (9,), "what starts an answer, and the answer"
    assert answers[0] == model._tokenizer.decode(tokens[1:], skip_special_tokens=True).strip()


@pytest.mark.parametrize(("asked", "key"), [("images", "pixel_values"), ("video", "pixel_values_videos")])
def test_frames_as_a_video_or_as_images(tiny_models, clips, asked, key):
    model = load_model(str(tiny_models / "llava_onevision"), options("video", "text", extra={"frames": asked}))
    batch = [model.prepare(sample) for sample in samples(clips)]
    assert key in model._encode(batch)
    assert model.settings["frames_as"] == asked
    assert model.answer(batch) == [*model.answer(batch[:1]), *model.answer(batch[1:])]


@pytest.mark.parametrize(
    ("asked", "reason"), [("gif", "must be video or images"), ("video", "the processor of .* does not support video")]
)
def test_ways_of_giving_frames_that_are_none(tiny_models, asked, reason):
    with pytest.raises(InputError, match=reason):
        load_model(str(tiny_models / "llava"), options("video", extra={"frames": asked}))


def test_an_answer_that_is_empty_is_a_failed_row(clips):
    prepared = Prepared(samples(clips)[0], ("text",), {}, None, None)
    row = answered(prepared, Answer(" \n", "stop", 5))
    assert (row["status"], row["error"]) == ("failed", "the model gave an empty answer")
    assert answered(prepared, Answer("sad", "stop", 5))["tokens"] == 5


def test_mistrals_own_tokenizer_is_refused_with_what_to_do():
    from types import SimpleNamespace

    from merunibench.models.huggingface.model import _fit_for_batches

    tokenizer = type("MistralCommonBackend", (), {})()
    with pytest.raises(InputError, match="serve it with vLLM"):
        _fit_for_batches(SimpleNamespace(tokenizer=tokenizer), SimpleNamespace(is_encoder_decoder=False), "m")
