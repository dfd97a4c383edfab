"""Models behind an endpoint: what is sent, what comes back, what is recorded."""

import base64
import io
import json

import av
import numpy as np
import pytest
import soundfile
from PIL import Image

from merunibench.errors import InputError, MediaError
from merunibench.media import read_sound
from merunibench.models import Generation, Sample, load_model
from merunibench.models.base import NoAnswerError
from tests.clips import broken_files
from tests.fake_openai import fake_server, problem
from tests.models.asking import options, samples


def _model(server, *modalities, **others):
    return load_model(f"openai:{server.url}#see", options(*modalities, **others))


def _bytes(address):
    return base64.b64decode(address.partition("base64,")[2])


def test_frames_sound_and_words_are_sent(clips):
    with fake_server(lambda *_: " happy ") as server:
        model = _model(server, frames=4)
        prepared = model.prepare(samples(clips)[0])
        assert model.answer([prepared]) == ["happy"]
        request = server.requests[0]
    *pictures, sound, text = request["messages"][0]["content"]
    assert (request["model"], request["temperature"], request["max_tokens"]) == ("see", 0, 8)
    grey = [np.asarray(Image.open(io.BytesIO(_bytes(part["image_url"]["url"])))).mean() for part in pictures]
    assert grey == pytest.approx([0, 16, 33, 49], abs=3)
    samples_sent, rate = soundfile.read(io.BytesIO(base64.b64decode(sound["input_audio"]["data"])))
    assert (rate, sound["input_audio"]["format"]) == (16000, "wav")
    assert np.abs(samples_sent - read_sound(clips["a"]).samples).max() < 1e-4
    assert text["text"].startswith("They say: I am so happy to see")
    assert model.settings["sent"] == {"video": "frames", "audio": "input_audio", "frames": 4, "jpeg_quality": 90}
    json.dumps(model.settings)


def test_or_the_file_itself(clips):
    with fake_server(lambda *_: "sad") as server:
        model = _model(server, "video", "text", extra={"video": "file"})
        prepared = model.prepare(samples(clips)[0])
        model.answer([prepared])
        part = server.requests[0]["messages"][0]["content"][0]
    assert part["video_url"]["url"].startswith("data:video/mp4;base64,")
    with av.open(io.BytesIO(_bytes(part["video_url"]["url"]))) as sent, av.open(clips["a"]) as own:
        assert not sent.streams.audio, "a model that is not given the sound must not hear it"
        assert [bytes(packet) for packet in sent.demux(video=0)] == [bytes(packet) for packet in own.demux(video=0)]
    assert model.settings["sent"] == {"video": "file"}
    assert prepared.media["video"]["seconds"] == pytest.approx(2, abs=0.05)


def test_sound_alone_as_an_address(clips):
    with fake_server(lambda *_: "calm") as server:
        model = _model(server, "audio", extra={"audio": "audio_url", "concurrency": "2"})
        model.answer([model.prepare(Sample("a", audio=clips["tone"]))])
        part, text = server.requests[0]["messages"][0]["content"]
    assert _bytes(part["audio_url"]["url"])[:4] == b"RIFF"
    assert text["text"] == "How do they feel?"


def test_one_failure_costs_no_second_question(clips):
    def behave(request, _number):
        said = request["messages"][0]["content"][-1]["text"]
        return problem(400, "too long") if "No." in said else "happy"

    with fake_server(behave) as server:
        model = _model(server, "text")
        batch = [model.prepare(sample) for sample in samples(clips)]
        with pytest.raises(MediaError, match="b: HTTP 400: too long"):
            model.answer(batch)
        assert model.answer(batch[:1]) == ["happy"]
        assert len(server.requests) == 2


def test_what_failed_in_a_batch_is_not_asked_again(clips):
    def behave(request, _number):
        said = request["messages"][0]["content"][-1]["text"]
        message = {"content": None if "No." in said else "happy", "reasoning": "He"}
        choices = [{"message": message, "finish_reason": "length"}]
        return 200, {}, json.dumps({"choices": choices, "usage": {"prompt_tokens": 7}}).encode()

    with fake_server(behave) as server:
        model = _model(server, "text")
        batch = [model.prepare(sample) for sample in samples(clips)]
        with pytest.raises(MediaError):
            model.answer(batch)
        (answer,) = model.answer(batch[:1])
        with pytest.raises(NoAnswerError, match=r"^cut off in its reasoning.*--max-new-tokens") as caught:
            model.answer(batch[1:])
        assert answer == "happy"
        for said in (answer, caught.value):
            assert (said.finish_reason, said.tokens, said.reasoning) == ("length", 7, "He")
        assert len(server.requests) == 2


def test_broken_files_are_not_sent(tmp_path):
    files = broken_files(tmp_path)
    model = load_model("openai:http://127.0.0.1:1/v1#m", options("video", "audio", extra={"video": "file"}))
    for name in ("empty.mp4", "playlist.mp4", "half_index_first.mp4", "sound_alone.mp4", "silent.mp4"):
        with pytest.raises(MediaError, match=name):
            model.prepare(Sample("x", files[name]))


def test_sampling_is_asked_for():
    model = load_model(
        "openai:http://127.0.0.1:1/v1#m", options("text", generation=Generation(temperature=0.5, top_p=0.8, seed=3))
    )
    request = model.settings["request"]
    assert (request["temperature"], request["top_p"], request["seed"]) == (0.5, 0.8, 3)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"video": "gif"}, "one of frames, file"),
        ({"concurrency": "many"}, "at least 1"),
        ({"llm": "x"}, "unknown option 'llm'"),
    ],
)
def test_options_of_endpoints(extra, reason):
    with pytest.raises(InputError, match=reason):
        load_model("openai:http://127.0.0.1:1/v1#m", options("text", extra=extra))
