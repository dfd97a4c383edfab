"""The error analysis as the command line prints it."""

import io
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from merunibench._text import escape_controls
from merunibench.pictures.heat import whole_percent
from merunibench.pictures.letters import cut
from merunibench.report.columns import Column, percent, span
from merunibench.report.error_analysis import wording
from merunibench.report.error_analysis.result import Confusion, DatasetErrors, ErrorAnalysis, Grouping, WordErrors
from merunibench.report.error_analysis.wording import LONGEST, amount
from merunibench.report.terminal import plain_table, print_to_text

_MATRIX_SECTORS = 12
_LARGEST = 15
_LONG_WORD, _SHORT_LABELS = 28, 16
_GAP, _LEAST_EXAMPLE = 2, 12
_LEFT_OUT = (
    "For each data set: the wheel with the most errors, and one example per word. Complete: --output errors.html, or "
    "the same command in a pipe;  one wheel: --wheel N."
)


def render(analysis: ErrorAnalysis, *, width: int | None, color: bool) -> str:
    """Render every table of every data set; on a terminal, the largest losses and one wheel."""
    lexicon = f"{analysis.lexicon['name']}@{analysis.lexicon['sha256'][:8]}"
    head = (
        f"{escape_controls(analysis.model, 200)} · {analysis.protocol} protocol · "
        f"lexicon {escape_controls(lexicon, LONGEST)}"
    )
    blocks = [_wrapped(head, width)]
    if width is not None:
        lost = (_wrapped(f"{title}: {sentence}", width) for _, title, sentence in wording.losses(analysis))
        blocks.append("".join(lost))
    for errors in analysis.datasets:
        start = f"{errors.title}: {wording.headline(errors)}"
        if errors.checkpoint != "default":
            start += f", {escape_controls(errors.checkpoint, LONGEST)}"
        for number, (title, table, notes) in enumerate(_tables(errors, width)):
            headed = title if number else f"{start}\n\n{title}"
            blocks.append(print_to_text(headed, table, notes, width=width, color=color, wrap=width is not None))
    if width is None:
        return "\n".join([*blocks, analysis.signature + "\n"])
    # A signature is broken at the separators of its parts.
    signature = _wrapped(analysis.signature.replace("|", "| "), width).replace("| ", "|")
    return "\n".join([*blocks, _wrapped(_LEFT_OUT, width), signature])


def _wrapped(text: str, width: int | None) -> str:
    """Wrap the text to that width."""
    if width is None:
        return text + "\n"
    console = Console(file=io.StringIO(), width=width)
    lines = Text(text).wrap(console, width)
    return "\n".join(line.plain.rstrip() for line in lines) + "\n"


def _tables(errors: DatasetErrors, width: int | None) -> Iterator[tuple[str, Table, Sequence[str]]]:
    """Yield title, table and the lines below it."""
    confusions, groupings = errors.confusions, errors.groupings
    if width is not None and (worst := wording.worst_confusion(errors)) is not None:
        confusions = (worst,)
        groupings = tuple(each for each in groupings if each.wheel in {None, worst.wheel})
    for number, confusion in enumerate(confusions, 1):
        last = number == len(confusions)
        note = [wording.confusion_note(confusion)] if last else []
        if len(confusion.rows) <= _MATRIX_SECTORS:
            table, key = _matrix(confusion, width)
            note = [*key, *note]
        else:
            table = _largest(confusion)
        yield wording.confusion_title(confusion), table, note
    for name, title, explanation in wording.WORD_TABLES:
        words: tuple[WordErrors, ...] = getattr(errors, name)
        if words:
            yield f"{title}. {explanation}", _words(words, name, width), ()
    for grouping in groupings:
        last = grouping is groupings[-1]
        yield wording.grouping_titles(grouping)[0], _groups(grouping), errors.notes if last else ()


