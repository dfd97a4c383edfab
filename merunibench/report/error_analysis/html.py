"""The error analysis as one HTML page: heat maps, the same figures as tables, words, groups.

The page asks for nothing from elsewhere and holds no script; its content policy forbids both, whatever a stranger's
word might try. Every text from outside goes through `_e`.
"""

from collections.abc import Iterable, Iterator
from html import escape

from merunibench._resources import resource
from merunibench.report.columns import percent, span
from merunibench.report.error_analysis import wording
from merunibench.report.error_analysis.result import (
    Confusion,
    DatasetErrors,
    ErrorAnalysis,
    Group,
    Grouping,
    WordErrors,
)
from merunibench.report.error_analysis.svg import DARK_STYLE, heat_map
from merunibench.report.error_analysis.wording import amount, visible, whole_percent

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LARGE = 14


def render(analysis: ErrorAnalysis) -> str:
    """The page."""
    css = resource("report", "error_analysis", "page.css").read_text(encoding="utf-8")
    style = f"{css}@media (prefers-color-scheme: dark) {{ {DARK_STYLE} }}\n"
    lexicon = f"{analysis.lexicon['name']}@{analysis.lexicon['sha256'][:8]}"
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_e(analysis.model)}: where it loses</title>",
        f"<style>\n{style}</style>",
        "</head>",
        "<body>",
        "<header>",
        "<h1>Where the model loses</h1>",
        f"<p><strong>{_e(analysis.model, None)}</strong></p>",
        f'<p class="dim">{_e(analysis.protocol)} protocol · lexicon {_e(lexicon)} · level {analysis.level}</p>',
        *_navigation(analysis),
        "</header>",
        "<main>",
        *(line for errors in analysis.datasets for line in _dataset(errors)),
        "</main>",
        f"<footer><p><code>{_e(analysis.signature, None)}</code></p></footer>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _e(text: str, longest: int | None = wording.LONGEST) -> str:
    """Text from outside, as text."""
    return escape(visible(text, longest))


def _navigation(analysis: ErrorAnalysis) -> Iterator[str]:
    if len(analysis.datasets) > 1:
        links = "".join(
            f'<li><a href="#{_e(each.dataset)}">{_e(each.title)}</a> {percent(each.score)}</li>'
            for each in analysis.datasets
        )
        yield f'<nav aria-label="Data sets"><ul>{links}</ul></nav>'


def _dataset(errors: DatasetErrors) -> Iterator[str]:
    yield f'<section id="{_e(errors.dataset)}" aria-labelledby="{_e(errors.dataset)}-title">'
    yield f'<h2 id="{_e(errors.dataset)}-title">{_e(errors.title)}</h2>'
    checkpoint = "" if errors.checkpoint == "default" else f" · {_e(errors.checkpoint)}"
    yield f'<p class="dim">{_e(wording.headline(errors))}{checkpoint}</p>'
    if errors.confusions:
        yield "<h3>What was said in the place of what is true</h3>"
        yield f"<p>{_e(wording.confusion_note(errors.confusions[0]), None)}</p>"
        yield '<div class="maps">'
        for confusion in errors.confusions:
            yield from _figure(errors, confusion)
        yield "</div>"
    for name, title, explanation in wording.WORD_TABLES:
        words: tuple[WordErrors, ...] = getattr(errors, name)
        if words:
            yield f"<h3>{_e(title)}</h3><p>{_e(explanation, None)}</p>"
            yield from _words(words, name)
    yield f'<h3>Scores of groups of samples</h3><p>{_e(wording.GROUPS, None)}</p><div class="groups">'
    for grouping in errors.groupings:
        yield from _grouping(grouping, errors.score)
    yield "</div>"
    yield from (f'<p class="note">{_e(note[0].upper() + note[1:], None)}.</p>' for note in errors.notes)
    yield "</section>"


