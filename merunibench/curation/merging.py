"""From cues to descriptions: a chat model merges audio cue, video cue and subtitle. Missing cues are reported.

A clip without any cue gets no description (`failed: no cue`). A single cue without a subtitle becomes the description
unchanged. Rows go through the journal, so an interrupted run can be resumed.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from merunibench._resources import resource
from merunibench._text import short_repr
from merunibench.chat import ChatModel, Message, Reply
from merunibench.chat.base import CUT_OFF, LENGTH, ONLY_REASONING
from merunibench.errors import InputError
from merunibench.extraction.envelope import clean_answer
from merunibench.files import read_plain
from merunibench.files.reading import reading
from merunibench.inference.prompts import Prompt
from merunibench.journal import Journal, Row

MERGE = "merge@1"
"""The built-in prompt. A released version is never edited; a better wording becomes a new file."""
AUDIO, VIDEO, WHOLE = "audio", "video", "description"
"""The kinds of cues: audio, video, and the description of the whole clip in one step."""
SUBTITLE, LABEL = "subtitle", "label"
NO_CUE = "no cue"
LONGEST = "--merge-max-tokens"
"""The option that limits the length of a description."""

_PLACE = re.compile(r"\{(audio|video|subtitle|label)\}")
_MOST_BYTES = 1 << 16
_DIGITS = 16


@dataclass(frozen=True)
class Material:
    """The inputs of one description.

    Attributes:
        name: The clip.
        cues: Kind -> text that a model wrote, for the kinds that were answered.
        gaps: Kind -> why the cue is missing.
        subtitle: The words spoken; None if unknown.
        label: The human label of the emotion; None unless it goes into the prompt.
    """

    name: str
    cues: Mapping[str, str]
    gaps: Mapping[str, str] = field(default_factory=dict)
    subtitle: str | None = None
    label: str | None = None

    @property
    def parts(self) -> dict[str, str]:
        """The texts that go into the prompt, without blank ones."""
        found = {**self.cues, SUBTITLE: self.subtitle or "", LABEL: self.label or ""}
        return {key: text.strip() for key, text in found.items() if text.strip()}

    @property
    def alone(self) -> str | None:
        """The cue that becomes the description unchanged; None if there is no cue, or it must be merged."""
        parts = self.parts
        return next(iter(parts.values())) if len(parts) == 1 and self.cues else parts.get(WHOLE)

    @property
    def inputs(self) -> str:
        """A hash of all inputs: 16 hexadecimal digits."""
        parts = [self.name, repr(sorted(self.cues.items())), repr(sorted(self.gaps)), repr(self.subtitle)]
        parts += [repr(self.label)] if self.label is not None else []
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def load_merge_prompt(name: str = MERGE) -> Prompt:
    """Load the built-in prompt for merging, or one from a file.

    Args:
        name: `merge@1`, `merge`, or a path. The text has the placeholders `{audio}` and `{video}`, and optionally
            `{subtitle}` and `{label}`, each on its own line. A line whose text is missing is left out.

    Raises:
        InputError: there is no such file, or it has no placeholder for cues.
    """
    own = name in (MERGE, MERGE.partition("@")[0])
    path = resource("curation", "prompts", f"{MERGE}.txt") if own else Path(name)
    if not own and not path.is_file():
        raise InputError(f"unknown prompt {short_repr(name)}; give {MERGE}, or the path of a text file")
    with reading(path, UnicodeDecodeError):
        text = read_plain(path, _MOST_BYTES).decode("utf-8").strip()
    if not {AUDIO, VIDEO} & set(_PLACE.findall(text)):
        raise InputError(f"{path}: has no placeholder for a cue; write {{audio}} or {{video}} where it goes")
    return Prompt(MERGE if own else path.name, text)


def fill(prompt: str, parts: Mapping[str, str]) -> str:
    r"""Fill the placeholders of a prompt; lines whose part is missing are left out.

    Placeholders inside the parts themselves are not replaced.

    Example:
        >>> fill("Heard: {audio}\nSaid: {subtitle}\nWell?", {"audio": "a {subtitle}"})
        'Heard: a {subtitle}\nWell?'
    """
    lines = [line for line in prompt.split("\n") if set(_PLACE.findall(line)) <= parts.keys()]
    return _PLACE.sub(lambda found: parts[found[1]], "\n".join(lines))


def conversation(prompt: Prompt, material: Material) -> list[Message]:
    """Return the messages to the chat model about one clip."""
    return [Message(role="user", content=fill(prompt.text, material.parts))]


class Merger:
    """Makes the descriptions of one set."""

    def __init__(
        self, journal: Journal, materials: Sequence[Material], model: ChatModel | None, prompt: Prompt, name: str
    ) -> None:
        """See `merge_set`.

        Args:
            journal: The journal to which rows are written.
            materials: One per clip, in the order of the set.
            model: The model that merges; None if no cue needs merging.
            prompt: The prompt of the model.
            name: The name of the model in the rows.
        """
        self.journal, self.materials, self.model, self.prompt, self.name = journal, materials, model, prompt, name
        self.inputs = {material.name: material.inputs for material in materials}

    def finish(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Finish all rows and the file; return the number of rows that had to be made.

        Raises:
            InputError: a row needs a model and none was given, or the model is not available.
        """
        todo = [each for each in self.materials if not self._known(each)]
        asked = [each for each in self.materials if each.cues and each.alone is None]
        for each in todo:
            if not each.cues:
                self.journal.append([self._row(each, error=_no_cue(each))])
            elif each.alone is not None:
                text = each.alone
                self.journal.append([self._row(each, text=text, made="cue" if WHOLE not in each.cues else "at once")])
        done = len(self.materials) - len([each for each in todo if not self._known(each)])
        for number, (material, reply) in enumerate(self._replies(asked), start=done + 1):
            self.journal.append([self._merged(material, reply)])
            progress(min(number, len(self.materials)))
        self.journal.finish(each.name for each in self.materials)
        return len(todo)

    def _replies(self, asked: Sequence[Material]) -> Iterator[tuple[Material, Reply]]:
        """Yield replies for whole groups, so that an answer is in the same batch after an interruption."""
        size = self.model.group if self.model else 1
        groups = [asked[first : first + size] for first in range(0, len(asked), size)]
        todo = [each for group in groups if not all(map(self._known, group)) for each in group]
        if not todo:
            return
        if self.model is None:
            raise InputError(
                f"{todo[0].name}: has more than one cue or a subtitle; give a model to merge them (--merge)"
            )
        for index, reply in self.model.replies(conversation(self.prompt, each) for each in todo):
            yield todo[index], reply

    def _known(self, material: Material) -> bool:
        return self.journal.find(material.name, inputs=self.inputs[material.name]) is not None

    def _merged(self, material: Material, reply: Reply) -> Row:
        answer = clean_answer(reply.text)
        error, ended = reply.error, reply.finish_reason
        if error is None and not answer.text.strip():
            error = CUT_OFF if ended in (LENGTH, None) else ONLY_REASONING
        if error == CUT_OFF:
            error = CUT_OFF.replace("--max-new-tokens", LONGEST)
        told = {} if ended is None else {"finish_reason": ended}
        if error is not None:
            return self._row(material, error=f"merge: {error}", **told)
        return self._row(material, text=answer.text.strip(), made="merged", **told)

    def _row(self, material: Material, **fields: Any) -> Row:  # noqa: ANN401 - JSON values
        row: Row = {"name": material.name, "status": "failed" if "error" in fields else "ok", **fields}
        merged = material.cues and material.alone is None
        if merged:
            row |= {"merge": self.name, "prompt": self.prompt.name, "prompt_sha256": self.prompt.sha256}
            row |= {"label_in_prompt": True} if LABEL in material.parts else {}
        row["from"] = [part for part in (AUDIO, VIDEO, WHOLE, SUBTITLE) if part in material.parts]
        if material.gaps:
            row["gaps"] = dict(material.gaps)
        if material.subtitle is not None:
            row["subtitle"] = material.subtitle
        return row | {"inputs": self.inputs[material.name]}


def _no_cue(material: Material) -> str:
    return "; ".join([NO_CUE, *(f"{kind}: {why}" for kind, why in material.gaps.items())])
