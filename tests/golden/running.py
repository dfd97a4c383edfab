"""Run a case of the corpus in this process, and say what came of it: exit codes, standard output, files.

What is a result is kept to the byte; what is wording is not: notes, warnings, reasons, standard error. Of tables and
pages the rows of figures are kept, of long results a digest for each block of lines, so that a difference has a place.
"""

import contextlib
import gzip
import hashlib
import html
import io
import json
import os
import re
import shlex
import sys
from pathlib import Path
from unittest import mock

from merunibench import cli

EXPECTED = Path(__file__).parent / "expected"
DIGESTS = Path(__file__).parent / "licensed.json"
LONG = 9_000
BLOCK = 40
WORDING = re.compile(r'"(?:warnings|reasons?|notes?)"\s*:\s*')
NUMBER = re.compile(r"[^\w\s]*\d[\d.,]*(?:–\d[\d.,]*)?\W*")
LAST_DIGITS = re.compile(r"(\d\.\d{12})\d+")
EXACT = (".json", ".jsonl", ".csv", ".tex", ".latex", ".toml", ".gz", ".js")
ENVIRONMENT = {"COLUMNS": "100", "HF_HUB_OFFLINE": "1", "NO_COLOR": "1"}


def run_case(case, root):
    """The commands of a case, run in the folder `root`; what came of them, as text."""
    return "".join(parts_of_case(case, root))


def parts_of_case(case, root):
    """What came of each command: the command and its exit code, its output; then the files."""
    out = root / "out" / case.name
    out.mkdir(parents=True)
    for line in case.commands:
        yield from execute(case, line, root)
    for path in sorted(out.rglob("*")):
        hidden = path.name.startswith(".") or path.name == "run.toml"
        if path.is_file() and not hidden and not any(re.search(pattern, path.as_posix()) for pattern in case.ignored):
            name = path.relative_to(out).as_posix()
            yield f"--- file {name}\n{describe(path.read_bytes(), path.suffix, root)}"


def digests_of_case(case, root):
    """A digest of each part: what is said of licensed files is not kept itself."""
    return [hashlib.sha256(part.encode()).hexdigest() for part in parts_of_case(case, root)]


def read_digests():
    return json.loads(DIGESTS.read_text(encoding="utf-8"))


def write_digests(found):
    DIGESTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def execute(case, line, root):
    """Parts of the record of one command of a case."""
    arguments = shlex.split(line.replace("{out}", f"out/{case.name}"))
    code, out = call(arguments, root, root / "home" / case.name)
    form = arguments[arguments.index("--format") + 1] if "--format" in arguments else ""
    yield f"$ {line}\nexit {code}\n"
    if out:
        yield describe(out, f".{form}" if form else ".json" if case.exact else ".txt", root, rounded=case.rounded)


def call(arguments, root, home):
    """(exit code, standard output) of `merunibench arguments…` in the folder `root`; the user's files are in `home`."""
    before = Path.cwd()
    buffer = io.BytesIO()
    out, err = io.TextIOWrapper(buffer, "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    user = {**ENVIRONMENT, "MERUNIBENCH_HOME": str(home)}
    os.chdir(root)
    try:
        with (
            mock.patch.object(sys, "argv", ["merunibench", *arguments]),
            mock.patch.dict(os.environ, user),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                cli.main()
                code = 0
            except SystemExit as stop:
                code = stop.code or 0
    finally:
        os.chdir(before)
    out.flush()
    return code, buffer.getvalue()


def describe(content, suffix, root, *, rounded=False):
    """A result as it is kept."""
    if suffix == ".gz":
        content = gzip.decompress(content)
    text = content.decode("utf-8").replace(str(root), "<root>")
    if suffix in {".html", ".svg"}:
        text = figures_of_page(text, suffix)
    elif suffix in EXACT:
        text = without_wording(text)
    else:
        text = figures(text)
    if rounded:
        text = LAST_DIGITS.sub(r"\1", text)
    return text if len(text) <= LONG else digests(text)


def without_wording(text):
    """JSON as it is written, but for the values that are wording: of those their number."""
    parts, end = [], 0
    decoder = json.JSONDecoder()
    for match in WORDING.finditer(text):
        if match.end() < end:
            continue
        try:
            value, after = decoder.raw_decode(text, match.end())
        except ValueError:
            continue
        said = f"<{len(value)}>" if isinstance(value, list) else "<none>" if value is None else "<text>"
        parts += [text[end : match.end()], said]
        end = after
    return "".join([*parts, text[end:]])


def figures(text):
    """The lines of a text that are rows of figures (with two numbers, or in columns), paths or signatures."""
    kept = []
    for line in text.splitlines():
        words = line.split()
        numbers = sum(bool(NUMBER.fullmatch(word)) for word in words)
        in_columns = numbers and "95 % CI" not in line and len(re.split(r"\s{2,}", line.strip())) > 2
        if numbers >= 2 or in_columns or "mub|" in line or (len(words) == 1 and "/" in line):
            kept.append(" ".join(words) + "\n")
    return "".join(kept)


def figures_of_page(text, suffix):
    """The numbers of a page's text, and of the pictures in it, in order."""
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    if suffix == ".html":
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    numbers = re.findall(r"[−-]?\d+(?:\.\d+)?", text)
    lines = (" ".join(numbers[start : start + 20]) for start in range(0, len(numbers), 20))
    return "".join(f"{line}\n" for line in lines)


def digests(text):
    """A digest of the whole, and of each block of lines."""
    # Compact JSON is one line: its objects are taken for lines.
    lines = re.split(r"(?<=\n)|(?<=\},)", text)
    width = max(BLOCK, -(-len(lines) // 60))
    blocks = ("".join(lines[start : start + width]) for start in range(0, len(lines), width))
    short = [hashlib.sha256(block.encode()).hexdigest()[:8] for block in blocks]
    rows = "".join(f"{' '.join(short[start : start + 10])}\n" for start in range(0, len(short), 10))
    whole = hashlib.sha256(text.encode()).hexdigest()
    return f"sha256 {whole}, {len(lines)} lines; of each {width}:\n{rows}"
