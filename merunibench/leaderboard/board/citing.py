"""Ways to cite a row: a BibTeX entry, a badge for a README, and results for a model card of the Hugging Face Hub.

The output is text made from a model and its row. Everything that untrusted sources wrote in it is escaped.
"""

import json
import re
from collections.abc import Iterator
from html import escape as as_xml

from merunibench.leaderboard.board.standing import main_boards, main_row
from merunibench.leaderboard.schema.results import MEAN, Board, Model, Results, Row
from merunibench.protocols import METRIC_VERSION
from merunibench.report import BENCHMARK_DATASETS
from merunibench.report.columns import percent
from merunibench.report.latex import escape
from merunibench.tasks import BUILTIN

BADGES = "badge"
"""Folder of the badges: `badge/<model id>.svg`."""
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})
"""Characters that would end the address in an entry, with their percent encoding."""

_PARTICLES = frozenset({"al", "bin", "da", "de", "del", "della", "der", "di", "dos", "du", "el", "la", "le", "ter"})
_PARTICLES |= {"van", "von"}
_GROUPS = frozenset({"ai", "center", "centre", "consortium", "group", "inc", "institute", "lab", "laboratory", "labs"})
_GROUPS |= {"ltd", "team", "university"}
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*")


BENCHMARK = """\
@inproceedings{lian2025affectgpt,
  title = {{AffectGPT}: A New Dataset, Model, and Benchmark for Emotion Understanding
           with Multimodal Large Language Models},
  author = {Lian, Zheng and Chen, Haoyu and Chen, Lan and Sun, Haiyang and Sun, Licai and Ren, Yong and
            Cheng, Zebang and Liu, Bin and Liu, Rui and Peng, Xiaojiang and Yi, Jiangyan and Tao, Jianhua},
  booktitle = {International Conference on Machine Learning},
  year = {2025},
  note = {arXiv:2501.16566}
}
"""
"""The BibTeX entry of the benchmark."""


def board_bibtex(results: Results) -> str:
    """Return a BibTeX entry that cites a board: the toolkit, and what its scores depend on."""
    lexicons = ", ".join(dict.fromkeys(board.label for board in results.boards))
    fields = {
        "title": "{merunibench}: the evaluation toolkit of {MER-UniBench}",
        "author": "{The merunibench authors}",
        "note": _field(f"Version {results.toolkit}, metric version {results.metric_version}, lexicons {lexicons}"),
    }
    return "@misc{merunibench,\n" + ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items()) + "\n}\n"


def bibtex(model: Model) -> str:
    """Return a BibTeX entry that cites the model. Whatever its authors wrote, the result is one entry."""
    year = re.match(r"[0-9]{4}", model.date or "")
    address = (model.paper or model.link or "").translate(_IN_ADDRESS)
    fields = {
        "title": f"{{{_field(model.name)}}}",
        "author": " and ".join(map(author, model.authors)),
        "year": year.group() if year else "",
        "howpublished": rf"\url{{{address}}}" if address else "",
        "note": _field(model.source or "") if model.origin == "reported" else "",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{model.id},\n" + ",\n".join(lines) + "\n}\n"


def author(name: str) -> str:
    """Format an author for BibTeX: a person as `Family, Given`, anything else in braces, which keep it unchanged.

    Example:
        >>> author("Zheng Lian"), author("Jan van der Berg"), author("The Qwen Team")
        ('Lian, Zheng', 'van der Berg, Jan', '{The Qwen Team}')
    """
    family, comma, given = (part.strip() for part in name.partition(","))
    if comma and _is_name(family.split()) and _is_name(given.split()):
        return f"{family}, {given}"
    words = name.split()
    if not (2 <= len(words) <= 5 and _is_name(words) and words[0] != "The"):
        return f"{{{_field(name)}}}"
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    return f"{' '.join(words[first:])}, {' '.join(words[:first])}"


def _is_name(words: list[str]) -> bool:
    """Whether these words are a person's name: each is a name or a particle, and none indicates a group."""
    return bool(words) and all(
        _NAME.fullmatch(word)
        and word.lower() not in {*_GROUPS, "and", "others"}
        and (word[0].isupper() or word.lower() in _PARTICLES)
        for word in words
    )


