"""What may stand in a file of any kind, or in its place: by name, what writes it to a path."""

import gzip
import io
import json
import os
import pickle
import socket
import zipfile
from contextlib import chdir, suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from tests.data.test_budgets import REPEATED, SHARED
from tests.hostile import commands, exhausting, npy, write_npz

MARK = "<script>alert(1)</script>\x1b]0;owned\x07\u202e"

BYTES = {
    "nothing": b"",
    "a line end": b"\n",
    "a byte order mark": b"\xef\xbb\xbf",
    "NUL": b"\0",
    "a megabyte of NUL": bytes(1 << 20),
    "UTF-16": '{"name": "a", "labels": ["happy"]}\n'.encode("utf-16"),
    "Latin-1": 'name,label\né,joy\n{"name": "é"}\n'.encode("latin-1"),
    "half a character": b'{"name": "\\ud800", "labels": ["\\udfff"]}\n',
    "a script": f'{{"name": {json.dumps(MARK)}, "labels": [{json.dumps(MARK)}]}}\n'.encode(),
    "brackets": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "closed brackets": b'{"name": ' + b"[" * 900 + b"]" * 900 + b"}\n",
    "digits": b'{"name": ' + b"9" * 5000 + b"}\n",
    "a huge number": b'{"name": "a", "labels": ' + b"9" * 400 + b"}\n",
    "no numbers": b'{"name": NaN, "labels": [Infinity, -Infinity, 1e999]}\n',
    "the same key twice": b'{"name": "a", "name": "b", "labels": ["sad"], "labels": 3}\n',
    "null": b"null\n",
    "a number": b"3\n",
    "a list of lists": b"[[[1, 2], [3]], [], {}]\n",
    "a page": b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n",
    "a pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n",
    "a long line": b'{"name": "' + b"x" * (2 << 20) + b'", "labels": []}\n',
    "quotes": b'name,labels\n"a,b\n"c""d,"\n' * 50,
    "returns": b"name,labels\ra,happy\rb,sad\r",
    "columns": b",".join(b"c%d" % number for number in range(20_000)) + b"\n" + b"," * 19_999 + b"\n",
    "the same column twice": b"name,name,label,label\na,b,joy,anger\n",
    "formulas": b'name,labels,label\n"=HYPERLINK(""http://x"")",@SUM(1),+1\n',
    "half a zip": b"PK\x03\x04" + bytes(100),
    "half a gzip": gzip.compress(b"name,label\n" * 100)[:-12],
    "half a zstd": b"\x28\xb5\x2f\xfd" + bytes(50),
    "half a Parquet": b"PAR1" + bytes(100) + b"\xff\xff\xff\x7fPAR1",
    "half an Arrow": b"ARROW1\0\0" + b"\xff" * 100,
    "a pickle": pickle.dumps({"a": 1}),
}


def _socket(path):
    with chdir(path.parent), socket.socket(socket.AF_UNIX) as end:  # the name of a socket must be short
        end.bind(path.name)


PLACES = {
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "folder": Path.mkdir,
    "loop": lambda path: path.symlink_to(path.name),
    "dangling": lambda path: path.symlink_to("nowhere"),
    "socket": _socket,
}
"""What is no file."""


def holding(content):
    """Writes the content as it is."""
    return lambda path: path.write_bytes(content)


ANYTHING = {kind: holding(content) for kind, content in BYTES.items()} | PLACES


def gzipped(content, times=1):
    """Writes so many times the content, compressed."""

    def write(path):
        with gzip.open(path, "wb", 6) as stream:
            for _ in range(times):
                stream.write(content)

    return write


def zstd(content, times):
    def write(path):
        with pa.CompressedOutputStream(str(path), "zstd") as stream:
            for _ in range(times):
                stream.write(content)

    return write


def rows(*given):
    """Rows of JSON as a file."""
    return holding("".join(json.dumps(row) + "\n" for row in given).encode("utf-8", "surrogatepass"))


def archive(members, compression=zipfile.ZIP_DEFLATED):
    def write(path):
        with zipfile.ZipFile(path, "w", compression) as file:
            for name, content in members.items():
                file.writestr(name, content)

    return write


