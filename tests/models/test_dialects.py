"""A fake server of every kind: what it is sent is what it documents, and what it drops is noticed."""

import base64
import io
import json

import av
import pytest

from merunibench.errors import InputError
from merunibench.models import load_model
from tests.fake_openai import fake_server, problem
from tests.models.asking import options, samples

TOKENS = {
    "text": 20,
    "image_url": 50,
    "video_url": 400,
    "audio_url": 60,
    "input_audio": 60,
    "input_video": 400,
    "video": 400,
}
PARTS = {
    "openai": {"text", "image_url", "input_audio"},
    "vllm": {"text", "image_url", "video_url", "audio_url", "input_audio"},
    "sglang": {"text", "image_url", "video_url", "audio_url"},
    "transformers": {"text", "image_url", "video_url", "audio_url", "input_audio"},
    "llamacpp": {"text", "image_url", "input_audio", "input_video"},
    "dashscope": {"text", "image_url", "video_url", "input_audio", "video"},
}
"""What each takes, by its documentation."""


def has_sound(part):
    whole = part["input_video"]["data"] if "input_video" in part else part["video_url"]["url"]
    content = base64.b64decode(whole.rpartition("base64,")[2])
    with av.open(io.BytesIO(content)) as container:
        return bool(container.streams.audio)


class Server:
    """Refuses parts that its kind does not take, counts tokens, and drops what it is told to drop."""

    def __init__(self, kind, drops=(), *, counts=True, hears=True):
        self.kind, self.drops, self.counts, self.hears = kind, drops, counts, hears

    def __call__(self, request, _number):
        parts = request["messages"][0]["content"]
        if unknown := {part["type"] for part in parts} - PARTS[self.kind]:
            return problem(400, f"unknown part {unknown.pop()}")
        tokens = sum(TOKENS[part["type"]] for part in parts if part["type"] not in self.drops)
        if self.kind == "dashscope":
            if not request.get("stream"):
                return problem(400, "stream must be true")
            if len({part["type"] for part in parts}) > 2:
                return problem(400, "one medium a question")
            tokens += 30 * (self.hears and any("video_url" in part and has_sound(part) for part in parts))
            return streamed(["I am ", "hap", "py"], tokens)
        listens = request.get("mm_processor_kwargs", {}).get("use_audio_in_video") and self.hears
        tokens += 30 * bool(listens and any("video_url" in part and has_sound(part) for part in parts))
        usage = {"usage": {"prompt_tokens": tokens}} if self.counts else {}
        choice = {"message": {"role": "assistant", "content": "happy"}, "finish_reason": "stop"}
        return 200, {}, json.dumps({"choices": [choice], **usage}).encode()


def streamed(pieces, tokens):
    events = [{"choices": [{"delta": {"content": piece}}]} for piece in pieces]
    events += [
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": tokens}},
    ]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    return 200, {"content-type": "text/event-stream"}, body.encode()


def ask(behaviour, clips, *modalities, **extra):
    """The answer of a server about a clip, and what it was sent."""
    with fake_server(behaviour) as server:
        asked = options(*modalities, extra={"server": behaviour.kind, **extra}, frames=4)
        model = load_model(f"openai:{server.url}#see", asked)
        (answer,) = model.answer([model.prepare(samples(clips)[0])])
        return answer, server.requests, model


@pytest.mark.parametrize("kind", PARTS)
def test_what_is_sent_is_what_a_server_takes(clips, kind):
    answer, requests, model = ask(Server(kind), clips)
    assert answer in ("happy", "I am happy")
    assert answer.finish_reason == "stop"
    parts = requests[0]["messages"][0]["content"]
    assert answer.tokens == sum(TOKENS[part["type"]] for part in parts) + 30 * (kind == "dashscope")
    assert len(requests) == (2 if kind == "dashscope" else 3), "asked again without each medium, once"
    assert model.settings["sent"].get("server", "openai") == kind
    json.dumps(model.settings)


