"""From what a user writes (`rules@1`, `hf:MODEL`, `openai:URL#MODEL`) to what reads labels and decides polarity."""

from pathlib import Path
from typing import Any

from merunibench.chat import open_chat_model
from merunibench.data import Extractor
from merunibench.errors import InputError
from merunibench.extraction.llm.prompt import read_prompt
from merunibench.extraction.llm.questions import Question, ask_labels, ask_polarity
from merunibench.extraction.rules import EXTRACTOR, Rules

RULES = (EXTRACTOR, "rules")


def open_backends(
    labels: str,
    polarity: str | None = None,
    *,
    prompt: Path | None = None,
    parity: bool = False,
    **options: Any,  # noqa: ANN401 - as open_chat_model has them
) -> tuple[Question | Extractor, Question | Extractor | None]:
    """What reads labels, and what decides polarity; a model that does both is loaded once.

    Args:
        labels: `rules@1` (or `rules`), `hf:MODEL` or `openai:URL#MODEL`.
        polarity: Likewise; None if none is wanted.
        prompt: File with another prompt for labels than ours.
        parity: As for `extract_labels`.
        options: As for `merunibench.chat.open_chat_model`.

    Raises:
        InputError: a backend is none of these, a model cannot be loaded, or the prompt cannot be used.
    """
    if prompt is not None and labels in RULES:
        raise InputError(f"{prompt}: rules take no prompt; name a language model as the extractor")
    template = None if prompt is None else read_prompt(prompt)
    specs = dict.fromkeys(spec for spec in (labels, polarity) if spec not in (*RULES, None))
    models = {spec: open_chat_model(str(spec), **options) for spec in specs}
    read = ask_labels(models[labels], prompt=template, parity=parity) if labels in models else Rules(parity=parity)
    if polarity is None:
        return read, None
    return read, ask_polarity(models[polarity]) if polarity in models else Rules()