def _field(text: str) -> str:
    r"""Text as a field of an entry. BibTeX counts braces whether LaTeX would print them (`\{`) or not."""
    return escape(text).replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")


def badge_text(row: Row) -> str:
    """The text of a badge: mean, interval and rank interval; without a mean, how many of the nine data sets are scored.

    Example: `48.7 [47.8, 49.6], rank 1–2 of 24`.
    """
    if row.mean is None:
        return f"{sum(name in row.scores for name in BENCHMARK_DATASETS)} of {len(BENCHMARK_DATASETS)} data sets"
    low, high = (f"{100 * end:.1f}" for end in row.mean_ci) if row.mean_ci else ("", "")
    rank = row.mean_rank
    place = ""
    if rank is not None and rank.of > 1:
        ends = (rank.low or rank.rank, rank.high or rank.rank)
        place = f", rank {ends[0] if ends[0] == ends[1] else f'{ends[0]}–{ends[1]}'} of {rank.of}"
    return f"{100 * row.mean:.1f}{f' [{low}, {high}]' if low else ''}{place}"


def badge(row: Row, board: Board) -> str:
    """Return a badge as SVG, 20 pixels high: benchmark, protocol and `badge_text`. It needs no font and no network."""
    name, said = f"MER-UniBench {board.protocol}", badge_text(row)
    widths = [10 + 6.4 * len(text) for text in (name, said)]
    total, left = round(sum(widths)), round(widths[0])
    texts = "".join(
        f'<text x="{x}" y="14" textLength="{round(width) - 10}" lengthAdjust="spacingAndGlyphs">{as_xml(text)}</text>'
        for text, x, width in ((name, 5, widths[0]), (said, left + 5, widths[1]))
    )
    title = as_xml(f"{row.model}: {name} {said}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<rect width="{total}" height="20" rx="3" fill="#1f5f8b"/>'
        f'<rect width="{left}" height="20" rx="3" fill="#3d3d3d"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g></svg>\n'
    )


def badges(results: Results) -> Iterator[tuple[str, str]]:
    """Yield the file name and badge of every submitted model for the last protocol, where longer answers do not pay."""
    board = next(reversed(main_boards(results)), None)
    for model in results.models:
        row = main_row(results, model.id, board) if board is not None and model.origin == "computed" else None
        if board is not None and row is not None:
            yield f"{BADGES}/{model.id}.svg", badge(row, board)


def model_index(model: Model, rows: list[tuple[Board, Row]]) -> str:
    """Return the results of a model as metadata for a model card (`model-index` of the Hugging Face Hub).

    Args:
        model: The model.
        rows: Its rows, each with its board.
    """
    lines = ["model-index:", f"- name: {_yaml(model.name)}", "  results:"]
    for dataset in dict.fromkeys(name for _, row in rows for name in row.scores):
        title = _yaml(BUILTIN[dataset].title)
        lines += ["  - task:", "      type: video-text-to-text", "      name: Multimodal emotion recognition"]
        lines += ["    dataset:", f"      type: {dataset}", f"      name: {title}", "      split: test", "    metrics:"]
        for board, row in rows:
            if dataset in row.scores:
                lines += _metric(board, percent(row.value(dataset)), row.selection)
    means = [(board, row) for board, row in rows if row.mean is not None]
    if means:
        lines += ["  - task:", "      type: video-text-to-text", "      name: Multimodal emotion recognition"]
        lines += ["    dataset:", "      type: mer-unibench", "      name: MER-UniBench", "      split: test"]
        lines += ["    metrics:"]
        for board, row in means:
            lines += _metric(board, percent(row.value(MEAN)), row.selection)
    return "\n".join(lines) + "\n"


def _metric(board: Board, value: str, selection: str) -> list[str]:
    title = f"{board.title}, checkpoint {selection}, metric version {METRIC_VERSION}"
    return [f"    - type: {board.id}", f"      name: {_yaml(title)}", f"      value: {value}"]


def _yaml(text: str) -> str:
    """Text for YAML: a JSON string is a valid YAML string."""
    return json.dumps(text, ensure_ascii=True)