def test_vllm_is_sent_frames_as_a_video_with_their_times(clips):
    _, requests, _ = ask(Server("vllm"), clips, "video", "text")
    part = requests[0]["messages"][0]["content"][0]
    head, _, frames = part["video_url"]["url"].partition(",")
    assert (head, len(frames.split(","))) == ("data:video/jpeg;base64", 4)
    given = requests[0]["media_io_kwargs"]["video"]
    assert given == {"fps": 25, "frames_indices": [0, 16, 33, 49], "total_num_frames": 50, "duration": 2}


@pytest.mark.parametrize("hears", [True, False])
def test_sound_within_the_file_is_checked(clips, hears):
    behaviour = Server("vllm", hears=hears)
    if not hears:
        with pytest.raises(InputError, match="ignores the audio"):
            ask(behaviour, clips, "audio", "video", "text", video="file", audio="in_file")
        return
    answer, requests, _ = ask(behaviour, clips, "audio", "video", "text", video="file", audio="in_file")
    first, second = requests
    assert answer.tokens == 450
    assert first["mm_processor_kwargs"] == {"use_audio_in_video": True}
    assert first["media_io_kwargs"] == {"video": {"num_frames": 4}}
    assert [has_sound(request["messages"][0]["content"][0]) for request in (first, second)] == [True, False]
    assert second["max_tokens"] == 1


def test_sound_within_the_file_needs_a_server_that_counts(clips):
    with pytest.raises(InputError, match="it is unknown whether it uses"):
        ask(Server("vllm", counts=False), clips, "audio", "video", "text", video="file", audio="in_file")


@pytest.mark.parametrize(("kind", "way"), [("llamacpp", "input_video"), ("vllm", "file"), ("sglang", "file")])
def test_a_file_is_sent_without_the_sound_that_is_not_given(clips, kind, way):
    _, requests, _ = ask(Server(kind), clips, "video", "text", video=way)
    assert not has_sound(requests[0]["messages"][0]["content"][0])


@pytest.mark.parametrize(
    ("kind", "part", "medium"),
    [
        ("openai", "image_url", "video"),
        ("openai", "input_audio", "audio"),
        ("vllm", "video_url", "video"),
        ("sglang", "audio_url", "audio"),
        ("transformers", "image_url", "video"),
        ("llamacpp", "input_audio", "audio"),
        ("dashscope", "sound in the file", "audio"),
    ],
)
def test_a_medium_that_is_dropped_is_noticed(clips, kind, part, medium):
    dropping = Server(kind, drops=[part], hears=kind != "dashscope")
    with pytest.raises(InputError, match=f"ignores the {medium}: the prompt has .* --model-option check=off"):
        ask(dropping, clips)
    assert "happy" in ask(dropping, clips, check="off")[0]


def test_a_server_that_counts_nothing_is_believed(clips):
    answer, requests, _ = ask(Server("openai", counts=False), clips)
    assert (answer, answer.tokens, len(requests)) == ("happy", None, 1)


def test_variables_of_the_template_are_sent(clips):
    with fake_server(Server("vllm")) as server:
        asked = options("text", template={"enable_thinking": False})
        model = load_model(f"openai:{server.url}#see", asked)
        model.answer([model.prepare(samples(clips)[0])])
        assert server.requests[0]["chat_template_kwargs"] == {"enable_thinking": False}


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"server": "abacus"}, "one of openai, vllm, sglang"),
        ({"server": "vllm", "audio": "in_file"}, "the file must be sent"),
        ({"server": "sglang", "video": "jpegs"}, "one of frames, file"),
        ({"check": "perhaps"}, "must be on or off"),
    ],
)
def test_options_that_a_kind_has_not(extra, reason):
    with pytest.raises(InputError, match=reason):
        load_model("openai:http://127.0.0.1:1/v1#m", options(extra=extra))
