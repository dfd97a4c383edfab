"""Sample files of evaluation harnesses.

Key names as in lmms-eval 0.7.3 (and before), lm-evaluation-harness 0.4.13, inspect_ai 0.3.285, lighteval 0.13.0 and
VLMEvalKit.
"""

from collections.abc import Mapping

from merunibench._text import in_one_line
from merunibench.conversion.base import Answer, Format
from merunibench.conversion.fields import Row, as_text, content_text, dig, one_text

_FAILED = "Failed to obtain answer"
_ELSEWHERE = "attachment://"
_LONGEST = 200


def _name_of_metric(row: Row) -> str | None:
    """Return the sample's name from a metric's value: lmms-eval drops the document, but some metrics keep the name."""
    values = (value.get("name") for value in row.values() if isinstance(value, Mapping))
    return next((name for name in values if isinstance(name, str) and name), None)


def _filtered(row: Row) -> Answer:
    return Answer(one_text(row.get("filtered_resps"), "'filtered_resps'"))


def _raw_or_filtered(row: Row) -> Answer:
    """Return the unfiltered answer if there is one: lmms-eval keeps `resps` if a filter changed them."""
    key = "resps" if row.get("resps") is not None else "filtered_resps"
    return Answer(one_text(row.get(key), f"{key!r}"))


def _of_inspect(row: Row) -> Answer:
    error = row.get("error")
    if error:
        message = error.get("message") if isinstance(error, Mapping) else error
        return Answer(None, in_one_line(str(message), _LONGEST))
    choices = dig(row, "output.choices")
    if not isinstance(choices, list) or not choices:
        return Answer(None, "the output has no choices")
    if len(choices) > 1:
        raise ValueError(f"{len(choices)} answers for one sample; keep one of them")
    # Join several parts in the same way as inspect_ai.
    text = content_text(dig(row, "output.choices.0.message.content"), "content", "\n")
    if text is not None and text.startswith(_ELSEWHERE):
        raise ValueError(
            "the answer is an attachment elsewhere in the log; write the log with its attachments resolved"
        )
    return Answer(text, None if text is not None else "the message has no content")


def _of_vlmevalkit(row: Row) -> Answer:
    text = as_text(row.get("prediction"), "'prediction'")
    if text is not None and text.startswith(_FAILED):
        return Answer(None, in_one_line(text, _LONGEST))
    return Answer(text)


def _of_lighteval(row: Row) -> Answer:
    for key in ("text_post_processed", "text"):
        value = dig(row, f"model_response.{key}")
        if value:
            return Answer(one_text(value, f"'model_response.{key}'"))
    return Answer(None, "the response has no text")


LMMS_EVAL = Format(
    "lmms-eval",
    "lmms-eval",
    "`DATE_samples_TASK.jsonl`",
    frozenset({"doc_id", "filtered_resps", "doc_hash", "input"}),
    _raw_or_filtered,
    names=("doc.name", _name_of_metric),
    number="doc_id",
    references=("target",),
    repeats="keep one draw of each sample",
)
LM_EVAL = Format(
    "lm-eval",
    "lm-evaluation-harness",
    "`samples_TASK_DATE.jsonl`",
    frozenset({"doc_id", "doc", "arguments", "filtered_resps"}),
    _filtered,
    names=("doc.name", "doc.id", "doc.sample_id"),
    number="doc_id",
    references=("target",),
    repeats="there is one row per filter; keep the rows of one value of 'filter'",
)
INSPECT = Format(
    "inspect",
    "inspect_ai",
    "`.eval` log (zip, Zstandard inside) or the log as one JSON document",
    frozenset({"id", "epoch", "output", "messages"}),
    _of_inspect,
    names=("id", "metadata.name"),
    number="id",
    first_number=1,
    references=("target",),
    repeats="there is one sample per epoch; run one epoch, or keep the samples of one",
)
VLMEVALKIT = Format(
    "vlmevalkit",
    "VLMEvalKit",
    "`MODEL_DATASET.xlsx`, `.tsv` or `.json`",
    frozenset({"index", "prediction"}),
    _of_vlmevalkit,
    number="index",
    references=("answer",),
)
LIGHTEVAL = Format(
    "lighteval",
    "lighteval",
    "`details_TASK_DATE.parquet`",
    frozenset({"doc", "model_response", "metric"}),
    _of_lighteval,
    names=("doc.specific.name",),
    number="doc.id",
    references=("doc",),
)
