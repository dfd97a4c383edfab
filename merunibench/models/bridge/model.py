"""A program of `exec:` as a `Model`: requests are made and hashed here, and answers are checked here.

The program decodes the files itself: it gets paths, and the prompt with the subtitle inserted. A program that exits or
hangs is restarted and asked again. A program that violates the protocol ends the run, since its output cannot be
trusted.
"""

import hashlib
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from merunibench._text import in_one_line, listed, short_repr
from merunibench.chat.base import Reply, as_reply
from merunibench.errors import InputError, MediaError
from merunibench.hub import versions
from merunibench.media import file_hash
from merunibench.models.base import Answer, Json, Model, NoAnswerError, Options, Prepared, Sample
from merunibench.models.bridge import command, messages
from merunibench.models.bridge.messages import Question, Ready
from merunibench.models.bridge.program import EndedError, Limit, Program
from merunibench.models.huggingface.family import as_words
from merunibench.models.prompting import fill, picture_file, resolve_modalities, sound_file, subtitle_of

_LOG = logging.getLogger(__name__)
_TRIES = 3
"""Maximum number of attempts to start a program, or to get its answer for one clip."""
_LONGEST_ERROR, _A_WEEK = 200, 7 * 24 * 3600
_FLAGS = {
    "frames": "--frames",
    "max_new_tokens": "--max-new-tokens",
    "temperature": "--temperature",
    "top_p": "--top-p",
    "seed": "--seed",
    "device": "--device",
    "dtype": "--dtype",
}
"""The options that every program may support, and their flags."""


@dataclass(frozen=True)
class _Limits:
    """The bridge's own options: time limits, and the log for the program's standard error."""

    seconds: float = 300.0
    start_seconds: float = 1800.0
    log: Path | None = None


