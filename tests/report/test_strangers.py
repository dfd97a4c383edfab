"""What strangers call their models is no formula in a spreadsheet, and no mention or link on GitHub."""

import csv
import io
import re

import pytest

from merunibench.report.csv_text import csv_cell, csv_text
from merunibench.report.markdown import escape

NO_SPACE = "\u200b"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("blanks", ["", " ", "   "])
def test_no_cell_is_a_formula(sign, blanks):
    cell = csv_cell(f"{blanks}{sign}HYPERLINK(1)")
    assert cell.startswith("'")
    assert "HYPERLINK(1)" in cell


@pytest.mark.parametrize("text", ["\x1b]0;x\x07", "\x9b31m", "a\0b", "a\u202eb", "a\x7fb", "a\rb", "a\nb", "a\u2028b"])
def test_no_cell_commands_a_terminal_or_breaks_a_line(text):
    assert csv_cell(text).isprintable()
    assert len(csv_text(["a"], [{"a": text}]).splitlines()) == 2


@pytest.mark.parametrize("value", [0, -1, 0.1 + 0.2, -0.5, 1e-300, None, True])
def test_figures_stay_as_they_are(value):
    assert csv_cell(value) is value


@pytest.mark.parametrize("text", ["plain", "with, comma", 'with "quotes"', "a-b", "1-2", "模型 🙂", "a=b", "a\tb"])
def test_other_text_stays_as_it_is(text):
    ((cell,),) = list(csv.reader(io.StringIO(csv_text(["name"], [{"name": text}]))))[1:]
    assert cell == text


def test_heads_are_cells_too_and_what_is_lacking_is_empty():
    assert csv_text(["=a", "b"], [{"=a": 1}, {"b": -2}]) == "'=a,b\n1,\n,-2\n"


@pytest.mark.parametrize(
    "text",
    [
        *("@team", "@org/team", "mail@example.org", "(@a)", "x @a-b y", "@1", "@_a", "a/b@1a2b3c4"),
        *("#1", "owner/repo#12", "GH-1", "gh-12", "x GH-3.", "(#4)"),
        *(
            "https://evil.example/x",
            "http://evil.example",
            "ftp://evil.example",
            "HTTPS://EVIL.EXAMPLE",
            "x:https://y.z",
        ),
        *("www.evil.example", "WWW.EVIL.EXAMPLE", "mailto:a@b.c", "xmpp:a@b.c", "[x](https://evil.example)"),
        *("<https://evil.example>", "<!-- @team -->", "`@team`", "\\@team", "&#64;team", "**@team**", "a\n@team"),
    ],
)
def test_no_text_is_a_mention_a_reference_or_a_link_on_github(text):
    made = re.sub(r"\\(.)", r"\1", escape(text))  # as GitHub looks at it: after Markdown's own escapes
    pattern = r"@\w|#\d|gh-\d|://|www\.|mailto:|xmpp:"
    assert not re.search(pattern, made, re.IGNORECASE)
    assert made.replace(NO_SPACE, "").split() == text.split()


@pytest.mark.parametrize("text", ["plain", "C# and F#", "a @ b", "12 of 13", "C:/x", "www", "GH-x", "1:2"])
def test_other_text_has_nothing_added(text):
    assert NO_SPACE not in escape(text)