def _figure(errors: DatasetErrors, confusion: Confusion) -> Iterator[str]:
    name = f"{errors.dataset}-{confusion.wheel or 'polarity'}"
    large = len(confusion.columns) > _LARGE
    # What scrolls must be reachable by keyboard.
    scrolls = f' tabindex="0" role="region" aria-label="{_e(confusion.title)}, scrolls"' if large else ""
    size = ' class="large"' if large else ""
    yield f"<figure{size}><figcaption>{_e(confusion.title)}</figcaption>"
    yield f'<div class="map"{scrolls}>{heat_map(confusion, name)}</div>'
    yield "<details><summary>The same as a table of counts</summary>"
    yield '<div class="scroll"><table>'
    yield f"<caption>{_e(wording.confusion_title(confusion))}, {confusion.samples} samples</caption>"
    heads = "".join(f'<th scope="col" class="n">{_e(column)}</th>' for column in (*confusion.columns, "samples"))
    yield f'<thead><tr><th scope="col">true</th>{heads}</tr></thead><tbody>'
    for row, counts, total in zip(confusion.rows, confusion.counts, confusion.totals, strict=True):
        cells = "".join(
            f'<td class="n{" hit" if column == row else ""}">{amount(count)}</td>'
            for column, count in zip(confusion.columns, counts, strict=True)
        )
        yield f'<tr><th scope="row">{_e(row)}</th>{cells}<td class="n">{total}</td></tr>'
    alarms = "".join(f'<td class="n">{number}</td>' for number in confusion.wrong)
    yield f'<tr class="dim"><th scope="row">false alarms</th>{alarms}<td></td><td></td></tr>'
    yield "</tbody></table></div></details></figure>"


def _words(words: Iterable[WordErrors], name: str) -> Iterator[str]:
    kind = {"wrong_words": "Wrong in", "unknown_words": "Said in", "missed_words": "Missed in"}[name]
    has_sectors = name != "unknown_words"
    sectors = '<th scope="col">Sectors</th>' if has_sectors else ""
    yield '<div class="scroll"><table class="words">'
    yield f'<thead><tr><th scope="col">Word</th><th scope="col" class="n">{kind}</th>{sectors}'
    yield '<th scope="col">Examples</th></tr></thead><tbody>'
    for each in words:
        of = f' <span class="of">of {amount(each.total)} ({whole_percent(each.count / each.total)} %)</span>'
        count = f'<td class="n">{amount(each.count)}{of if has_sectors else ""}</td>'
        places = f'<td class="sectors dim">{_e(wording.sectors_of(each.sectors))}</td>' if has_sectors else ""
        examples = "".join(f"<li>{_example(*parts)}</li>" for parts in _examples(each, name))
        yield f'<tr><th scope="row">{_e(each.word)}</th>{count}{places}'
        yield f'<td class="examples"><ul>{examples}</ul></td></tr>'
    yield "</tbody></table></div>"


def _examples(word: WordErrors, name: str) -> Iterator[tuple[str, str, str]]:
    for example in word.examples:
        yield (example.name, *wording.example_labels(example, name))


def _example(name: str, what: str, labels: str) -> str:
    return f"{_e(name)}, {what} <b>{_e(labels, 120)}</b>"


def _grouping(grouping: Grouping, overall: float) -> Iterator[str]:
    title, head = wording.grouping_titles(grouping)
    yield f'<section><h4>{_e(title)}</h4><div class="scroll"><table>'
    heads = "".join(f'<th scope="col" class="n">{each}</th>' for each in ("Score", "95 % CI", "Samples"))
    yield f'<thead><tr><th scope="col">{head}</th><th scope="col">0 to 100</th>{heads}</tr></thead>'
    yield "<tbody>"
    for group in grouping.groups:
        counted = "" if group.scored == group.samples else f' <span class="of">({group.scored} count)</span>'
        yield (
            f'<tr><th scope="row">{_e(group.name)}</th><td class="bar">{_bar(group, overall)}</td>'
            f'<td class="n">{percent(group.score)}</td><td class="n dim">{span(group.ci)}</td>'
            f'<td class="n">{group.samples}{counted}</td></tr>'
        )
    yield "</tbody></table></div></section>"


def _bar(group: Group, overall: float) -> str:
    """The score as a bar with its interval, and the data set's score as a dotted line; the numbers stand beside it."""
    if group.score is None:
        return ""
    marks = f'<i class="value" style="width:{100 * group.score:.2f}%"></i>'
    if group.ci is not None:
        low, high = group.ci
        marks += f'<i class="ci" style="left:{100 * low:.2f}%;width:{100 * (high - low):.2f}%"></i>'
    return f'<span class="track" aria-hidden="true">{marks}<i class="all" style="left:{100 * overall:.2f}%"></i></span>'