class BridgeModel(Model):
    """A program that answers.

    Attributes:
        name: `exec:` and the name of its script, without its arguments, which may be secret.
        modalities: The modalities that it reports to support.
    """

    def __init__(self, argument: str, options: Options) -> None:
        """Start the program and wait until it is ready.

        Args:
            argument: The command; it is run without a shell.
            options: The options; `extra` may contain `seconds`, `start_seconds`, `log` and options of the program.

        Raises:
            InputError: The program cannot be started, is not ready in time, violates the protocol, or does not support
                an option or a modality.
        """
        options.refuse("a program (exec:)", "processor", "template")
        self._command = command.arguments(argument)
        self._program_name = command.program_name(argument)
        self.name = f"{command.SCHEME}:{self._program_name}"
        self._options = options
        self._limits, extra = _limits(options.extra)
        self._asked = _asked_for(options, extra)
        self._ready: Ready | None = None
        self._program = self._start()
        ready = self._said()
        _refuse_unused(self.name, self._asked, options, ready)
        self.modalities = ready.modalities
        self._given = resolve_modalities(options, self.modalities, self.name)
        self._replies: dict[str, Reply] = {}
        self._questions = 0

    @property
    def settings(self) -> Mapping[str, Json]:
        """See `Model.settings`; most of it is reported by the program."""
        ready = self._said()
        return {
            "kind": command.SCHEME,
            "model": ready.model,
            "revision": ready.revision,
            "prompt": self._options.prompt,
            "modalities": list(self._given),
            "on_unsupported": self._options.on_unsupported,
            "used": ready.used,
            "program": ready.settings,
            "control_tokens": ready.control_tokens,
            "versions": {**versions("merunibench"), **ready.versions},
        }

    def prepare(self, sample: Sample) -> Prepared:
        """See `Model.prepare`. Nothing is decoded here."""
        tokens = self._said().tokens
        said = as_words(subtitle_of(sample), tokens) if "text" in self._given else None
        files: dict[str, Path] = {}
        if "video" in self._given:
            files["video"] = picture_file(sample)
            files |= {"face": sample.face} if sample.face is not None else {}
        if "audio" in self._given:
            files["audio"] = sound_file(sample)
        seed = hashlib.sha256(f"{self._options.generation.seed}:{sample.name}".encode("utf-8", "surrogatepass"))
        fields = {
            "name": sample.name,
            "modalities": list(self._given),
            "prompt": fill(self._options.prompt, said),
            "subtitle": said,
            **{kind: str(files[kind].absolute()) if kind in files else None for kind in ("video", "audio", "face")},
            # A separate seed per clip, so that answers are independent; below 2^31, as old libraries require.
            "seed": int.from_bytes(seed.digest()[:4], "big") >> 1,
        }
        media = {kind: {"hash": file_hash(path)} for kind, path in files.items()}
        return Prepared(sample, self._given, media, None, fields)

    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """See `Model.answer`. If a clip of a batch fails, the replies are kept until each clip is asked alone."""
        waiting = [one for one in batch if one.sample.name not in self._replies]
        together = self._said().together
        for start in range(0, len(waiting), together):
            self._replies |= self._asked_about(waiting[start : start + together])
        found = {one.sample.name: self._replies[one.sample.name] for one in batch}
        failed = {name: reply for name, reply in found.items() if reply.error is not None}
        if failed and len(batch) > 1:
            raise MediaError("; ".join(f"{name}: {reply.error}" for name, reply in failed.items()))
        for name in found:
            del self._replies[name]
        for reply in failed.values():
            raise NoAnswerError(str(reply.error), reply.finish_reason)
        return [Answer(reply.text, reply.finish_reason) for reply in found.values()]

    def _asked_about(self, batch: Sequence[Prepared]) -> dict[str, Reply]:
        """Return the replies for a batch of clips, asked together, or one by one if the program exits."""
        if len(batch) > 1:
            limit = Limit(self._limits.seconds * len(batch), f"at {len(batch)} clips", "seconds")
            try:
                return {
                    one.sample.name: reply for one, reply in zip(batch, self._asked_once(batch, limit), strict=True)
                }
            except EndedError as error:
                _LOG.warning("%s; restarting it and asking for one clip at a time", error)
        return {one.sample.name: self._asked_until_it_answers(one) for one in batch}

    def _asked_until_it_answers(self, one: Prepared) -> Reply:
        """Return the reply for a clip, restarting the program if necessary."""
        reason = ""
        for _ in range(_TRIES):
            try:
                return self._asked_once([one], Limit(self._limits.seconds, "at this clip", "seconds"))[0]
            except EndedError as error:
                reason = _as_given(str(error), one.sample)
                _LOG.warning("%s (%s); restarting it", reason, short_repr(one.sample.name))
        return Reply("", f"{reason}; tried {_TRIES} times")

    def _asked_once(self, batch: Sequence[Prepared], limit: Limit) -> list[Reply]:
        """Return the replies for clips.

        Raises:
            EndedError: The program exited, or did not answer in time.
            InputError: The program violated the protocol.
        """
        if not self._program.running:
            self._program = self._start()
        questions = [
            Question(number, one.payload, more=one is not batch[-1])
            for number, one in enumerate(batch, start=self._questions + 1)
        ]
        self._questions += len(questions)
        replies: list[Reply] = []
        line = self._program.say([question.message for question in questions], limit)
        for one, question in zip(batch, questions, strict=True):
            found = self._checked(line if not replies else self._program.next_line(), question)
            if found.error is None:
                replies.append(as_reply(found.text or "", found.finish_reason))
            else:
                said = in_one_line(_as_given(found.error, one.sample), _LONGEST_ERROR)
                replies.append(Reply("", said or "no reason given", found.finish_reason))
        return replies

    def _checked(self, line: bytes, question: Question) -> messages.Answered:
        """Parse an answer; a program that violates the protocol is killed."""
        try:
            return messages.parse_answer(line, question, self._program_name)
        except InputError:
            self._program.kill()
            raise

    def _said(self) -> Ready:
        """Return the program's message when it was ready."""
        assert self._ready is not None
        return self._ready

    def _start(self) -> Program:
        """Start the program and wait until it is ready; retry if it was ready before, or was ended by a signal.

        Raises:
            InputError: The program does not become ready, or reports other properties than before.
        """
        for left in reversed(range(_TRIES)):
            program = Program(self._command, self._program_name, self._limits.log)
            try:
                ready = self._greeted(program)
            except EndedError as error:
                if not left or not (error.killed or self._ready):
                    raise InputError(str(error)) from None
                _LOG.warning("%s; restarting it", error)
                continue
            except InputError:
                program.kill()
                raise
            if self._ready not in (None, ready):
                program.kill()
                raise InputError(f"{self._program_name}: reports different properties after a restart")
            self._ready = ready
            return program
        raise AssertionError("the last try returns or raises")

    def _greeted(self, program: Program) -> Ready:
        """Return a program's message when it is ready; output printed before that is ignored, with a warning.

        Raises:
            EndedError: The program exited, or was not ready in time.
            InputError: The program sent another message.
        """
        limit = Limit(self._limits.start_seconds, "before it was ready", "start_seconds")
        line = program.say([messages.hello(self._options.modalities, self._asked)], limit)
        printed = 0
        while not messages.is_message(line) and len(line) <= messages.MOST_BYTES:
            if not printed and self._ready is None:
                text = in_one_line(line.decode("utf-8", "replace"), _LONGEST_ERROR)
                _LOG.warning("%s: ignoring output printed on standard output at start: %s", self.name, text)
            printed += 1
            line = program.next_line()
        return messages.parse_ready(line, self._program_name)


