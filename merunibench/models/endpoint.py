"""`openai:URL#MODEL`: any OpenAI-compatible endpoint that accepts images, sound or video files.

`server=` sets its kind (`dialects`); `video=` and `audio=` override the default way to send a medium. What a server
does with the parts of a message is not visible, but it counts tokens. So the first clip is sent again without each
medium: if the count does not fall, the medium was ignored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from merunibench.chat import Endpoint, Reply, Turns
from merunibench.errors import InputError, MediaError
from merunibench.media import file_hash, probe
from merunibench.models.base import (
    MODALITIES,
    Answer,
    Decoding,
    Json,
    Modality,
    Model,
    NoAnswerError,
    Options,
    Prepared,
    Sample,
)
from merunibench.models.dialects import (
    DIALECTS,
    JPEG_QUALITY,
    WHOLE,
    Dialect,
    Part,
    file_part,
    frames_parts,
    sound_part,
    times,
)
from merunibench.models.prompting import describe, picture_file, read_clip, resolve_modalities

_OTHERS = frozenset({"server", "concurrency", "check"})


class EndpointModel(Model):
    """Sends clips to an endpoint, the clips of a batch simultaneously."""

    def __init__(self, argument: str, options: Options) -> None:
        """Create the client; no request is sent yet.

        Args:
            argument: `URL#MODEL`, such as `http://127.0.0.1:8000/v1#Qwen/Qwen2.5-VL-7B-Instruct`.
            options: `extra` may contain `server` (its kind), `video`, `audio` (how they are sent), `concurrency`, and
                `check=off`; `template` is sent as `chat_template_kwargs`.

        Raises:
            InputError: The argument is invalid, or endpoints do not support an option.
        """
        options.refuse("an endpoint", "processor")
        if options.chat_template is not None:
            raise InputError("an endpoint uses its own chat template; leave out --chat-template")
        self._server = options.extra.get("server", "openai")
        self.name = f"openai:{argument}"
        self.modalities = frozenset(MODALITIES)
        self._options = options
        self._given = resolve_modalities(options, self.modalities, self.name)
        dialect = _dialect(self._server)
        self._how = _chosen(options.extra, dialect, self._given)
        self._unchecked = _checks(options.extra)
        decoding = options.generation.over(Decoding())
        template = {"chat_template_kwargs": dict(options.template)} if options.template else {}
        self._endpoint = Endpoint(
            argument,
            concurrency=_concurrency(options.extra),
            max_tokens=decoding.max_new_tokens,
            temperature=decoding.temperature,
            seed=decoding.seed,
            request={"top_p": decoding.top_p, **dialect.request, **template, **decoding.extra},
        )
        self._replies: dict[str, Reply] = {}

    @property
    def settings(self) -> Mapping[str, Json]:
        """See `Model.settings`; only the model's name is known, not what the server actually runs."""
        how: dict[str, Json] = {medium: way for medium, way in self._how.items() if medium in self._given}
        if "video" in how and how["video"] not in WHOLE:
            how |= {"frames": self._options.frames, "jpeg_quality": JPEG_QUALITY}
        elif "video" in how and self._server == "vllm":
            how |= {"frames": self._options.frames}
        if self._server != "openai":
            how["server"] = self._server
        return {
            **self._endpoint.settings,
            "prompt": self._options.prompt,
            "modalities": list(self._given),
            "on_unsupported": self._options.on_unsupported,
            "sent": how,
        }

    def prepare(self, sample: Sample) -> Prepared:
        """See `Model.prepare`."""
        media, turns = self._asked(sample, self._given)
        return Prepared(sample, self._given, media, None, turns)

    def _asked(self, sample: Sample, asked: Sequence[Modality]) -> tuple[dict[str, Json], Turns]:
        """Return the media record and the prompt of a sample, for the modalities asked for."""
        if self._how["audio"] == "in_file" and {"audio", "video"} <= set(asked):
            sample = replace(sample, audio=None)  # the sound is in the video file
        whole = self._how["video"] in WHOLE and "video" in asked
        decoded = tuple(modality for modality in asked if not (whole and modality == "video"))
        clip = read_clip(sample, decoded, self._options.prompt, self._options.frames)
        content: list[Part] = []
        request: dict[str, Any] = {}
        if whole:
            in_file = self._how["audio"] == "in_file" and clip.sound is not None
            content.append(file_part(picture_file(sample), self._how["video"], with_sound=in_file))
            request = self._about_a_file(in_file=in_file)
        elif clip.frames is not None:
            content += frames_parts(clip.frames, self._how["video"])
            request = {"media_io_kwargs": {"video": times(clip.frames)}} if self._how["video"] == "jpegs" else {}
        if clip.sound is not None and not (whole and self._how["audio"] == "in_file"):
            content.append(sound_part(clip.sound, self._how["audio"]))
        content.append({"type": "text", "text": clip.prompt})
        media = describe(sample, clip)
        if whole:
            path = picture_file(sample)
            media["video"] = {"hash": file_hash(path), "seconds": round(probe(path).seconds, 3)}
        return media, Turns([{"role": "user", "content": content}], request)

    def _about_a_file(self, *, in_file: bool) -> dict[str, Any]:
        """Return the request fields that vLLM needs for a file: the number of frames, and whether to use its sound."""
        if self._server != "vllm":
            return {}
        listen = {"mm_processor_kwargs": {"use_audio_in_video": True}} if in_file else {}
        return {"media_io_kwargs": {"video": {"num_frames": self._options.frames}}, **listen}

    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """See `Model.answer`. If a sample of a batch fails, the replies are kept until each sample is asked alone."""
        waiting = [one for one in batch if one.sample.name not in self._replies]
        replies = self._endpoint.complete([one.payload for one in waiting])
        for one, reply in zip(waiting, replies, strict=True):
            if reply.error is None and self._unchecked:
                self._check_arrival(one, reply)
        self._replies |= {one.sample.name: reply for one, reply in zip(waiting, replies, strict=True)}
        found = {one.sample.name: self._replies[one.sample.name] for one in batch}
        failed = {name: reply for name, reply in found.items() if reply.error is not None}
        if failed and len(batch) > 1:
            raise MediaError("; ".join(f"{name}: {reply.error}" for name, reply in failed.items()))
        for name in found:
            del self._replies[name]
        for reply in failed.values():
            raise NoAnswerError(str(reply.error), reply.finish_reason, reply.prompt_tokens, reply.reasoning)
        return [
            Answer(reply.text, reply.finish_reason, reply.prompt_tokens, reply.reasoning) for reply in found.values()
        ]

    def _check_arrival(self, one: Prepared, reply: Reply) -> None:
        """Send a clip again without each medium: the prompt must then have fewer tokens.

        Raises:
            InputError: It does not; or the sound is sent within the file, and the server does not count tokens.
        """
        self._unchecked = False
        inside = self._how["audio"] == "in_file" and {"audio", "video"} <= set(self._given)
        if reply.prompt_tokens is None:
            if inside and self._server == "vllm":
                raise InputError(
                    f"{self.name}: does not report tokens, so it is unknown whether it uses the sound of a video file; "
                    "send the sound separately (--model-option audio=input_audio)"
                )
            return
        media: tuple[Modality, ...] = ("audio", "video")
        for medium in (medium for medium in media if medium in self._given):
            less = self._without(one.sample, medium)
            if less is None:
                continue
            (without,) = self._endpoint.complete([less])
            if without.prompt_tokens is not None and without.prompt_tokens >= reply.prompt_tokens:
                raise InputError(
                    f"{self.name} ignores the {medium}: the prompt has {reply.prompt_tokens} tokens with it, and "
                    f"{without.prompt_tokens} without it. Leave {medium} out (--modalities), send it in another way "
                    f"(--model-option {medium}=…), or, if this server does not count media, --model-option check=off"
                )

    def _without(self, sample: Sample, medium: Modality) -> Turns | None:
        """Return the prompt without a medium, for an answer of one token; None if it cannot be sent so."""
        if medium == "video" and self._how["audio"] == "in_file":
            return None  # the sound would be missing too
        _, turns = self._asked(sample, [modality for modality in self._given if modality != medium])
        return Turns(turns, {**turns.request, "max_tokens": 1})


