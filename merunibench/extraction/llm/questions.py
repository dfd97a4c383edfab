"""Ask a language model for labels or polarity, and parse its output."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from merunibench._text import short_repr
from merunibench.chat import ChatModel, open_chat_model
from merunibench.chat.base import ONLY_REASONING
from merunibench.data import Extractor
from merunibench.errors import InputError
from merunibench.extraction.asides import without_asides
from merunibench.extraction.envelope import clean_answer
from merunibench.extraction.extractor import EXTRACTOR, EXTRACTORS, Rules
from merunibench.extraction.files import Field
from merunibench.extraction.items import says_nothing
from merunibench.extraction.lists import read_list
from merunibench.extraction.llm.prompt import Prompt, builtin_prompt, read_prompt
from merunibench.extraction.refusals import is_error, without_refusal
from merunibench.extraction.rules import affectgpt_style, is_known
from merunibench.labels import normalise_label, parse_label_text

RULES = (*EXTRACTORS, "rules")
"""Names of the rules as a backend."""

_LIST = re.compile(r"\[[^\[\]]*\]")
_POLARITY = re.compile(r"\b(positive|negative|neutral)\b", re.IGNORECASE)
_VERDICT = re.compile(
    r"\b(?:answer|label|verdict|conclusion|sentiment|polarity|classification|overall(?: sentiment| polarity)?)\b"
    r"(?:[^.:\n]{0,30}?\b(?:is|would be|was)\b|\s*[:=])",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[.;:!?\n]|,\s*(?:but|so|it|he|she|they|thus|therefore)\b|\b(?:but|rather|instead|therefore|so|hence)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:not|isn't|neither|nor|no|never|rather than|instead of|without|non)\b|n't\b", re.IGNORECASE)
_DENIED_AFTER = re.compile(
    r"\W{0,3}(?:[?:=-]\W{0,3}(?:no|false)\b|(?:is |are )?(?:ruled out|not the case|does not apply))", re.IGNORECASE
)
_FIRST = re.compile(r"\W*(positive|negative|neutral)\b\s*(?:[.,;:\n(–—-]|\Z)", re.IGNORECASE)


class Answer(NamedTuple):
    """A model's answer to one input.

    Attributes:
        value: The labels or the polarity; None if the model gave none.
        output: The model's output; None if there is no output.
        error: Why there is no value; None if there is a value.
    """

    value: Any
    output: str | None
    error: str | None = None


@dataclass(frozen=True)
class Question:
    """A prompt and the model that answers it; created by `ask_labels` and `ask_polarity`.

    Attributes:
        field: The column to fill.
        model: The model.
        prompt: The prompt.
        read: Parses the model's output without its reasoning; raises ValueError with the reason if there is no value.
        variant: Suffix of the name for other settings that affect the value.
    """

    field: Field
    model: ChatModel
    prompt: Prompt
    read: Callable[[str], Any]
    variant: str = ""

    @property
    def name(self) -> str:
        """Its name in signatures: `hf(SmolLM2@1a2b3c4d5e6f,labels@1-ab12cd34)`."""
        return f"{self.model.settings['kind']}({self.model.name},{self.prompt.id}{self.variant})"

    @property
    def settings(self) -> dict[str, Any]:
        """All settings that affect an answer."""
        prompt = {"id": self.prompt.id, "template": self.prompt.template}
        return {"name": self.name, "prompt": prompt, "model": dict(self.model.settings)}

    def ask(self, inputs: Iterable[str]) -> Iterator[tuple[int, Answer]]:
        """Yield the index of an input and its answer, in the order of completion; see `ChatModel.replies`."""
        for index, reply in self.model.replies(map(self.prompt.about, inputs)):
            yield index, Answer(None, None, reply.error) if reply.error else self.interpret(reply.text)

    def answers(self, inputs: Sequence[str]) -> list[Answer]:
        """Return the answers to all inputs, in their order.

        Raises:
            InputError: The model cannot be asked at all.
        """
        found = dict(self.ask(inputs))
        return [found[index] for index in range(len(inputs))]

    def interpret(self, output: str) -> Answer:
        """Parse an output of the model."""
        text = clean_answer(output).text
        if not text:
            return Answer(None, output, f"{ONLY_REASONING}; if it was cut off, raise --max-new-tokens")
        try:
            return Answer(self.read(text), output)
        except ValueError as error:
            return Answer(None, output, str(error))


def ask_labels(model: ChatModel | str, *, prompt: Prompt | None = None, parity: bool = False) -> Question:
    """Create the question for the labels in a text.

    Args:
        model: A chat model, or the name of one for `open_chat_model`.
        prompt: A prompt to use instead of the builtin one.
        parity: Drop speech acts and a lone `neutral`, and keep at most four labels; see `extract_labels`.

    Raises:
        InputError: The model cannot be loaded.
    """

    def read(text: str) -> list[str]:
        labels = listed_labels(text)
        return affectgpt_style(labels) if parity else labels

    return Question("labels", _opened(model), prompt or builtin_prompt("labels"), read, "-parity" if parity else "")


def ask_polarity(model: ChatModel | str, *, prompt: Prompt | None = None) -> Question:
    """Create the question for the polarity of a label list, given as words separated by commas.

    Args:
        model: A chat model, or the name of one for `open_chat_model`.
        prompt: A prompt to use instead of the builtin one.

    Raises:
        InputError: The model cannot be loaded.
    """
    return Question("polarity", _opened(model), prompt or builtin_prompt("polarity"), named_polarity)


def listed_labels(text: str) -> list[str]:
    r"""Return the distinct labels in a model's answer.

    A single list in brackets that contains a known word is split by the rule of the official evaluation
    (`parse_label_text`). Anything else is read like the answers of evaluated models (`merunibench.extraction.lists`).

    Raises:
        ValueError: The answer is not a list, but sentences or a refusal.

    Example:
        >>> listed_labels("Emotions: ['Happy', 'let down', 'happy']. He smiles.")
        ['happy', 'let down']
        >>> listed_labels("1. sad\n2. tired"), listed_labels("None")
        (['sad', 'tired'], [])
    """
    if is_error(text) or not without_refusal(text):
        raise ValueError(f"does not answer: {short_repr(text)}")
    text = without_asides(text)
    brackets = _LIST.findall(text)
    if len(brackets) == 1:
        labels = [normalise_label(label) for label in parse_label_text(" ".join(brackets[0].split()))]
        if not labels or any(map(is_known, labels)):
            return list(dict.fromkeys(label for label in labels if not says_nothing(label)))
    found = read_list(text, is_known)
    if not isinstance(found, list):
        raise ValueError(f"answers in sentences instead of a list: {short_repr(text)}")  # noqa: TRY004 - not a type error
    return found


def named_polarity(text: str) -> str:
    """Return the polarity in a model's answer: the one after its verdict, or the only one that is not negated.

    Raises:
        ValueError: The answer names no polarity, or several.

    Example:
        >>> named_polarity("The sentiment is not positive, it is negative.")
        'negative'
        >>> named_polarity("Sad outweighs hopeful, which is positive. Verdict: negative")
        'negative'
    """
    if is_error(text) or not without_refusal(text):
        raise ValueError(f"does not answer: {short_repr(text)}")
    verdicts = [text[found.end() :] for found in _VERDICT.finditer(text)]
    for part in (*reversed(verdicts), text):
        named = [found for found in _POLARITY.finditer(part) if not _is_denied(part, found)]
        if len({found.group().lower() for found in named}) == 1:
            return named[0].group().lower()
    first = _FIRST.match(text)
    if first is None:
        kind = "names several polarities" if _POLARITY.search(text) else "names no polarity"
        raise ValueError(f"{kind}: {short_repr(text)}")
    return first[1].lower()


def _is_denied(text: str, word: re.Match[str]) -> bool:
    """Return whether a polarity is negated: `not positive`, `neither … nor`, `Positive? No`."""
    clause = _CLAUSE.split(text[: word.start()])[-1]
    return _DENIAL.search(clause) is not None or _DENIED_AFTER.match(text, word.end()) is not None


def _opened(model: ChatModel | str) -> ChatModel:
    return open_chat_model(model) if isinstance(model, str) else model


def open_backends(
    labels: str,
    polarity: str | None = None,
    *,
    prompt: Path | None = None,
    parity: bool = False,
    **options: Any,  # noqa: ANN401 - as open_chat_model has them
) -> tuple[Question | Extractor, Question | Extractor | None]:
    """Open the backends for labels and polarity; a model that is used for both is loaded once.

    Args:
        labels: `rules@2` (or `rules`), `rules@1`, `hf:MODEL` or `openai:URL#MODEL`.
        polarity: One of the same backends; None to skip polarity.
        prompt: File with a prompt for labels to use instead of the builtin one.
        parity: See `extract_labels`.
        options: See `merunibench.chat.open_chat_model`.

    Raises:
        InputError: A backend is unknown, a model cannot be loaded, or the prompt cannot be used.
    """
    if prompt is not None and labels in RULES:
        raise InputError(f"{prompt}: the rules do not use a prompt; choose a language model as the extractor")
    template = None if prompt is None else read_prompt(prompt)
    specs = dict.fromkeys(spec for spec in (labels, polarity) if spec not in (*RULES, None))
    models = {spec: open_chat_model(str(spec), **options) for spec in specs}
    read = (
        ask_labels(models[labels], prompt=template, parity=parity)
        if labels in models
        else _rules(labels, parity=parity)
    )
    if polarity is None:
        return read, None
    return read, ask_polarity(models[polarity]) if polarity in models else _rules(polarity)


def _rules(name: str, *, parity: bool = False) -> Rules:
    return Rules.named(EXTRACTOR if name == "rules" else name, parity=parity)