def _as_given(text: str, sample: Sample) -> str:
    """Return a program's text with the sample's paths as the user gave them: rows must not depend on absolute paths."""
    for path in (sample.video, sample.audio, sample.face):
        if path is not None:
            text = text.replace(str(path.absolute()), str(path))
    return text


def _limits(extra: Mapping[str, str]) -> tuple[_Limits, dict[str, str]]:
    """Separate the bridge's own options from the program's.

    Raises:
        InputError: A time limit is invalid.
    """
    times = {name: _seconds(name, extra[name]) for name in ("seconds", "start_seconds") if name in extra}
    own = _Limits(**times, log=Path(extra["log"]) if extra.get("log") else None)
    return own, {name: value for name, value in extra.items() if name not in {"seconds", "start_seconds", "log"}}


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _A_WEEK:
        raise InputError(f"--model-option {name}={short_repr(text)}: must be seconds, above 0 and at most a week")
    return seconds


def _asked_for(options: Options, extra: Mapping[str, str]) -> dict[str, Json]:
    """Return the user's options for the program by name, without those that were not given.

    Raises:
        InputError: Two options have the same name.
    """
    generation = options.generation
    named = {
        "frames": options.frames,
        "max_new_tokens": generation.max_new_tokens,
        "temperature": generation.temperature,
        "top_p": generation.top_p,
        "seed": generation.seed,
        "device": options.device,
        "dtype": options.dtype,
    }
    asked: dict[str, Json] = {name: value for name, value in named.items() if value is not None}
    for flag, others in (("--gen-kwarg", generation.extra), ("--model-option", extra)):
        for name, value in others.items():
            if name in asked or name in named:
                raise InputError(f"{flag} {name}: is given twice, or has its own flag")
            asked[name] = value
    return asked


def _refuse_unused(name: str, asked: Mapping[str, Json], options: Options, ready: Ready) -> None:
    """Reject options that a program did not use, rather than record them as if they had had an effect.

    Raises:
        InputError: An option that differs from its default was not used.
    """
    defaults = {"frames": Options.frames, "seed": 0, "device": Options.device, "dtype": Options.dtype}
    for key, value in asked.items():
        if key not in ready.used and defaults.get(key) != value:
            flag = _FLAGS.get(key) or (f"--{'gen-kwarg' if key in options.generation.extra else 'model-option'} {key}")
            raise InputError(f"{name} does not use {flag}: leave it out (options that it uses: {listed(ready.used)})")
