"""Files that try to run a command, crash the process or fill the memory when they are read."""

import io
import os
import pickle
import zipfile
from contextlib import contextmanager

import numpy as np
from numpy.lib import format as npy_format

from merunibench.errors import InputError


@contextmanager
def only_input_errors(where):
    """The block may fail with an InputError of one line that begins with the file, and with nothing else."""
    try:
        yield
    except InputError as error:
        message = str(error)
        assert message.startswith(str(where))
        assert message.isprintable()


class Command:
    """Runs a command when it is unpickled by Python's own reader: it creates the file `marker`."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch '{self.marker}'",)


class Instance:
    """An instance of a class: harmless, but reading it would import and call its class."""

    def __init__(self):
        self.value = 1


class Evaluation:
    """Evaluates an expression when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return eval, (f"open({str(self.marker)!r}, 'w').close()",)


def npy(payload, shape=()):
    """An `.npy` file of Python objects with that pickle."""
    stream = io.BytesIO()
    npy_format.write_array_header_1_0(stream, {"descr": "|O", "fortran_order": False, "shape": shape})
    return stream.getvalue() + payload


def write_npz(path, members, compression=zipfile.ZIP_DEFLATED):
    """An archive of the given `.npy` contents by key."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for key, content in members.items():
            archive.writestr(f"{key}.npy", content)
    return path


def pickled_array(value, protocol=2):
    """The pickle of an array without dimensions that holds `value`, as `numpy.save` writes it."""
    array = np.empty((), object)
    array[()] = value
    return pickle.dumps(array, protocol)


def commands(marker):
    """Pickles by what they try, each with the name that the refusal must give."""
    tries = {f"command, protocol {p}": (pickled_array({"a": Command(marker)}, p), "posix.system") for p in range(6)}
    tries |= {f"eval, protocol {p}": (pickled_array([Evaluation(marker)], p), "eval") for p in range(6)}
    tries |= {f"instance, protocol {p}": (pickled_array(Instance(), p), "tests.hostile") for p in range(2, 6)}
    shell = f"touch '{marker}'".encode()
    return tries | {
        "bare command": (pickle.dumps(Command(marker)), "posix.system"),
        "function": (pickle.dumps(np.load), "numpy"),
        "instance by INST": (b"(Vx\niposix\nsystem\n.", "posix.system"),
        "instance by OBJ": (b"(cposix\nsystem\nVx\no.", "posix.system"),
        "instance by NEWOBJ": (b"\x80\x02cnumpy\nndarray\n)\x81.", "NEWOBJ"),
        "two names in one": (b"\x80\x04\x8c\x05numpy\x8c\x10load\x1b[31m.system\x93.", "numpy.load"),
        "path in a name": (b"\x80\x04\x8c\x05numpy\x8c\x0dcore.__dict__\x93.", "numpy.core.__dict__"),
        "loader": (b"cnumpy\nload\n(V/etc/passwd\ntR.", "numpy.load"),
        "text codec": (b"c_codecs\nencode\n(Vx\nVrot13\ntR.", "call"),
        "subclass": (b"cnumpy._core.multiarray\n_reconstruct\n(cbuiltins\nlist\n(I0\ntVb\ntR.", "builtins.list"),
        "state of a dictionary": (b"\x80\x02}}b.", "state"),
        "state of a constructor": (b"cnumpy\ndtype\n}Vx\nVy\nsb.", "state"),
        "call of text": (b"Vos\n(tR.", "call"),
        "extension": (b"\x80\x02\x82\x01.", "EXT1"),
        "persistent name": (b"P" + shell + b"\n.", "PERSID"),
        "out-of-band buffer": (b"\x80\x05\x97.", "NEXT_BUFFER"),
    }


def exhausting():
    """Pickles that crash or fill the memory of Python's own reader, or of whoever uses what they hold."""
    nested = b"\x80\x04}" + b")" + b"\x85" * 100_000 + b"Ns."
    shared = b"\x80\x02]q\x00" + b"".join(b"(" + b"h%c" % i * 10 + b"lq%c" % (i + 1) for i in range(60)) + b"."
    huge_array = b"cnumpy._core.multiarray\n_reconstruct\np1\n(cnumpy\nndarray\n(I0\ntVb\ntR"
    dtype = b"cnumpy\ndtype\n(V%s\nI00\nI01\ntR(I3\nV<\nNNNI-1\nI-1\nI0\ntb"
    copies = b"\x80\x02X\x40\x42\x0f\x00" + b"a" * 1_000_000 + b"q\x00]"
    encode = b"c_codecs\nencode\n(h\x00Vlatin1\ntRa"
    return {
        "key of a dictionary nested without end": nested,
        "lists nested without end": b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
        "marks without end": b"(" * 100_000 + b".",
        "parts shared without end": shared,
        "list in itself": b"\x80\x02]q\x00h\x00a.",
        "memo index": b"\x80\x02Nr\xff\xff\xff\xff.0",
        "memo index as text": b"Np99999999999999999999\ng1\n.",
        "number of many digits": b"L" + b"9" * 10_000 + b"L\n.",
        "long text that is not there": b"\x80\x04\x8d" + b"\xff" * 7 + b"\x7f.",
        "bytes that are not there": b"\x80\x04B\xff\xff\xff\xff.",
        "shape": huge_array + b"(I1\n(L99999999999L\nt" + dtype % b"f8" + b"I00\nC\x01xtb.",
        "shape without content": huge_array + b"(I1\n(L99999999999L\nt" + dtype % b"U0" + b"I00\nB\0\0\0\0tb.",
        "type of odd size": huge_array + b"(I1\n(I1\nt" + dtype % b"U999999999" + b"I00\nB\0\0\0\0tb.",
        "characters that are none": b"cnumpy._core.multiarray\nscalar\n(" + dtype % b"U1" + b"C\x04\xff\xff\xff\x7ftR.",
        "copies without end": copies + encode * 1000 + b".",
        "stack that is empty": b"\x80\x02\x87.",
        "no end": b"\x80\x02N",
        "nothing": b"",
    }