def workbook(sheet):
    """A workbook whose one sheet is that XML."""
    import openpyxl

    def write(path):
        stream = io.BytesIO()
        openpyxl.Workbook().save(stream)
        with zipfile.ZipFile(stream) as old:
            members = {name: old.read(name) for name in old.namelist()}
        archive(members | {"xl/worksheets/sheet1.xml": sheet})(path)

    return write


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
WORKBOOKS = {
    "no sheet": archive({"xl/workbook.xml": b"<x/>"}),
    "empty": workbook(SHEET % b""),
    "deep": workbook(b"<a>" * 1_000_000),
    "attributes": workbook(b"<a " + b" ".join(b'a%d=""' % number for number in range(200_000)) + b"/>"),
    "entities": workbook(b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>'),
    "a file of mine": workbook(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>'),
    "a row far away": workbook(SHEET % b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
    "a bomb": workbook(SHEET % (b" " * (80 << 20))),
    "a number beyond all": workbook(SHEET % b'<row r="1"><c r="A1"><v>1e999</v></c></row>'),
    "a text that is not there": workbook(SHEET % b'<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'),
    "a cell that is none": workbook(SHEET % b'<row r="x"><c r="\xc3\xa9" t="?"><v></v></c></row>'),
    "a date beyond all": workbook(SHEET % b'<row r="1"><c r="A1" t="d"><v>99999-99-99</v></c></row>'),
}


def _table(column):
    """That column as labels, beside names."""
    return pa.table({"name": pa.array(np.arange(len(column))).cast(pa.string()), "labels": column})


def parquet(column, **options):
    return lambda path: pq.write_table(_table(column()), path, **options)


def arrow(column, compression=None):
    def write(path):
        table = pa.table({"labels": column()})
        options = pa.ipc.IpcWriteOptions(compression=compression)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table)

    return write


def _one_of(values, kind):
    return lambda: pa.array([values], kind)


TYPES = {
    "null": lambda: pa.nulls(3),
    "truth": lambda: pa.array([True, None]),
    "decimal": _one_of(10, pa.decimal128(38, 2)),
    "date": _one_of(2**31 - 1, pa.date32()),
    "time": _one_of(2**62, pa.timestamp("ns", "UTC")),
    "bytes that are text": lambda: pa.array([b"happy", b"nan", None]),
    "duration": _one_of(2**62, pa.duration("ms")),
    "half a float": _one_of(np.float16("nan"), pa.float16()),
    "bytes that are no text": _one_of(b"\xff\xfe", pa.binary()),
    "structure": _one_of({"a": {"b": [1]}}, None),
    "map": lambda: pa.array([[("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int64())),
    "deep lists": lambda: pa.array([[[[[[["sad"]]]]]]]),
    "lists of nothing": lambda: pa.array([[None, None], None, []], pa.list_(pa.string())),
    "fixed lists": lambda: pa.array([["a", "b"]], pa.list_(pa.string(), 2)),
    "dictionary": lambda: pa.array(["sad", None, "sad"]).dictionary_encode(),
    "large text": _one_of("x" * 3_000_000, pa.large_string()),
}
VIEWS = {
    "union": lambda: pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array(["a", "b"]), pa.array([1, 2])]),
    "list view": lambda: pa.array([["a"], ["b", "c"]], pa.list_view(pa.string())),
    "text view": _one_of("sad", pa.string_view()),
    "runs": lambda: pa.RunEndEncodedArray.from_arrays(pa.array([2], pa.int32()), pa.array(["sad"])),
    "far time": _one_of(2**62, pa.timestamp("s")),
    "interval": lambda: pa.array([pa.MonthDayNano([1, 2, 3])]),
}


def _broken(write, *, at, by=b"\xff" * 8):
    """A file with some bytes of it changed, at a part of its length."""

    def damage(path):
        write(path)
        content = bytearray(path.read_bytes())
        position = int(at * (len(content) - len(by)))
        content[position : position + len(by)] = by
        path.write_bytes(content)

    return damage


def tables(ending):
    """Tables of Arrow types in a Parquet or an Arrow file, and what unpacks to far more than it is."""
    if ending == ".parquet":
        found = {kind: parquet(column) for kind, column in TYPES.items()}
        found |= {f"repeated {kind}": parquet(column) for kind, column in REPEATED.items()}
        whole = parquet(TYPES["structure"])
    else:
        found = {kind: arrow(column) for kind, column in {**TYPES, **VIEWS}.items()}
        found |= {f"shared {kind}": arrow(column) for kind, column in SHARED.items()}
        found |= {f"{name} zeros": arrow(lambda: pa.array(["\0" * 1_000_000] * 100), name) for name in ("zstd", "lz4")}
        whole = arrow(TYPES["dictionary"])
    return found | {f"damaged at {place}": _broken(whole, at=place) for place in (0.05, 0.3, 0.6, 0.9, 0.99)}


def pickles():
    """Archives of NumPy whose objects try something, by what they try."""
    tries = {kind: payload for kind, (payload, _) in commands("marker").items()} | exhausting()
    return {f"pickle of {kind}": _npz(payload) for kind, payload in tries.items()}


def _npz(payload):
    keys = ("name2reason", "test_corpus", "filenames", "fileitems", "format_mapping", "raw_mapping", "wheel_map_whole")
    return lambda path: write_npz(path, {key: npy(payload) for key in keys})


def lay(path, write):
    """Write something in the place of what is there."""
    with suppress(FileNotFoundError):
        path.unlink()
    write(path)
