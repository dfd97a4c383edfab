"""Parse untrusted YAML within limits: plain data without aliases, quickly, or refused with an error of one line."""

import codecs
import re
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.plain import read_plain

MAX_BYTES = 1 << 16
"""Limit in bytes: PyYAML takes seconds for a megabyte, and configurations have a few kilobytes."""
_MAX_CARD = 1 << 20


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - whatever it holds
    """Read a YAML file; only tags of plain data are supported.

    Raises:
        UnsafeFileError: it is longer than `MAX_BYTES`.
        InputError: it cannot be read, or is not YAML that `_parsed` accepts.
    """
    return _parsed(path, read_plain(path, MAX_BYTES))


def read_front_matter(path: Path) -> Any:  # noqa: ANN401
    """Read the YAML at the head of a Markdown file, between two lines of `---`; None if there is none.

    Raises:
        UnsafeFileError: the file is longer than 1 MiB, or its head is longer than `MAX_BYTES`.
        InputError: it cannot be read, or its head is not YAML that `_parsed` accepts.
    """
    content = read_plain(path, _MAX_CARD).removeprefix(codecs.BOM_UTF8)
    found = re.match(rb"---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|\Z)", content, re.DOTALL)
    if found is None:
        return None
    if len(found[1]) > MAX_BYTES:
        raise UnsafeFileError(f"{path}: its head is longer than {MAX_BYTES} bytes")
    return _parsed(path, found[1])


def _parsed(path: Path, content: bytes) -> Any:  # noqa: ANN401
    """Parse YAML as plain data.

    Raises:
        InputError: it is not YAML, is nested too deeply, uses aliases (a few of them can expand to billions of values),
            or PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise InputError(f"{path}: reading YAML needs PyYAML: pip install 'merunibench[models]'") from error

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML has no types
            if self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
                raise yaml.composer.ComposerError(None, None, "aliases are not supported", mark)
            return super().compose_node(parent, index)

    try:
        return yaml.load(content.decode("utf-8-sig"), Loader)  # noqa: S506 - it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"{path}{place}: cannot be read as YAML: {error.problem or one_line(error)}") from error
    except RecursionError as error:
        raise InputError(f"{path}: cannot be read as YAML: nested too deeply") from error
    # Besides its own errors: those of invalid numbers, dates and tags.
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
        raise InputError(f"{path}: cannot be read as YAML: {one_line(error)}") from error
