"""`merunibench lexicon`: install, list, show, make, audit and compare lexicons; build the builtin one."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer
from pydantic import PositiveInt

from merunibench._text import escape_controls
from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json, log_stderr, terminal_width, warn
from merunibench.errors import InputError
from merunibench.lexicon.releases.published import DEFAULT_MAX_BYTES
from merunibench.settings import MAX_BYTES, TaskSettings, argument, option

if TYPE_CHECKING:
    from rich.table import Table

    from merunibench.lexicon import OwnLexicon

NAME = "builtin, an installed lexicon, the folder of a release, or a lexicon of your own."
MADE = option(..., "File to write, NAME.json, for `--lexicon`.", "FILE", flag="--output", short="-o")
OWN_NAME = option(None, "Name of the lexicon, also in signatures.", "NAME", shown="the name of the file")
FILE_SIZE = option(DEFAULT_MAX_BYTES, "Largest size in bytes that a file may have or unpack to.", "N")
RULES = ("own-word", "family", "valence", "opposites", "phrase", "other-wheel", "unreachable", "empty-sector")


class UsageOptions(TaskSettings):
    """Options for the level of the wheels, the weights of words, and how much is listed."""

    vocabulary: Path | None = option(
        None, "Predictions in any format that `score` reads; words are counted in their labels.", "PREDICTIONS"
    )
    dataset: str | None = options.DATASET
    folder: str | None = options.FOLDER(help="Model folder to use, if PREDICTIONS contains several.")
    level: Literal[1, 2] = options.LEVEL()
    top: PositiveInt = option(50, "Rows per list in the table; JSON always has all.", "N", old=("limit",))
    max_bytes: PositiveInt = MAX_BYTES

    def usage(self) -> dict[str, int] | None:
        """Return how often each word is used; None without --vocabulary."""
        from merunibench.data import label_usage, open_predictions

        if self.vocabulary is None:
            return None
        source = open_predictions(
            self.vocabulary,
            dataset=self.dataset,
            model=self.folder,
            max_bytes=self.max_bytes,
            tasks=self.tasks(),
        )
        warn(source.remarks)
        return label_usage(source)


def install(
    name: str = argument(..., "mer2025 or mer2026; with --from, any other name too.", "NAME"),
    source: Path | None = option(
        None,
        "Folder with wheel1..5.xlsx, synonym.xlsx and format.csv, or with wheel_mapping.npz.",
        "DIR",
        flag="--from",
        shown="download from the authors' repository",
    ),
    max_bytes: PositiveInt = FILE_SIZE,
) -> None:
    """Install an official lexicon release into the user's data folder; prints the installed file."""
    from merunibench.lexicon import install as install_lexicon

    done = install_lexicon(name, source, max_bytes=max_bytes, notify=lambda url: log_stderr(f"fetching {url}"))
    log_stderr(
        f"{'installed' if done.fresh else 'already installed:'} {done.lexicon.label}, {len(done.lexicon):,} words"
    )
    if done.note:
        log_stderr(done.note)
    typer.echo(done.path)


def list_(output_format: options.TableOrJson = options.FORMAT) -> None:
    """List the builtin lexicon, the official releases and your own, installed or not."""
    from merunibench.lexicon import catalogue

    found = [(each, each.lexicon) for each in catalogue()]
    if output_format == "json":
        emit_json(
            [
                {"name": each.name, "problem": each.problem or None}
                | ({"words": len(lexicon), "sha256": lexicon.sha256} if lexicon else {})
                for each, lexicon in found
            ]
        )
        return
    table = _table("Name", "Words", "Hash", "State")
    for each, lexicon in found:
        known = ("–", "–", each.problem) if lexicon is None else (f"{len(lexicon):,}", lexicon.sha256[:8], "ready")
        table.add_row(each.name, *known)
    _print(table)


