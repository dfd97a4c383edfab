"""Whatever the rows of a stranger hold, they are read or refused in one line; references are never answers."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench.conversion import FORMATS, imported
from merunibench.conversion.imported import Rows
from merunibench.errors import InputError

REFERENCE = "the reference"
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
# Keys along the paths at which answers and names stand.
PATHS = [
    "message",
    "content",
    "text",
    "output",
    "choices",
    "response",
    "body",
    "status_code",
    "error",
    "name",
    "specific",
    "id",
    "video",
    "data",
    "type",
]
nested = st.recursive(
    values, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(PATHS), inner, max_size=5)
)


@settings(max_examples=150)
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_read_or_refused(name, data):
    form = FORMATS[name]
    keys = [*form.keys, "name", "videos", "error", "resps", "metadata"]
    row = st.dictionaries(st.sampled_from(keys), nested)
    rows = [dict.fromkeys(form.keys), *data.draw(st.lists(row, min_size=1, max_size=3))]
    for number, each in enumerate(rows):
        each.setdefault("name", f"s{number}")
        each.update({key: REFERENCE for key in form.references if "." not in key and key != "doc"})
    refused = None
    try:
        done = imported(Rows(Path("f.jsonl"), rows, lambda row: f"line {row + 1}"), form)
    except InputError as error:
        refused = str(error)
    if refused is not None:
        assert "\n" not in refused
        return
    assert len(done.names) == len(done.texts) == len(rows) == len({*done.names})
    assert REFERENCE not in done.texts
    json.dumps([done.names, done.texts, done.failures])
    assert all((text is None) == (failure is not None) for text, failure in zip(done.texts, done.failures, strict=True))
