"""The data set's card: README.md with YAML metadata for Hugging Face `datasets`. The user chooses the licence."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from merunibench._text import escape_controls
from merunibench.curation.report.result import CurationReport
from merunibench.curation.report.truth import Score
from merunibench.curation.report.wording import (
    BLIND_SPOTS,
    LABEL_IN_PROMPT,
    RESPONSIBLE_USE,
    bounds,
    headline,
    made_by,
    number,
    percent,
    reasons,
    score,
    title_of,
)
from merunibench.report.markdown import escape

NO_LICENCE = "not given yet; nothing is exported without one (`licence` in `[card]` of curate.toml, or `--licence`)"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10**7, "1M<n<10M"))
_COMMONEST = 10


def render(report: CurationReport, files: str | None = None) -> str:
    """Render the card.

    Args:
        report: The report of the data set.
        files: Pattern of the data files next to the card; None if there are none.
    """
    return "\n".join([*_head(report, files), "", *_body(report)]) + "\n"


def _head(report: CurationReport, files: str | None) -> Iterator[str]:
    """Yield the metadata. Its values are JSON, which is valid YAML."""
    languages = [code for code in report.statistics["all"]["languages"] if code != "unknown"]
    fields: dict[str, Any] = {
        "pretty_name": escape_controls(str(report.card.get("title", report.name)), 100),
        "language": languages or None,
        "license": report.card.get("licence") and _licence_id(str(report.card["licence"])),
        "size_categories": [next((name for most, name in _SIZES if report.kept < most), "n>10M")],
        "tags": ["emotion-recognition", "multimodal", "open-vocabulary", "descriptions"],
        "configs": files and [{"config_name": "default", "data_files": [{"split": "train", "path": files}]}],
    }
    yield "---"
    for key, value in fields.items():
        if value:
            yield f"{key}: {json.dumps(value, ensure_ascii=False)}"
    yield "---"


def _licence_id(text: str) -> str:
    """Return the licence's identifier on the Hugging Face Hub; `other` for free text."""
    plain = text.strip().lower().replace(" ", "-")
    return plain if plain.replace("-", "").replace(".", "").isalnum() and len(plain) <= 30 else "other"


def _body(report: CurationReport) -> Iterator[str]:
    card, statistics = report.card, report.statistics
    yield f"# {escape(escape_controls(str(card.get('title', report.name)), 100))}"
    yield ""
    if card.get("description"):
        yield from (escape(str(card["description"])), "")
    yield f"Descriptions of emotions in clips, made by models and filtered. {escape(headline(report))}"
    yield ""
    yield "![Funnel: how many rows each filter left](funnel.svg)"
    yield from _section("Licence and consent", _licence(report))
    yield from _section("How it was made", _provenance(report))
    yield from _section("Filters", _filters(report))
    yield from _section("Statistics", _statistics(statistics))
    if report.drop_rates:
        yield from _section("Who was dropped", _rates(report))
    if report.truth is not None:
        yield from _section("Against human labels", _truth(report))
    yield from _section("Compared with published data sets", _published(report))
    yield from _section("What the filters cannot see", [f"- {escape(text)}" for text in BLIND_SPOTS])
    yield from _section("Responsible use", [escape(RESPONSIBLE_USE)])
    if report.remarks:
        yield from _section("Remarks", [f"- {escape(text)}" for text in report.remarks])
    yield from _section("Signature", [f"`{escape_controls(report.signature).replace('`', '')}`"])


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "", *lines)


def _licence(report: CurationReport) -> Iterator[str]:
    licence = report.card.get("licence")
    yield f"- Licence: {escape(str(licence)) if licence else NO_LICENCE}"
    yield f"- Source of the clips: {escape(str(report.card.get('source', 'not given')))}"
    yield f"- Consent of the people shown: {escape(str(report.card.get('consent', 'not given')))}"
    yield f"- Contact, also for deletion: {escape(str(report.card.get('contact', 'not given')))}"


def _provenance(report: CurationReport) -> Iterator[str]:
    made = report.provenance
    for name, settings in made["descriptions"].items():
        yield f"- Descriptions of {escape(name)}: {escape(escape_controls(made_by(settings), 1000))}"
    if report.label_in_prompt:
        yield f"- **{LABEL_IN_PROMPT}**"
    if not made["descriptions"]:
        yield "- Descriptions: given, made elsewhere"
    yield f"- Labels: {escape(', '.join(made['labels_from']) or 'none')}"
    yield f"- Polarity: {escape(', '.join(made['polarity_from']) or 'none')}"
    yield f"- Speaker: {escape(made['speaker'] or 'not measured')}"
    for task, account in report.crowd.items():
        sources = (
            f"{escape(name)} (training: {escape(each['training'])})" for name, each in account["sources"].items()
        )
        yield f"- Votes on {task}: {', '.join(sources)}"
    lexicon = made["lexicon"]
    yield f"- Lexicon: {escape(lexicon['name'])}, SHA-256 `{lexicon['sha256'][:16]}`"
    yield f"- Settings: `{report.config}`"


