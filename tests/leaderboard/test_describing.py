"""How a model is cited: one entry of BibTeX, whatever strangers wrote."""

import re

import pytest

from merunibench.leaderboard.board.citing import bibtex
from merunibench.leaderboard.schema.results import Model

HOSTILE = ["}", "{", "\\", "a}}, note = {\\input{/etc/passwd}", "\\}", "{}}{", "100% \\\\{", "\\write18{ls}"]


def model(**fields):
    return Model.model_validate({"id": "one", "name": "One", "origin": "computed", **fields})


def test_an_entry():
    text = bibtex(model(authors=["A. Author", "B. Team and Friends"], date="2026-01-31", paper="https://x.org/1_2"))
    assert text == (
        "@misc{one,\n  title = {{One}},\n  author = {Author, A. and {B. Team and Friends}},\n  year = {2026},\n"
        "  howpublished = {\\url{https://x.org/1_2}}\n}\n"
    )


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["name", "authors", "link"])
def test_nothing_ends_its_field(field, text):
    value = {"name": text, "authors": [text], "link": f"https://x.org/{text.replace(' ', '')}"}[field]
    entry = bibtex(model(**{field: value}))
    depth = 0
    for number, line in enumerate(entry.splitlines()):
        depth += line.count("{") - line.count("}")
        assert depth == (0 if line == "}" else 1), (number, line)
    commands = {"url", "textbackslash", "textbraceleft", "textbraceright", "%"}
    assert set(re.findall(r"\\([a-z]+|.)", entry)) <= commands
