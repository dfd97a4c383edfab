"""The other end of `merunibench … --model exec:COMMAND`: copy this file next to your model's own code.

It needs Python 3.8 or later and nothing else. Output printed by libraries is redirected to standard error, so that
standard output contains only answers. The random generators are seeded for each clip. A failing clip does not affect
the others.

    import merunibench_child as child

    def load(asked):
        model = my_library.load(asked.take("checkpoint", "owner/name"))

        def answer(sample):
            return my_library.infer(model, sample.video, sample.prompt)

        return child.Ready(answer, model="owner/name", modalities=["video", "text"], libraries=["torch"])

    child.serve(load)
"""

from __future__ import annotations

import json
import os
import platform
import queue
import random
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

PROTOCOL = 1
__all__ = ["Asked", "Fatal", "Ready", "Sample", "serve"]


class Fatal(Exception):  # noqa: N818 - raised by users, who see only this file
    """No clip can be answered: ends the run with this message."""


class Asked:
    """The user's options for the model.

    Attributes:
        modalities: The modalities to give to the model: some of audio, video, text.
    """

    def __init__(self, hello: dict[str, Any]) -> None:
        self.modalities: list[str] = hello["modalities"]
        self._values: dict[str, Any] = hello["asked"]
        self.used: dict[str, Any] = {"seed": self._values.get("seed", 0)}

    def take(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        """Return the user's value of an option, or the default, and record it. Options that are not taken are an error.

        Args:
            name: frames, max_new_tokens, temperature, top_p, device, dtype, or any other name, which users set by
                `--model-option NAME=TEXT` or `--gen-kwarg NAME=JSON`.
            default: Your default. `frames` (8), `device` and `dtype` ("auto") always have a value.
        """
        value = self._values.get(name, default)
        self.used[name] = value
        return value

    def need(self, name: str) -> Any:  # noqa: ANN401
        """Return the user's value of a required option; if it is not given, the run ends."""
        if name not in self._values:
            raise Fatal(f"give --model-option {name}=…")
        return self.take(name)


class Ready:
    """A loaded model.

    Args:
        answer: Takes a `Sample` and returns the text, or (text, "stop" or "length"); an exception fails the clip.
        model: The name of the model.
        modalities: The modalities that it supports: some of audio, video, text.
        revision: A commit, a hash or a version, also of your adapter; change it when answers may change.
        settings: All else that determines the answers, as JSON values.
        libraries: Names of installed packages whose versions are recorded.
        control_tokens: Text that must not appear unchanged in a subtitle, such as "<video>".
        together: Maximum number of clips per call. Above 1, `answer` takes a list of samples and returns a list; if it
            raises, it is called for each alone. Only for models whose answers do not depend on the rest of the batch.
    """

    def __init__(
        self,
        answer: Callable[[Any], Any],
        model: str,
        modalities: Sequence[str],
        revision: str | None = None,
        settings: dict[str, Any] | None = None,
        libraries: Sequence[str] = (),
        control_tokens: Sequence[str] = (),
        together: int = 1,
    ) -> None:
        self.answer, self.together = answer, together
        self.fields: dict[str, Any] = {
            "ready": PROTOCOL,
            "model": model,
            "modalities": list(modalities),
            "revision": revision,
            "settings": settings or {},
            "versions": _versions(libraries),
            "control_tokens": list(control_tokens),
            "together": together,
        }


class Sample:
    """A clip to answer about. Modalities that are not to be given to the model are None.

    Attributes:
        name: Its name.
        prompt: The prompt, with the subtitle inserted.
        modalities: The modalities given to the model. Without "audio", do not use the sound of `video`.
        video: Path of the video file.
        audio: Path of the file with the sound, which may be the video file.
        face: Path of face crops (.npy), if there are any.
        subtitle: What is said; the prompt already contains it.
        seed: The seed set for random generators before each answer.
    """

    def __init__(self, question: dict[str, Any]) -> None:
        self.name: str = question["name"]
        self.prompt: str = question["prompt"]
        self.modalities: list[str] = question["modalities"]
        self.video: str | None = question["video"]
        self.audio: str | None = question["audio"]
        self.face: str | None = question["face"]
        self.subtitle: str | None = question["subtitle"]
        self.seed: int = question["seed"]


def serve(load: Callable[[Asked], Ready]) -> None:
    """Load the model and answer until there are no more requests.

    Args:
        load: Takes the options as `Asked` and returns the model as `Ready`.
    """
    say, questions = _take_standard_output(), _take_standard_input()
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(questions, lines), daemon=True).start()
    hello = json.loads(lines.get())
    try:
        if hello.get("hello") != PROTOCOL:
            raise Fatal("merunibench_child.py is of another version; copy it again")
        asked = Asked(hello)
        ready = load(asked)
        if not isinstance(ready, Ready):
            raise TypeError(f"load must return Ready, not {type(ready).__name__}")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a model's code may raise any exception
        if not isinstance(error, Fatal):
            traceback.print_exc()
        say({"fatal": "cannot load: " + _reason(error)})
        raise SystemExit(1) from None
    say({**ready.fields, "used": asked.used})
    while True:
        asked_now = [json.loads(lines.get())]
        while asked_now[-1].get("more"):
            asked_now.append(json.loads(lines.get()))
        try:
            outcomes = _outcomes(ready, [Sample(question) for question in asked_now])
        except Fatal as error:
            say({"fatal": str(error)})
            raise SystemExit(1) from None
        for question, outcome in zip(asked_now, outcomes):  # noqa: B905 - Python 3.8 has no strict
            say({"answer": question["ask"], "name": question["name"], **outcome})