def _filters(report: CurationReport) -> Iterator[str]:
    heads = ("Filter", "Bounds", "Pass", "Fail", "Undecided", "Only by it", "By chance", "Lift", "Left")
    left = {step.name: step.kept for step in report.funnel}
    rows = [
        [
            title_of(each.name),
            bounds(each.settings),
            *map(number, (each.passed, each.failed, each.undecided, each.alone, each.chance, each.lift)),
            number(left.get(each.name)),
        ]
        for each in report.filters
    ]
    yield from _table(heads, rows, words=2)
    yield ""
    why = [f"{title_of(each.name)}: {reasons(each.reasons)}" for each in report.filters if each.reasons]
    yield f"Every filter judges all rows. Why rows did not pass: {escape('; '.join(why) or 'all passed')}."


def _statistics(statistics: Any) -> Iterator[str]:  # noqa: ANN401 - stage -> figures
    heads = (
        "After",
        "Rows",
        "Words (mean ± sd)",
        "Labels per row",
        "Distinct labels",
        "Concepts",
        "Sectors",
        "Unknown",
    )
    rows = []
    for stage, found in statistics.items():
        words, labels = found["words"], found["labels"]
        spread = f"{number(words['mean'])} ± {number(words['sd'])}"
        counts = (labels["per_row"]["mean"], *(labels[key] for key in ("distinct", "concepts", "sectors", "unknown")))
        rows.append([title_of(stage), number(found["rows"]), spread, *map(number, counts)])
    yield from _table(heads, rows)
    last = list(statistics.values())[-1]
    common = list(last["labels"]["commonest"].items())[:_COMMONEST]
    total = last["labels"]["total"]
    yield ""
    words_of = ", ".join(f"{word} {percent(times, total)}" for word, times in common)
    yield f"Most common labels of the remaining rows: {escape(words_of)}."
    effective = ", ".join(f"{wheel['wheel']}: {number(wheel['effective_sectors'])}" for wheel in last["wheels"])
    yield f"Effective number of sectors on each wheel: {effective}."


def _rates(report: CurationReport) -> Iterator[str]:
    for name, groups in report.drop_rates.items():
        rows = [
            [
                str(group["group"]),
                number(group["rows"]),
                number(group["kept"]),
                percent(group["rows"] - group["kept"], group["rows"]),
                number(group["lift"]),
            ]
            for group in groups
        ]
        yield from _table((f"By {name}", "Rows", "Kept", "Dropped", "Lift"), rows)
        yield ""


def _truth(report: CurationReport) -> Iterator[str]:
    truth = report.truth
    if truth is None:
        return
    heads = ("Rows", "n", "F", "95 % CI", "Precision", "Recall", "Chance")
    rows = [
        [name, *_cells(found)] for name, found in (("all", truth.all), ("kept", truth.kept), ("dropped", truth.dropped))
    ]
    yield from _table(heads, rows)
    yield ""
    if truth.difference:
        yield f"Kept minus dropped: {score(truth.difference[0])}."
    if truth.shuffled:
        yield f"Kept minus rows kept by shuffled votes: {score(truth.shuffled['kept_minus_shuffled'])}."


def _cells(found: Score) -> list[str]:
    span = f"{score(found.ci[0])}–{score(found.ci[1])}" if found.ci else "–"
    return [number(found.rows), score(found.f), span, score(found.precision), score(found.recall), score(found.chance)]


def _published(report: CurationReport) -> Iterator[str]:
    labels = list(report.statistics.values())[-1]["labels"]
    rows = [[f"{report.name} (this one)", number(report.kept), number(labels["distinct"])]]
    rows += [[str(each["name"]), number(each["rows"]), number(each["emotions"])] for each in report.published]
    yield from _table(("Data set", "Rows", "Distinct emotions"), rows)
    yield ""
    yield (
        "Published numbers are from the authors of AffectGPT (arXiv 2501.16566). They were counted on labels extracted "
        "by a language model, so only the sizes are comparable."
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> Iterator[str]:
    """Yield a Markdown table: the first columns are text, the others numbers."""
    yield f"| {' | '.join(map(escape, heads))} |"
    yield f"| {' | '.join('---' if place < words else '---:' for place in range(len(heads)))} |"
    for row in rows:
        yield f"| {' | '.join(escape(escape_controls(cell, 200)) for cell in row)} |"
