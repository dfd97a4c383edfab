"""Class labels of Hugging Face data sets in Parquet and Arrow files: their numbers are read as their words."""

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from merunibench.data import read_table
from merunibench.data.columns import label_column, text_column
from merunibench.errors import InputError, UnsafeFileError

hugging_face = pytest.importorskip("datasets")

WORDS = hugging_face.ClassLabel(names=["joy", "let down", "anger"])


class TestClassLabels:
    @pytest.fixture(params=["parquet", "arrow"])
    def write(self, request, tmp_path):
        def write(features, columns):
            data = hugging_face.Dataset.from_dict(columns, features=hugging_face.Features(features))
            path = tmp_path / f"a.{request.param}"
            if request.param == "parquet":
                data.to_parquet(path)
            else:
                pyarrow.feather.write_feather(data.data.table, str(path))
            return read_table(path)

        return write

    def test_one_a_row(self, write):
        table = write({"label": WORDS}, {"label": [2, 0, None, -1]})
        assert text_column(table, "label").to_pylist() == ["anger", "joy", None, None]

    @pytest.mark.parametrize("of", [hugging_face.List, hugging_face.LargeList])
    def test_lists(self, write, of):
        table = write({"labels": of(WORDS)}, {"labels": [[0, 1], None, [], [2], [0, 2]]})
        assert list(label_column(table, "labels")) == [["joy", "let down"], [], [], ["anger"], ["joy", "anger"]]

    def test_a_number_without_a_word(self, write, tmp_path):
        table = write({"label": hugging_face.Value("int64")}, {"label": [0, 3]})
        assert table.columns["label"].to_pylist() == [0, 3]
        metadata = {b"huggingface": b'{"info": {"features": {"label": {"_type": "ClassLabel", "names": ["joy"]}}}}'}
        pq.write_table(pa.table({"label": [0, 3]}).replace_schema_metadata(metadata), tmp_path / "b.parquet")
        with pytest.raises(InputError, match=r"b\.parquet"):
            read_table(tmp_path / "b.parquet").columns["label"]

    @pytest.mark.parametrize("content", [b"", b"[]", b"[" * 100_000, b'{"info": {"features": 5}}', b"\xff"])
    def test_a_description_that_is_none_is_no_hindrance(self, tmp_path, content):
        table = pa.table({"name": ["a"]}).replace_schema_metadata({b"huggingface": content})
        pq.write_table(table, tmp_path / "b.parquet")
        assert read_table(tmp_path / "b.parquet").columns["name"].to_pylist() == ["a"]

    def test_a_long_word_named_by_every_row(self, tmp_path):
        feature = b'{"info": {"features": {"label": {"_type": "ClassLabel", "names": ["%s"]}}}}' % (b"x" * 10_000)
        table = pa.table({"label": [0] * 10_000}).replace_schema_metadata({b"huggingface": feature})
        pq.write_table(table, tmp_path / "b.parquet")
        with pytest.raises(UnsafeFileError, match="unpacks to more than"):
            read_table(tmp_path / "b.parquet", max_bytes=10_000_000).columns["label"]
