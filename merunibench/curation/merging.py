"""From cues to descriptions: a chat model merges what was heard, seen and said; gaps are told, never filled with words.

Without any cue there is no description (`failed: no cue`). One cue alone, with nothing said to merge it with, is the
description itself. Rows go through the journal, so an interrupted run goes on where it ended.
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
"""Our own prompt. A released version is never edited: a better wording is a new file."""
AUDIO, VIDEO, WHOLE = "audio", "video", "description"
"""The kinds of cues: of the sound, of the picture, and the description of the whole clip, asked for at once."""
SUBTITLE, LABEL = "subtitle", "label"
NO_CUE = "no cue"
LONGEST = "--merge-max-tokens"
"""The option that bounds a description's length."""

_PLACE = re.compile(r"\{(audio|video|subtitle|label)\}")
_MOST_BYTES = 1 << 16
_DIGITS = 16


@dataclass(frozen=True)
class Material:
    """What there is to make one description of.

    Attributes:
        name: The clip.
        cues: Kind -> what a model wrote, for the kinds that were asked for and answered.
        gaps: Kind -> why there is no cue.
        subtitle: What is said; None where it is not known.
        label: What people said that is felt; None unless it is wanted in the prompt.
    """

    name: str
    cues: Mapping[str, str]
    gaps: Mapping[str, str] = field(default_factory=dict)
    subtitle: str | None = None
    label: str | None = None

    @property
    def parts(self) -> dict[str, str]:
        """What goes into the prompt, blank texts left out."""
        found = {**self.cues, SUBTITLE: self.subtitle or "", LABEL: self.label or ""}
        return {key: text.strip() for key, text in found.items() if text.strip()}

    @property
    def alone(self) -> str | None:
        """The cue that is the description by itself; None if there is none, or something to merge it with."""
        parts = self.parts
        return next(iter(parts.values())) if len(parts) == 1 and self.cues else parts.get(WHOLE)

    @property
    def inputs(self) -> str:
        """What identifies all this: 16 hexadecimal digits."""
        parts = [self.name, repr(sorted(self.cues.items())), repr(sorted(self.gaps)), repr(self.subtitle)]
        parts += [repr(self.label)] if self.label is not None else []
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def load_merge_prompt(name: str = MERGE) -> Prompt:
    """Our prompt for merging, or one in a file of the user's own.

    Args:
        name: `merge@1`, `merge`, or a path. The text has `{audio}` and `{video}`, and perhaps `{subtitle}` and
            `{label}`, on lines of their own: a line is left out of which nothing is there.

    Raises:
        InputError: there is no such file, or it has no place for cues.
    """
    own = name in (MERGE, MERGE.partition("@")[0])
    path = resource("curation", "prompts", f"{MERGE}.txt") if own else Path(name)
    if not own and not path.is_file():
        raise InputError(f"no prompt {short_repr(name)}: there is {MERGE}, or give the path of a text file")
    with reading(path, UnicodeDecodeError):
        text = read_plain(path, _MOST_BYTES).decode("utf-8").strip()
    if not {AUDIO, VIDEO} & set(_PLACE.findall(text)):
        raise InputError(f"{path}: has no place for a cue; write {{audio}} or {{video}} where it goes")
    return Prompt(MERGE if own else path.name, text)


def fill(prompt: str, parts: Mapping[str, str]) -> str:
    r"""The prompt with every part in its place; lines of which a part is not there are left out.

    What a part says is never looked at for places of other parts.

    Example:
        >>> fill("Heard: {audio}\nSaid: {subtitle}\nWell?", {"audio": "a {subtitle}"})
        'Heard: a {subtitle}\nWell?'
    """
    lines = [line for line in prompt.split("\n") if set(_PLACE.findall(line)) <= parts.keys()]
    return _PLACE.sub(lambda found: parts[found[1]], "\n".join(lines))


def conversation(prompt: Prompt, material: Material) -> list[Message]:
    """What the chat model is asked about one clip."""
    return [Message(role="user", content=fill(prompt.text, material.parts))]


class Merger:
    """One set of descriptions on its way."""

    def __init__(
        self, journal: Journal, materials: Sequence[Material], model: ChatModel | None, prompt: Prompt, name: str
    ) -> None:
        """See `merge_set`.

        Args:
            journal: Where rows go.
            materials: One for each clip, in the order of the set.
            model: What merges; None where no cue needs to be.
            prompt: What it is asked.
            name: How rows call the model.
        """
        self.journal, self.materials, self.model, self.prompt, self.name = journal, materials, model, prompt, name
        self.inputs = {material.name: material.inputs for material in materials}

    def finish(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Finish all rows, and the file; how many had to be made.

        Raises:
            InputError: a row needs a model and there is none, or the model cannot be asked at all.
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
        """Replies about whole groups, so that an answer has the same neighbours after an interruption."""
        size = self.model.group if self.model else 1
        groups = [asked[first : first + size] for first in range(0, len(asked), size)]
        todo = [each for group in groups if not all(map(self._known, group)) for each in group]
        if not todo:
            return
        if self.model is None:
            raise InputError(f"{todo[0].name}: has more than one cue or a subtitle; name what merges them (--merge)")
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