def _dialect(server: str) -> Dialect:
    if server not in DIALECTS:
        raise InputError(f"server={server}: must be one of {', '.join(DIALECTS)}")
    return DIALECTS[server]


def _chosen(extra: Mapping[str, str], dialect: Dialect, asked: Sequence[Modality]) -> dict[str, str]:
    """Return how each medium is sent."""
    ways = {"video": dialect.video, "audio": dialect.audio}
    if unknown := set(extra) - set(ways) - _OTHERS:
        raise InputError(
            f"unknown option {min(unknown)!r} of endpoints; known options: server, video, audio, concurrency, check"
        )
    chosen = {medium: extra.get(medium, usual[0]) for medium, usual in ways.items()}
    for medium, way in chosen.items():
        if way not in ways[medium]:
            raise InputError(f"{medium}={way}: must be one of {', '.join(ways[medium])}")
    if chosen["audio"] == "in_file" and "video" in asked and chosen["video"] not in WHOLE:
        raise InputError("audio=in_file: the sound is in the file, so the file must be sent (video=file)")
    if chosen["audio"] == "in_file" and "video" not in asked:
        chosen["audio"] = next(way for way in ways["audio"] if way != "in_file")
    return chosen


def _checks(extra: Mapping[str, str]) -> bool:
    asked = extra.get("check", "on")
    if asked not in ("on", "off"):
        raise InputError(f"check={asked}: must be on or off")
    return asked == "on"


def _concurrency(extra: Mapping[str, str]) -> int:
    asked = extra.get("concurrency", "8")
    if not asked.isascii() or not asked.isdigit() or int(asked) < 1:
        raise InputError(f"concurrency={asked}: must be a number of simultaneous requests, at least 1")
    return int(asked)
