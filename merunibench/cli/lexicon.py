"""`merunibench lexicon`: install, list and show lexicons; build the builtin one; audit one, compare two."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from merunibench._text import visible
from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit, terminal_width
from merunibench.lexicon.releases import DEFAULT_MAX_BYTES  # constants only: costs `--help` nothing

if TYPE_CHECKING:
    from rich.table import Table

    from merunibench.lexicon import Level

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Install, show, audit and compare lexicons: which words fall into which sectors.",
)


@app.command("install")
def install(
    name: Annotated[str, typer.Argument(help="mer2025 or mer2026; with --from, any other name too.")],
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Folder with wheel1..5.xlsx, synonym.xlsx and format.csv, or with wheel_mapping.npz. "
            "Default: download from the authors' repository.",
        ),
    ] = None,
    max_bytes: options.MaxBytes = DEFAULT_MAX_BYTES,
) -> None:
    """Install an official lexicon release, once, into the user's data folder; prints the installed file."""
    from merunibench.lexicon import install as install_lexicon

    done = install_lexicon(name, source, max_bytes=max_bytes, notify=lambda url: complain(f"fetching {url}"))
    complain(f"{'installed' if done.fresh else 'already installed:'} {done.lexicon.label}, {len(done.lexicon):,} words")
    if done.note:
        complain(done.note)
    typer.echo(done.path)


@app.command("list")
def list_lexicons() -> None:
    """List the builtin lexicon, the official releases and your own, installed or not."""
    from merunibench.lexicon import catalogue

    table = _table("Name", "Words", "Hash", "State")
    for entry in catalogue():
        if entry.lexicon is None:
            table.add_row(entry.name, "–", "–", entry.problem)
        else:
            table.add_row(entry.name, f"{len(entry.lexicon):,}", entry.lexicon.sha256[:8], "ready")
    _print(table)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="builtin, an installed lexicon, or the path of a release's folder.")],
    wheel: Annotated[int | None, typer.Option(min=1, max=5, help="Show this wheel only.")] = None,
    level: Annotated[int, typer.Option(min=1, max=2, help="Wheel level of the sectors.")] = 1,
    words: Annotated[bool, typer.Option("--words", help="List the words of each sector.")] = False,
) -> None:
    """Show what a lexicon is made of and how many words fall into each sector of each wheel."""
    from merunibench.lexicon import LEVELS, load_lexicon

    lexicon = load_lexicon(name)
    facts = _table("Lexicon", lexicon.name)
    facts.add_row("words", f"{len(lexicon):,}")
    facts.add_row("mapping", f"SHA-256 {lexicon.sha256}")
    for file, sha256 in lexicon.sources.items():
        facts.add_row(file, f"SHA-256 {sha256}")
    _print(facts)

    table = _table("Wheel", "Sector", "Words", *(["Which"] if words else []))
    for number, sectors in enumerate(lexicon.words_of_sectors(LEVELS[level - 1]), 1):
        if wheel in (None, number):
            table.add_section()
            for sector, members in sectors.items():
                table.add_row(
                    str(number), sector, f"{len(members):,}", *([visible(", ".join(members))] if words else [])
                )
    _print(table)


@app.command("build")
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with code 1 if the compiled file is out of date.")
    ] = False,
) -> None:
    """Compile the builtin lexicon anew from emotion_wheels/ (for those who work on merunibench)."""
    from merunibench.lexicon import builtin

    if not check:
        typer.echo(builtin.rebuild().label)
    elif not builtin.is_current():
        complain("the compiled builtin lexicon differs from its sources; run: merunibench lexicon build")
        raise typer.Exit(1)


class RuleName(StrEnum):
    """The audit's rules."""

    OWN_WORD = "own-word"
    FAMILY = "family"
    VALENCE = "valence"
    OPPOSITES = "opposites"
    OTHER_WHEEL = "other-wheel"
    UNREACHABLE = "unreachable"
    EMPTY_SECTOR = "empty-sector"


@app.command("audit")
def audit(
    name: Annotated[
        str, typer.Argument(help="builtin, an installed lexicon, or the path of a release's folder.")
    ] = "builtin",
    vocabulary: options.Vocabulary = None,
    dataset: options.VocabularyDataset = None,
    model: options.Model = None,
    level: options.LevelOption = 1,
    fail_on: Annotated[
        list[RuleName] | None,
        typer.Option(help="Rule whose findings give exit code 1; repeat it. Default: the four rules named above."),
    ] = None,
    output_format: options.TableOrJson = options.TableFormat.TABLE,
    limit: options.Limit = 50,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Find by rule what is wrong with a lexicon; with --vocabulary, how much of real usage it concerns.

    Mistakes: own-word (a word of a wheel in another sector than the wheel has it in), family (a form of such a word),
    valence (pleasant and unpleasant swapped), opposites (a word and its negation in one sector). To be looked at:
    other-wheel, unreachable, empty-sector. For CI: exit code 1 if there is a mistake, 0 if not.
    """
    from merunibench.data import read_usage
    from merunibench.lexicon import audit_lexicon, load_lexicon
    from merunibench.report.lexicons import audit_text

    lexicon = load_lexicon(name)
    usage = read_usage(vocabulary, dataset=dataset, model=model, max_bytes=max_bytes) if vocabulary else None
    found = audit_lexicon(lexicon, usage=usage, level=cast("Level", level))
    if output_format is options.TableFormat.JSON:
        emit(json.dumps(found.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        emit(audit_text(found, limit=limit, width=terminal_width()))
    if found.fails(rule.value for rule in fail_on) if fail_on else not found.clean:
        raise typer.Exit(1)


@app.command("diff")
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A lexicon: its name or path.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, likewise.")],
    vocabulary: options.Vocabulary = None,
    dataset: options.VocabularyDataset = None,
    model: options.Model = None,
    level: options.LevelOption = 1,
    output_format: options.TableOrJson = options.TableFormat.TABLE,
    limit: options.Limit = 50,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Compare two lexicons: words that one alone maps, words mapped differently, and how far they agree.

    Without --vocabulary all words that either lexicon lists are compared, with it the words that are used.
    """
    from merunibench.data import read_usage
    from merunibench.lexicon import compare_lexicons, load_lexicon
    from merunibench.report.lexicons import difference_text

    usage = read_usage(vocabulary, dataset=dataset, model=model, max_bytes=max_bytes) if vocabulary else None
    found = compare_lexicons(load_lexicon(first), load_lexicon(second), usage=usage, level=cast("Level", level))
    if output_format is options.TableFormat.JSON:
        emit(json.dumps(found.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        emit(difference_text(found, limit=limit, width=terminal_width()))


def _table(*titles: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold", justify="right" if title == "Words" else "left")
    return table


def _print(table: "Table") -> None:
    from rich.console import Console

    # Words and names come from the files of strangers: they are not to be read as markup.
    width = None if typer.get_text_stream("stdout").isatty() else 200
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)
