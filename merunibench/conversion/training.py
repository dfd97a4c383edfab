"""Result files of training frameworks and of emotion recognition models.

Key names as in ms-swift 4.6.0, LLaMA-Factory 0.9.5, R1-Omni, HumanOmniV2 and the MERBench forks.
"""

from collections.abc import Callable

from merunibench.conversion.base import Answer, Format
from merunibench.conversion.fields import Row, as_text, dig, stem


def text_at(key: str) -> Callable[[Row], Answer]:
    """Return a function that reads answers stored as plain text at a key or a dotted path."""

    def answer(row: Row) -> Answer:
        return Answer(as_text(dig(row, key), f"{key!r}"))

    return answer


def _raw_media(row: Row) -> str | None:
    """Return the clip's name from a row of HumanOmniV2, which contains the original input."""
    for path in ("raw.video", "raw.path", "path"):
        value = dig(row, path)
        if isinstance(value, str) and value:
            return stem(value)
    return None


MS_SWIFT = Format(
    "ms-swift",
    "ms-swift",
    "JSON Lines of `swift infer`",
    frozenset({"response", "labels", "messages"}),
    text_at("response"),
    references=("labels", "solution"),
)
LLAMA_FACTORY = Format(
    "llama-factory",
    "LLaMA-Factory",
    "`generated_predictions.jsonl`",
    frozenset({"prompt", "predict", "label"}),
    text_at("predict"),
    references=("label",),
    alone=True,
)
HUMANOMNI = Format(
    "humanomni",
    "R1-Omni or HumanOmni",
    "JSON array",
    frozenset({"gt", "response", "video_path"}),
    text_at("response"),
    references=("gt",),
)
HUMANOMNI_V2 = Format(
    "humanomni-v2",
    "HumanOmniV2",
    "JSON object with `results`",
    # Not `prediction`: if no answer is found, it contains the text of another sample.
    frozenset({"solution", "output", "prediction"}),
    text_at("output"),
    names=(_raw_media,),
    references=("solution",),
)
MERBENCH = Format(
    "merbench-jsonl",
    "a fork of MERBench or HumanOmniV2",
    "`results-<dataset>/<run>/<checkpoint>.jsonl`",
    frozenset({"name", "raw_response", "answer"}),
    text_at("raw_response"),
    names=("name",),
)
