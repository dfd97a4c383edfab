"""Phrases that this project wrote often and readers stumbled over; `make lint` refuses them.

python -m tools.plain_words    # exit code 1 and one line per place, with the plainer wording
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent

CHECKED: Sequence[str] = ("README.md", "CODE_OF_CONDUCT.md", "SECURITY.md", "docs", "examples", ".github")
"""Files and folders whose prose is checked: Markdown, and the text of templates and programs."""

PACKAGE: Sequence[str] = ("merunibench", "tools", "benchmarks")
"""The same for messages, help, docstrings and comments."""

ENDINGS = (".md", ".py", ".sh", ".yml")

_THINGS = "sample|clip|row|line|data set|word|file|model|wheel|value|module|job|link|column"
PLAIN = {
    rf"\ba ({_THINGS}) an? ({_THINGS})\b": "one … per …",
    r"(?<!there\x20)(?<!there\n)\b(is|are) no (?!longer|more|matter)[a-z]+\b": "is not a …",
    r"\bholds? no\b": "contains no, or has no",
    r"\bheld against\b": "compared with",
    r"\bstands? (in|at|there|twice|beside|for itself)\b": "is in, is next to, or appears",
    r"\banew\b": "again",
    r"\blikewise\b": "also",
    r"\b(some|any)body\b": "someone, anyone, or the user",
    r"\bwhoever\b": "anyone who",
    r"\bstrangers?\b": "untrusted",
    r"\b(of|from) one's own\b": "your own",
    r"\bcannot be had\b": "cannot be loaded, or is not available",
    r"\bcannot be told\b(?! apart)": "cannot be determined",
    r"\bbrought by\b": "provided by, or registered by",
    r"\bspelled alike\b": "similar spelling",
    r"\bis taken of\b": "is computed from",
    r"\bdealt at random\b": "randomly assigned",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bin the place of\b": "instead of",
    r"\bstands? (higher|lower)\b": "layers above, or below",
    r"\banybody's guess\b": "ambiguous",
    r"\bpassed over\b": "skipped, or ignored",
    r"\b(are|is|was|were) taken up\b": "resumed",
    r"\bmachines apart\b": "several machines",
    r"\blook whether\b": "check whether",
    r"\bas it should be\b": "correct",
    r"\bhalf-way\b": "partway",
    r"\bwhat stands\b": "what is",
    r"\bis said of\b": "is true of, or applies to",
}
"""Pattern of a phrase -> what to write instead."""

KEPT = {"docs/cli.md"}
"""Made from the help texts of the package, which is checked itself."""


class Place(NamedTuple):
    """Where a phrase is: file, line counted from 1, the phrase, and what to write instead."""

    file: str
    line: int
    phrase: str
    instead: str


def found(paths: Sequence[str]) -> Iterator[Place]:
    """Every phrase of the list in files and folders, given from the root of the repository."""
    for path in paths:
        start = ROOT / path
        files = sorted(each for each in start.rglob("*") if each.suffix in ENDINGS) if start.is_dir() else [start]
        for file in files:
            name = file.relative_to(ROOT).as_posix()
            if name not in KEPT:
                yield from in_text(name, file.read_text(encoding="utf-8"))


def in_text(file: str, text: str) -> Iterator[Place]:
    """Every phrase of the list in one text; it may be broken over two lines."""
    for pattern, instead in PLAIN.items():
        for match in re.finditer(pattern.replace(" ", r"\s+"), text, re.IGNORECASE):
            yield Place(file, text.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), instead)


def main() -> int:
    """Say where they are; the exit code."""
    places = sorted(found([*CHECKED, *PACKAGE]))
    for place in places:
        sys.stderr.write(f"{place.file}:{place.line}: {place.phrase!r}; write: {place.instead}\n")
    return 1 if places else 0


if __name__ == "__main__":
    raise SystemExit(main())
