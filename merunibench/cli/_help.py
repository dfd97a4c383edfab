"""Plain-text help: the purpose of a command, then its arguments, options and subcommands under headings.

Typer's own help imports Rich's Markdown, which is slow to import. This text is the same in files and terminals.
"""

import re
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
_UNBROKEN = {"-": "\u2011", " ": "\u00a0"}
"""Placeholders for hyphens and spaces at which lines must not break; replaced again after wrapping."""


class PlainHelp:
    """Mixin for plain help; list it before Typer's class."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - click's context, or Typer's copy of it; and so below
        """Return the complete help text."""
        text: str = super().get_help(ctx)  # type: ignore[misc]
        return text.translate({ord(unbroken): plain for plain, unbroken in _UNBROKEN.items()})

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002
        """Write the purpose of the command."""
        formatter.write_paragraph()
        formatter.write_text(_whole_words(self.help))  # type: ignore[attr-defined]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write all arguments, options and subcommands."""
        for heading, rows in sections(self, ctx).items():
            with formatter.section(heading):
                formatter.write_dl([(term, _whole_words(text)) for term, text in rows])

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401
        """Return the parts of the usage line: `[OPTIONS] PREDICTIONS`."""
        return [each.translate({ord("{"): None, ord("}"): None}) for each in super().collect_usage_pieces(ctx)]  # type: ignore[misc]


class Command(PlainHelp, TyperCommand):
    """A command with plain help."""


class Group(PlainHelp, TyperGroup):
    """A group of commands with plain help."""


def sections(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:  # noqa: ANN401
    """Return heading -> (spelling, help) of every argument, option and command that is not hidden."""
    found: dict[str, list[tuple[str, str]]] = {}
    if isinstance(command, TyperGroup):
        for name, entry in command.commands.items():
            found.setdefault(_heading(entry, "Commands"), []).append((name, entry.help or ""))
    found |= {"Arguments": [], "Options": []}
    for each in sorted(command.get_params(ctx), key=lambda each: not each.required):
        if not each.hidden:
            usual = "Arguments" if isinstance(each, TyperArgument) else "Options"
            found.setdefault(_heading(each, usual), []).append(_row(each))
    return {heading: rows for heading, rows in found.items() if rows}


def _heading(entry: Any, usual: str) -> str:  # noqa: ANN401
    return getattr(entry, "rich_help_panel", None) or usual


def _row(parameter: Any) -> tuple[str, str]:  # noqa: ANN401
    default = parameter.show_default
    known = "required" if parameter.required else f"default: {default}" if isinstance(default, str) else ""
    text = f"{parameter.help} [{known}]" if known else str(parameter.help)
    if isinstance(parameter, TyperArgument):
        return str(parameter.metavar), text
    spelled = ", ".join(sorted(parameter.opts, key=len))
    return spelled if parameter.is_flag else f"{spelled} {parameter.metavar}", text


def _whole_words(text: str) -> str:
    """Return the text with placeholders that prevent line breaks within an option or a short default."""
    kept = re.sub(r"\[default: [^]]{,24}]", lambda found: found[0].replace(" ", _UNBROKEN[" "]), text)
    return kept.replace("-", _UNBROKEN["-"])