def _matrix(confusion: Confusion, width: int | None) -> tuple[Table, list[str]]:
    """Build a table of row percentages. If names are too wide for the terminal, columns are numbered and explained."""
    names = ["true", *confusion.columns, "samples"]
    lead = max(map(cell_len, ("false alarms", *confusion.rows)))
    numbered = width is not None and lead + sum(cell_len(name) + 2 for name in names[1:]) > width
    numbers = {name: str(number) for number, name in enumerate(confusion.columns[:-1], 1)}
    heads, key = names, []
    if numbered:
        heads = ["true", *numbers.values(), "–", "n"]
        others = [f"{number} {name}" for name, number in numbers.items() if name not in confusion.rows]
        key = [f"Columns: the rows in order; {', '.join([*others, f'– {confusion.columns[-1]}', 'n samples'])}."]
    table = plain_table([Column(head, numeric=position > 0) for position, head in enumerate(heads)])
    for row, shares, total in zip(confusion.rows, confusion.shares, confusion.totals, strict=True):
        label = f"{numbers[row]} {row}" if numbered else row
        cells = (
            Text(whole_percent(share), style="bold" if column == row else "")
            for column, share in zip(confusion.columns, shares, strict=True)
        )
        table.add_row(Text(label), *cells, str(total))
    table.add_section()
    table.add_row(Text("false alarms", style="dim"), *(Text(str(n), style="dim") for n in confusion.wrong), "", "")
    return table, key


def _largest(confusion: Confusion) -> Table:
    """List the largest cells of a matrix that is too large for a terminal."""
    table = plain_table([Column(name, numeric=name in {"Samples", "%"}) for name in ("True", "Said", "Samples", "%")])
    for row, column, count, share in wording.largest(confusion, _LARGEST):
        table.add_row(Text(row), Text(column), amount(count), whole_percent(share))
    return table


def _words(words: tuple[WordErrors, ...], name: str, width: int | None) -> Table:
    """List words with their examples; on a terminal one line per word, with one example that fits the width."""
    kind = {"wrong_words": "Wrong", "unknown_words": "Unknown", "missed_words": "Missed"}[name]
    titles = ["Word", kind] if name == "unknown_words" else ["Word", "Sectors", kind, "Of"]
    rows = [_word_cells(each, name, width) for each in words]
    room = None
    if width is not None:
        taken = (max(map(cell_len, column)) + _GAP for column in zip(titles, *rows, strict=True))
        room = max(width - sum(taken), _LEAST_EXAMPLE)
    table = plain_table([Column(title, numeric=title in {kind, "Of"}) for title in titles])
    head = "Examples" if room is None else "Predicted · sample" if name == "missed_words" else "True · sample"
    table.add_column(Text(head), overflow="fold")
    for each, cells in zip(words, rows, strict=True):
        table.add_row(*map(Text, cells), _examples(each, name, room))
    return table


def _word_cells(each: WordErrors, name: str, width: int | None) -> list[str]:
    """The cells before the examples; on a terminal, words use a fifth of the width and sectors a quarter."""
    word = escape_controls(each.word, _LONG_WORD if width is None else min(_LONG_WORD, width // 5))
    if name == "unknown_words":
        return [word, amount(each.count)]
    sectors = wording.sectors_of(each.sectors)
    return [word, sectors if width is None else cut(sectors, width // 4), amount(each.count), amount(each.total)]


def _examples(each: WordErrors, name: str, room: int | None) -> Text:
    """All examples; or the first one, cut to the given number of columns."""
    if room is None:
        shown = []
        for example in each.examples:
            what, labels = wording.example_labels(example, name)
            shown.append(f"{escape_controls(example.name, LONGEST)} ({what}: {escape_controls(labels, LONGEST)})")
        return Text("; ".join(shown))
    labels = wording.example_labels(each.examples[0], name)[1]
    text = Text(f"{escape_controls(labels, _SHORT_LABELS)} · {escape_controls(each.examples[0].name, LONGEST)}")
    text.truncate(room, overflow="ellipsis")
    return text


def _groups(grouping: Grouping) -> Table:
    titles = (wording.grouping_titles(grouping)[1], "Score", "95 % CI", "Samples", "Counted")
    table = plain_table([Column(title, numeric=position > 0) for position, title in enumerate(titles)])
    for group in grouping.groups:
        row = (
            escape_controls(group.name, LONGEST),
            percent(group.score),
            span(group.ci),
            str(group.samples),
            str(group.scored),
        )
        table.add_row(*map(Text, row))
    return table
