"""List the examples of README.md and docs/ (fenced blocks of commands and of Python), and which of them tests run.

python -m tools.doc_examples    # prints the list, as on the last page of the site

A block is run by tests/docs/test_examples.py, unless a comment before it says why not, `<!-- not run: REASON -->`, or
which other test runs it, `<!-- run by: tests/… -->`. A block with `title="FILE"` is saved as that file, for other
blocks of the page.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
LANGUAGES = ("bash", "sh", "console", "python")
_FENCE = re.compile(r"^( *)```(\w*)([^\n]*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r'\btitle="([\w./-]+)"')
_MARK = re.compile(r"<!-- (not run|run by): (.+?) -->\s*\Z")


@dataclass(frozen=True)
class Example:
    """A fenced block.

    Attributes:
        page: Path of its page, relative to the root of the repository.
        line: Line of its opening fence, counted from 1.
        language: The language of its fence; empty for text.
        code: Its content.
        reason: Why it is not run; empty if it is.
        elsewhere: The test that runs it instead of tests/docs; empty for the others.
        file: The file that its content is saved as (`title="…"`), for later examples of the page; empty for the others.
    """

    page: str
    line: int
    language: str
    code: str
    reason: str = ""
    elsewhere: str = ""
    file: str = ""


def pages() -> list[str]:
    """Return README.md and every page of docs/."""
    return ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))]


def blocks(page: str) -> Iterator[Example]:
    """Yield all fenced blocks of a page, of any language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        before, indent = text[: found.start()], found[1]
        code = re.sub(f"^{indent}", "", found[4], flags=re.MULTILINE)
        mark = _MARK.search(before)
        named = {"not run": "reason", "run by": "elsewhere"}
        marks = {named[mark[1]]: mark[2]} if mark else {}
        title = _TITLE.search(found[3])
        yield Example(page, before.count("\n") + 1, found[2], code, file=title[1] if title else "", **marks)


def examples(of: Sequence[str] | None = None) -> list[Example]:
    """Every block of commands or of Python, and every file that they use; of all pages, or of some."""
    return [each for page in of or pages() for each in blocks(page) if each.language in LANGUAGES or each.file]


def page() -> str:
    """Return the page with their counts."""
    found = examples()
    marked = Counter(each.reason for each in found if each.reason)
    run = sum(not each.reason for each in found)
    lines = [
        "# Examples, and which are run\n",
        (
            f"\nREADME and documentation contain {len(found)} examples of commands or Python. Tests run {run} of them "
            "on every change, with small clips, test servers, and models of random weights under the names of real "
            f"ones. {len(found) - run} are marked as not run, for these reasons:\n"
        ),
        "\n| reason | examples |\n|---|---|\n",
        *(
            f"| {reason} | {count} |\n"
            for reason, count in sorted(marked.items(), key=lambda item: (-item[1], item[0]))
        ),
        "\n| page | run | not run |\n|---|---|---|\n",
    ]
    for name in pages():
        here = [each for each in found if each.page == name]
        if here:
            kept = sum(not each.reason for each in here)
            lines.append(f"| `{name}` | {kept} | {len(here) - kept} |\n")
    lines.append("\nLonger programs are in `examples/` of the repository; a test runs each of them.\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