def show(
    name: str = argument(..., NAME, "NAME"),
    wheel: options.WheelNumber | None = option(None, "Show this wheel only.", shown="all"),
    level: Literal[1, 2] = options.LEVEL(),
    words: bool = option(False, "List the words of each sector."),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Show how many words a lexicon has in each sector of each wheel."""
    from merunibench.lexicon import load_lexicon

    lexicon = load_lexicon(name)
    wheels = dict(enumerate(lexicon.words_of_sectors(level), 1))
    if wheel is not None:
        if wheel not in wheels:
            raise InputError(f"lexicon {lexicon.name} has no wheel {wheel}; its wheels are 1 to {lexicon.n_wheels}")
        wheels = {wheel: wheels[wheel]}
    if output_format == "json":
        listed = {
            number: {sector: members if words else len(members) for sector, members in sectors.items()}
            for number, sectors in wheels.items()
        }
        facts = {"name": lexicon.name, "words": len(lexicon), "sha256": lexicon.sha256, "sources": {**lexicon.sources}}
        emit_json(facts | {"level": level, "wheels": listed})
        return
    table = _table("Lexicon", lexicon.name)
    table.add_row("words", f"{len(lexicon):,}")
    table.add_row("mapping", f"SHA-256 {lexicon.sha256}")
    for file, sha256 in lexicon.sources.items():
        table.add_row(file, f"SHA-256 {sha256}")
    _print(table)

    table = _table("Wheel", "Sector", "Words", *(["Which"] if words else []))
    for number, sectors in wheels.items():
        table.add_section()
        for sector, members in sectors.items():
            which = [escape_controls(", ".join(members))] if words else []
            table.add_row(str(number), sector, f"{len(members):,}", *which)
    _print(table)


def build(
    verify: bool = option(False, "Write nothing; exit code 1 if the compiled file is out of date.", old=("check",)),
) -> None:
    """Compile the builtin lexicon from emotion_wheels/ (for developers of merunibench)."""
    try:
        from tools import builtin_lexicon
    except ImportError:
        raise InputError("the builtin lexicon can only be compiled in a source checkout of merunibench") from None

    _refuse_other_folder(Path(builtin_lexicon.__file__).parents[1])
    if not verify:
        typer.echo(builtin_lexicon.rebuild().label)
    elif not builtin_lexicon.is_current():
        log_stderr("the compiled builtin lexicon differs from its sources; run: merunibench lexicon build")
        raise typer.Exit(1)


def _refuse_other_folder(checkout: Path) -> None:
    """Refuse an edited copy of the sources that is not the one being read; it would be ignored silently."""
    from merunibench._resources import resource

    read = resource("emotion_wheels").resolve()
    for folder in (checkout / "emotion_wheels", Path("emotion_wheels")):
        if (folder / "builtin" / "concepts.txt").is_file() and folder.resolve() != read:
            raise InputError(
                f"{folder.resolve()} would be ignored, since the running merunibench reads {read}; "
                "run `python -m merunibench lexicon build` with this checkout installed (pip install -e .)"
            )


def compile_(
    folder: Path = argument(..., "Folder with wheel1.toml …, and optionally concepts.csv and words.csv.", "FOLDER"),
    output: Path = MADE,
    name: str | None = OWN_NAME,
    max_bytes: PositiveInt = FILE_SIZE,
) -> None:
    """Compile a lexicon of your own from 1 to 8 wheels and tables of words.

    Example: `merunibench lexicon compile my-wheels/ -o mine.json`, then `--lexicon mine.json`
    """
    from merunibench.lexicon import compile_folder

    _write_own(compile_folder(folder, _own_name(output, name), max_bytes=max_bytes), output)


def extend(
    name_of_base: str = argument(..., NAME, "NAME"),
    words: Path = option(..., "CSV table with the columns word, and concept or wheel1, wheel2 and so on.", "FILE"),
    output: Path = MADE,
    name: str | None = OWN_NAME,
    max_bytes: PositiveInt = FILE_SIZE,
) -> None:
    """Extend an existing lexicon with further words, or other sectors for its words.

    Example: `merunibench lexicon extend builtin --words words.csv -o mine.json`
    """
    from merunibench.lexicon import extend as extended
    from merunibench.lexicon import load_lexicon

    base = load_lexicon(name_of_base, max_bytes=max_bytes)
    _write_own(extended(base, words, _own_name(output, name), max_bytes=max_bytes), output)


def audit(
    settings: UsageOptions,
    name: str = argument("builtin", NAME, "NAME"),
    fail_on: tuple[str, ...] = option(
        (),
        "Rule whose findings give exit code 1; repeat for several.",
        "RULE",
        shown="own-word, family, valence, opposites",
        choices=lambda: RULES,
    ),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Find mistakes in a lexicon by rule; with --vocabulary, how much of real usage they affect.

    Mistakes: own-word (a wheel's word is mapped to another sector of that wheel), family (a form of such a word is),
    valence (pleasant and unpleasant swapped), opposites (a word and its negation in one sector). For review:
    other-wheel, unreachable, empty-sector. For CI: exit code 1 if there is a mistake, 0 if not.
    """
    from merunibench.lexicon import audit_lexicon, load_lexicon
    from merunibench.report.lexicons import audit_text

    lexicon = load_lexicon(name)
    found = audit_lexicon(lexicon, usage=settings.usage(), level=settings.level)
    if output_format == "json":
        emit_json(found.to_dict())
    else:
        emit(audit_text(found, limit=settings.top, width=terminal_width()))
    if found.fails(fail_on) if fail_on else not found.clean:
        raise typer.Exit(1)


def diff(
    settings: UsageOptions,
    first: str = argument(..., "A lexicon: its name or path.", "A"),
    second: str = argument(..., "Another lexicon.", "B"),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Compare two lexicons: words that only one maps, words mapped differently, agreement.

    Without --vocabulary all words of either lexicon are compared; with it, the words that are used.
    """
    from merunibench.lexicon import compare_lexicons, load_lexicon
    from merunibench.report.lexicons import difference_text

    lexicons = load_lexicon(first), load_lexicon(second)
    found = compare_lexicons(*lexicons, usage=settings.usage(), level=settings.level)
    if output_format == "json":
        emit_json(found.to_dict())
    else:
        emit(difference_text(found, limit=settings.top, width=terminal_width()))


def _own_name(output: Path, name: str | None) -> str:
    """Return the name of a lexicon in this file, and refuse files that do not end in .json."""
    if output.suffix != ".json":
        raise InputError(f"{output}: a compiled lexicon is a JSON file; name it {output.stem or 'mine'}.json")
    return output.stem if name is None else name


def _write_own(made: "OwnLexicon", output: Path) -> None:
    """Write an own lexicon; report what it changes, and the mistakes that an audit finds."""
    from merunibench.files import write_text
    from merunibench.lexicon import audit_lexicon
    from merunibench.lexicon.critique.audit import CONTRADICTIONS

    lexicon = made.lexicon
    write_text(output, lexicon.to_text())
    for note in made.notes:
        log_stderr(note)
    wheels = f"{lexicon.n_wheels} wheel{'s' if lexicon.n_wheels > 1 else ''}"
    log_stderr(f"wrote {lexicon.label}: {len(lexicon):,} words, {wheels}")
    mistakes = [each for each in audit_lexicon(lexicon).findings if each.rule in CONTRADICTIONS]
    if mistakes:
        first = mistakes[0]
        where = f"{escape_controls(first.word)} on wheel {first.wheel} ({first.found}): {first.reason}"
        log_stderr(
            f"audit: {len(mistakes)} possible {'mistake' if len(mistakes) == 1 else 'mistakes'}, the first {where}; "
            f"see: merunibench lexicon audit {output}"
        )
    typer.echo(output)


def _table(*titles: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold", justify="right" if title == "Words" else "left")
    return table


def _print(table: "Table") -> None:
    from rich.console import Console

    # Words and names may come from untrusted files and must not be read as markup.
    width = None if typer.get_text_stream("stdout").isatty() else 200
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)
