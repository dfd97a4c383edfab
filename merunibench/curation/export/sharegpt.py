"""ShareGPT conversations, as used by LLaMA-Factory and others: one JSON document, two conversations per row."""

import json
from collections.abc import Iterator
from pathlib import Path

from merunibench.curation.export.base import ExportOptions, Sample, card_of
from merunibench.curation.report.result import CurationReport
from merunibench.files import open_atomic, write_text
from merunibench.kinds import NEUTRAL

QUESTIONS = (
    ("Please infer the person's emotional state and provide your reasoning process.", "{text}"),
    (
        "Please recognize all possible emotional states of the character.",
        "The character's emotional state is {labels}.",
    ),
)
"""Questions and answers of AffectGPT's training pairs."""


def write_sharegpt(out: Path, samples: Iterator[Sample], options: ExportOptions, report: CurationReport) -> None:
    """Write `sharegpt.json` and the card."""
    with open_atomic(out / "sharegpt.json") as stream:
        begin = "[\n"
        for sample in samples:
            for conversation in conversations(sample, options):
                stream.write(begin + json.dumps(conversation, ensure_ascii=False))
                begin = ",\n"
        stream.write("[]\n" if begin == "[\n" else "\n]\n")
    write_text(out / "README.md", card_of(report, options, None))


def conversations(sample: Sample, options: ExportOptions) -> Iterator[dict[str, object]]:
    """Yield the conversations of a sample, one per question.

    `{text}`, `{labels}` and `{name}` in answers are replaced by the sample's values. An empty list of labels becomes
    `neutral`, as AffectGPT's authors read it.
    """
    fields = {"text": sample.text, "labels": ", ".join(sample.labels) or NEUTRAL, "name": sample.name}
    for number, (question, answer) in enumerate(options.questions or QUESTIONS):
        yield {
            "id": f"{sample.name}-{number}",
            "conversations": [
                {"from": "human", "value": f"<video>\n{question}"},
                {"from": "gpt", "value": filled(answer, fields)},
            ],
            "videos": [options.media.replace("{name}", sample.name)],
        }


def filled(template: str, fields: dict[str, str]) -> str:
    """Fill the fields of a template once; braces inside the values are not replaced."""
    parts, rest = [], template
    while rest:
        found = {key: rest.find(f"{{{key}}}") for key in fields}
        key = min((key for key in found if found[key] >= 0), key=lambda each: found[each], default=None)
        if key is None:
            break
        parts += [rest[: found[key]], fields[key]]
        rest = rest[found[key] + len(key) + 2 :]
    return "".join([*parts, rest])
