"""The longest text of a Parquet dictionary is told from its page alone, at once where all are equally long."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.files.parquet import ParquetPages

WORDS = st.one_of(
    st.lists(st.text(max_size=6), min_size=1, max_size=30),
    st.integers(0, 40).flatmap(lambda n: st.lists(st.text("ab\0", min_size=n, max_size=n), min_size=1, max_size=30)),
)


@pytest.mark.parametrize("compression", ["snappy", "zstd", "none"])
@given(words=WORDS)
def test_the_longest_text_of_a_dictionary(compression, words):
    file = io.BytesIO()
    pq.write_table(pa.table({"name": words}), file, compression=compression)
    pages = ParquetPages(file.getbuffer())
    lengths = {len(word.encode()) for word in words}
    (bound,) = pages.bounds(0)
    assert pages.longest(bound) == max(lengths)
    assert pages.common_length(bound) == (max(lengths) if len(lengths) == 1 else None)