def _outcomes(ready: Ready, samples: list[Sample]) -> list[dict[str, Any]]:
    """Return the outcome of each clip: its text, or why there is none. If a batch fails, each clip is tried alone."""
    _seed(samples[0].seed)
    try:
        found = list(ready.answer(samples)) if ready.together > 1 else [ready.answer(samples[0])]
        if len(found) != len(samples):
            raise TypeError(f"{len(found)} answers for {len(samples)} clips")
        return [_outcome(each) for each in found]
    except Fatal:
        raise
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        if "CUDA error" in str(error):
            # This process cannot use the GPU any more, so all later clips would fail: a new process is started instead.
            raise
        if len(samples) == 1:
            return [{"error": _reason(error)}]
    return [outcome for sample in samples for outcome in _outcomes(ready, [sample])]


def _outcome(found: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the result of `answer` for a clip as a part of a message."""
    text, how = found if isinstance(found, tuple) else (found, None)
    if not isinstance(text, str):
        raise TypeError(f"the answer is of type {type(text).__name__}, not text")
    return {"text": text, "finish_reason": how}


def _take_standard_output() -> Callable[[dict[str, Any]], None]:
    """Return a function that writes messages to standard output; all other output is redirected to standard error."""
    sys.stdout.flush()
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def say(message: dict[str, Any]) -> None:
        # Start a new line, in case something was printed before without a line end.
        channel.write(b"\n" + json.dumps(message, allow_nan=False).encode("ascii") + b"\n")
        channel.flush()

    return say


def _take_standard_input() -> BinaryIO:
    """Return the stream of requests; standard input is empty for all other readers from now on."""
    questions = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return questions


def _listen(questions: BinaryIO, lines: queue.Queue[bytes]) -> None:
    """Queue requests. At the end of the input, or if the caller is gone, exit at once, whatever is running."""
    for line in questions:
        lines.put(line)
    os._exit(0)


def _seed(seed: int) -> None:
    """Seed the random generators of all imported libraries."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _versions(libraries: Sequence[str]) -> dict[str, str]:
    from importlib import metadata

    found = {"python": platform.python_version()}
    for library in libraries:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return found


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, Fatal) else f"{type(error).__name__}: {error}"
