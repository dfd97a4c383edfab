"""Write docs/cli.md: every command with its arguments and options, from the same declarations as `--help`.

python -m tools.document_cli
"""

from collections.abc import Iterator
from pathlib import Path

import typer

from merunibench.cli._help import sections
from merunibench.cli._lazy import COMMANDS, ROOT, build

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
INTRODUCTION = """# Commands and options

Generated from the declarations in the code by `python -m tools.document_cli`; `merunibench COMMAND --help` shows the
same. Options of `infer` and `run` are also fields of `run.toml`, with underscores: `--max-new-tokens 64` is
`max_new_tokens = 64`. `--config FILE` reads such a file; options on the command line take precedence.

Tab completion: `merunibench --install-completion`.
"""


def page() -> str:
    """Return the whole page."""
    return INTRODUCTION + "".join(
        f"\n## {panel}\n" + "".join("\n" + text for name in commands for text in _command(ROOT, name))
        for panel, commands in COMMANDS[ROOT].items()
    )


def _command(group: str, name: str) -> Iterator[str]:
    """Yield a command's section of the page; for a group, also those of its commands."""
    command = build(group, name)
    usage = f"merunibench {name}" if group == ROOT else f"merunibench {group} {name}"
    lines = [f"### {usage}", "", *(" ".join(each.split()) + "\n" for each in command.help.split("\n\n"))]
    if group != ROOT or name not in COMMANDS:
        # Headings without options other than --help are left out.
        for heading, rows in sections(command, typer.Context(command)).items():
            shown = [(term, text) for term, text in rows if term != "--help"]
            if shown:
                lines += [
                    f"| {heading} | |",
                    "|---|---|",
                    *(f"| `{_cell(a)}` | {_cell(_plain(b))} |" for a, b in shown),
                    "",
                ]
    yield "\n".join(lines)
    for panel in COMMANDS.get(name, {}).values() if group == ROOT else ():
        for each in panel:
            yield from _command(name, each)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(text: str) -> str:
    """Escape the text so that Markdown does not treat any of it as a tag."""
    return text.replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
