"""Generate reference pages from registries: data sets, protocols, lexicons, signature fields, schemas, API."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from inspect import cleandoc
from pathlib import Path

from merunibench.kinds import KINDS
from merunibench.lexicon import catalogue
from merunibench.protocols import PROTOCOLS
from merunibench.signature import _SHORT as SHORT
from merunibench.signature import Signature
from merunibench.tasks import BUILTIN

ROOT = Path(__file__).parent.parent.parent


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; bars in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def tasks() -> str:
    """Return the page of all builtin data sets."""
    rows = [
        (
            f"`{task.id}`",
            f"[{task.title}]({task.homepage})" if task.homepage else task.title,
            KINDS[task.kind].title,
            task.samples or "not stated",
            "yes" if task.benchmark else "",
            f"`{task.folder}/{task.label_file}`" if task.label_file else "",
            ", ".join(task.classes),
        )
        for task in BUILTIN.values()
    ]
    head = ("Id", "Data set", "Kind", "Test samples", "In the mean of nine", "Official label file", "Classes")
    return (
        "# Data sets\n\nGenerated from the task files in `merunibench/tasks/builtin/`. `merunibench datasets` prints "
        "the same. The labels are not part of this package: their licences forbid it. The links say where to request "
        "them. [Define your own](../guides/own-data.md) with a file.\n\n" + table(head, rows)
    )


def protocols() -> str:
    """Return the page of the kinds of tasks, and what each protocol computes for them."""
    answers = {"labels": "labels", "polarity": "a polarity", "score": "a number", "preference": "a preference"}
    kinds = table(
        ("Kind", "A true label is", "A prediction gives"),
        ((f"`{kind.id}`", kind.truth, answers[kind.answer]) for kind in KINDS.values()),
    )
    rows = []
    for protocol in PROTOCOLS.values():
        for kind, metric in protocol.metrics.items():
            rows.append(
                (
                    f"`{protocol.signature}`",
                    f"`{kind}`",
                    metric.primary_title,
                    "yes" if metric.chance_corrected else "no",
                    "yes" if protocol.on_boards else "no",
                )
            )
    head = ("Protocol, as in signatures", "Kind", "Score", "Corrected for chance", "On boards")
    return (
        "# Kinds of tasks and protocols\n\nGenerated from the registries `KINDS` and `PROTOCOLS`. "
        "[The metric, exactly](../metric.md) defines every score.\n\n"
        f"## Kinds\n\n{kinds}\n## Protocols\n\n{table(head, rows)}"
    )


def lexicons() -> str:
    """Return the page of the builtin lexicon and the official releases."""
    builtin = next(each for each in catalogue() if each.name == "builtin").lexicon
    if builtin is None:
        raise SystemExit("the builtin lexicon cannot be read")
    level_1, level_2 = builtin.words_of_sectors(1), builtin.words_of_sectors(2)
    levels = [
        (number, ", ".join(inner), len(outer))
        for number, (inner, outer) in enumerate(zip(level_1, level_2, strict=True), 1)
    ]
    return (
        "# Lexicons\n\nScores under different lexicons are different metrics. `merunibench lexicon list` shows "
        "which are installed.\n\n"
        + table(
            ("Name", "What it is", "Installed with"),
            (
                ("`builtin`", f"this project's own, {len(builtin):,} words, `{builtin.label}`", "the package"),
                (
                    "`mer2025`",
                    "the authors' release of 2025, used for the published figures",
                    "`merunibench lexicon install mer2025`",
                ),
                ("`mer2026`", "the authors' release of 2026", "`merunibench lexicon install mer2026`"),
                (
                    "a path",
                    "a lexicon [of your own](../lexicon.md#words-of-your-own)",
                    "`merunibench lexicon extend` or `compile`",
                ),
            ),
        )
        + "\n## Sectors of the five wheels\n\n"
        + table(("Wheel", "Sectors of level 1", "Number of sectors of level 2"), levels)
    )


def signature() -> str:
    """Return the page of all fields of a signature, from the docstring of the class."""
    described = dict(re.findall(r"^    (\w+): (.*(?:\n {8,}.*)*)", cleandoc(Signature.__doc__ or ""), re.MULTILINE))
    rows = ((f"`{name}`", f"`{SHORT[name]}`", " ".join(described[name].split())) for name in SHORT)
    return (
        "# Signature fields\n\nEvery score has a signature that describes how it was computed. Two scores may be "
        "compared only if the fields `data` to `gt` and `v` agree; `compare` checks this.\n\n"
        + table(("Field", "Short", "Meaning"), rows)
    )


def schemas() -> Iterator[tuple[str, str]]:
    """Yield the page that lists the schemas, as a pair of path and content."""
    rows = []
    for path in sorted((ROOT / "docs" / "schemas").glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        rows.append(
            (
                f"[{path.name}](../schemas/{path.name})",
                content.get("title", ""),
                ", ".join(f"`{each}`" for each in content.get("properties", ())),
            )
        )
    yield (
        "reference/schemas.md",
        "# File formats and schemas\n\nPredictions and labels are described under "
        "[Files that are read](../predictions.md). Files that merunibench writes "
        "for other programs have a JSON Schema, generated from the models in the code.\n\n"
        + table(("Schema", "Title", "Fields"), rows),
    )


def api() -> Iterator[tuple[str, str]]:
    """Yield one page per documented module (listed in the Makefile) and their index, as pairs of path and content."""
    listed = re.search(
        r"^DOCUMENTED := \$\(addprefix merunibench\.,(.*?)\)",
        (ROOT / "Makefile").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    if listed is None:
        raise SystemExit("Makefile: DOCUMENTED is missing")
    modules = ["merunibench", *(f"merunibench.{name}" for name in listed[1].replace("\\", " ").split())]
    links = []
    for module in modules:
        page = f"reference/api/{module}.md"
        yield page, f"# `{module}`\n\n::: {module}\n"
        links.append(f"- [`{module}`](api/{module}.md)\n")
    yield (
        "reference/api.md",
        "# Python API\n\nGenerated from docstrings. Everything public is imported from the modules below; names with a "
        "leading `_` may change without notice.\n\n" + "".join(links),
    )


def upgrade() -> str:
    """Return the page of the changes of scores in each version, taken from CHANGELOG.md."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    lines = [
        "# Upgrade notes\n\nThe entries of the [changelog](changelog.md) that change a figure, an interval or a file.\n"
    ]
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        changed = re.search(r"\*\*Do scores change\?\*\*(.*?)(?=\n\n|\Z)", body, re.DOTALL)
        lines.append(f"\n## {title}\n\n**Do scores change?**{changed[1] if changed else ' Not stated.'}\n")
        entries = re.findall(r"^- .*(?:\n {2,}.*)*", body, re.MULTILINE)
        lines += [f"\n{entry}\n" for entry in entries if _changes(entry)]
    return "".join(lines)


def _changes(entry: str) -> bool:
    """Return whether an entry describes a change of figures, intervals or files that users rely on."""
    return bool(
        re.search(r"\*\*[^*]*\bchange[^*]*\*\*|[Ff]igures .* change\b|may change|scores of .*change\b", entry)
    ) and not re.fullmatch(r"(?s).*No score changes\.\s*", entry)
