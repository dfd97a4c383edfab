"""`merunibench lexicon`: install, list and show lexicons; build the builtin one from its sources."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain
from merunibench.lexicon.releases import DEFAULT_MAX_BYTES  # constants only: costs `--help` nothing

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Install, list and show lexicons: which words fall into which sectors.")


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
                table.add_row(str(number), sector, f"{len(members):,}", *([_shown(members)] if words else []))
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


def _shown(words: list[str]) -> str:
    """Words in one line, control characters made visible."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in ", ".join(words))


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
