"""What may stand in files of one role each: by kind, what writes it to a path."""

import json

import numpy as np

from tests.hostile import commands, exhausting
from tests.hostile import contents as c
from tests.hostile.world import NAMES
from tests.leaderboard.test_attacked_caches import FILES as CACHE_FILES


def _corpus(value):
    """Labels of the authors' layout."""
    return lambda path: np.savez(path, test_corpus=value, whole_corpus=value)


def _answers(value):
    return lambda path: np.savez(path, filenames=np.array([*NAMES, "x"]), fileitems=value)


def _rows(**cells):
    """A row for each sample, with `labels` that are right and these cells: a function of the name and number."""
    return c.rows(
        *(
            {"name": name, "labels": ["sad"]} | {key: cell(name, number) for key, cell in cells.items()}
            for number, name in enumerate(NAMES)
        )
    )


def _each(*values):
    """Now one of the values, now another."""
    return lambda _, number: values[number % len(values)]


def _always(value):
    return lambda *_: value


ODD = (1, "x", None, [], {}, 0.5, "\0", True, [[]], [None], [1], {"a": [1]}, 1e308, "../x")
OF_ROWS = {
    "null names": _rows(name=_always(None)),
    "numbers as names": _rows(name=lambda _, number: number),
    "the same name": _rows(name=_always(NAMES[0])),
    "long names": _rows(name=lambda name, _: name + "x" * 5000),
    "names of commands": _rows(name=lambda name, _: f"\x1b[31m{name}\n"),
    "half a character in names": _rows(name=lambda name, _: name + "\ud800"),
    "null labels": _rows(labels=_always(None)),
    "labels that are objects": _rows(labels=_always({"a": [1]})),
    "labels of every type": _rows(labels=_each(*ODD)),
    "long labels": _rows(labels=_always(["x" * 100_000] * 3)),
    "many labels": _rows(labels=_always(["sad", "x"] * 10_000)),
    "texts of every type": _rows(labels=_always(None), text=_each(*ODD)),
    "long texts": _rows(labels=_always(None), text=_always("He is not (un)happy, " * 10_000)),
    "polarities of every type": _rows(polarity=_each(*ODD)),
    "states of every type": _rows(status=_each(*ODD)),
    "errors of every type": _rows(error=_each(*ODD)),
    "data sets of every type": _rows(dataset=_each(*ODD)),
    "origins of every type": _rows(labels_from=_each(*ODD), polarity_from=_each(*ODD)),
    "keys without end": c.rows(*({"name": name, **{f"k{name}{n}": n for n in range(2000)}} for name in NAMES)),
    "answers of reasoning": _rows(labels=_always(None), text=_always("<think>" * 20_000)),
}
OF_ARCHIVES = {
    "half characters": _answers(np.array([b"\xff"] * 11)),
    "fewer answers": _answers(np.array(["[sad]"])),
    "numbers": _answers(np.arange(11)),
    "dates": _answers(np.array(["2001-01-01"] * 11, "M8[D]")),
    "answers in dimensions": _answers(np.zeros((11, 2, 2))),
    "objects": _answers(np.array([{"a": 1}, None, 3, [], *"abcdefg"], object)),
    "a zip of anything": c.archive({"a.npy": b"\x93NUMPY\xff\xff", "../b.npy": b""}),
    "a bomb": c.archive({"filenames.npy": bytes(200 << 20), "fileitems.npy": b""}),
} | c.pickles()
OF_ZSTD = {"a bomb": c.zstd(bytes(1 << 20), 2000), "half a zstd": c.ANYTHING["half a zstd"]}
OF_LABELS = {
    "labels that are classes of nobody": c.holding(b"name,label\n" + b"".join(f"{n},99\n".encode() for n in NAMES)),
    "labels that are no numbers": c.holding(b"name,label\n" + b"".join(f"{n},nan\n".encode() for n in NAMES)),
    "null labels": c.holding(b"name,label\n" + b"".join(f"{n},\n".encode() for n in NAMES)),
    "names twice": c.holding(b"name,label\n" + f"{NAMES[0]},1\n".encode() * 5),
    "digits as labels": c.holding(b"name,label\n" + b"".join(f"{n},{'9' * 5000}\n".encode() for n in NAMES)),
}
OF_CORPORA = {
    "no dictionary": _corpus(np.arange(3)),
    "samples that are none": _corpus({"a": 1, "b": None}),
    "names that are none": _corpus({1: {"emo": 1}}),
    "emotions of every type": _corpus({"a": {"emo": [1]}, "b": {"emo": None}, "c": {"emo": float("nan")}}),
    "numbers beyond all": _corpus({"a": {"emo": 2**70, "val": 1e999}}),
} | c.pickles()
TOML = {
    "dots": b"a" + b".a" * 50_000 + b" = 1",
    "digits": b"seed = " + b"9" * 5000,
    "a date": b"seed = 2001-99-99",
    "brackets": b"gen_kwarg = " + b"[" * 30_000,
    "tables": b"[a.b]\n" * 3,
    "not a number": b"temperature = nan",
    "lists": b"frames = [[8]]\nmodel = [1]\nout = {a = 1}",
    "keys": b"".join(b"k%d = 1\n" % number for number in range(50_000)),
    "a surrogate": b'model = "\\ud800"',
    "NUL": b'model = "a\\u0000b"\nout = "c\\u0000d"\nclips = "e\\u0000f"\ndata_root = "\\u0000"\ndataset = ["\\u0000"]',
    "a long name": b'out = "' + b"x" * 5000 + b'"',
}
OF_CLIPS = {
    "paths out": c.rows({"name": "a", "subtitle": "x", "video": "/etc/passwd"}),
    "paths up": c.rows({"name": "a", "subtitle": "x", "video": "../../x.mp4"}),
    "a path of NUL": c.rows({"name": "a", "subtitle": "x", "video": "a\0b"}),
    "half a path": c.rows({"name": "a", "subtitle": "x", "video": "\ud800.mp4"}),
    "a long path": c.rows({"name": "a", "subtitle": "x", "video": "d/" * 2500}),
    "paths that are none": c.rows({"name": "a", "subtitle": "x", "video": {"path": 3}}, {"name": "b", "video": [1]}),
    "long names": c.rows({"name": "x" * 5000, "subtitle": "x"}),
    "names of commands": c.rows({"name": "a\n\x1b[31m\0", "subtitle": "x"}),
    "subtitles that are none": c.rows({"name": "a", "subtitle": {"a": 1}}, {"name": "b", "subtitle": [1]}),
    "half a subtitle": c.rows({"name": "a", "subtitle": "\ud800"}),
    "a long subtitle": c.rows({"name": "a", "subtitle": "not happy " * 100_000}),
    "names twice": c.rows({"name": "a"}, {"name": "a"}),
}


def _journal(change):
    """The rows of a run, each changed."""

    def write(path):
        lines = path_of_rows(path).read_text("utf-8").splitlines()
        changed = (json.dumps(json.loads(line) | change) + "\n" for line in lines)
        path.write_text("".join(changed), "utf-8")

    return write


def path_of_rows(path):
    """Rows that are sound, beside those that are to be spoiled."""
    return next(each for each in sorted(path.parent.glob("*.jsonl")) if each != path)


OF_SHARDS = {
    f"{key}: {value!r:.20}": _journal({key: value})
    for key, value in [
        ("name", 3), ("name", None), ("shard", None), ("shard", {"part": 1, "of": 10**15, "place": 0, "samples": 10}),
        ("shard", {"part": 1, "of": 2, "place": "x", "samples": [1]}), ("subset", {"a": 1}), ("text", {"a": 1}),
    ]
}  # fmt: skip


def _saved(name):
    """A saved data set that names its part so."""
    return c.holding(json.dumps({"_data_files": [{"filename": name}]}).encode())


OF_SAVED = {
    f"part {name!r:.20}": _saved(name)
    for name in ("../out.arrow", "/etc/passwd", "/dev/zero", "a\0b", "\ud800", 3, None, "x" * 5000, "http://x/a.arrow")
}
RESULTS = {
    "no rows": c.holding(b'{"rows": 3}'),
    "digits as rows": c.holding(b'{"rows": ' + b"9" * 100_000 + b"}"),
    "values without end": c.holding(b'{"rows": [' + b"1," * 1_000_000 + b"1]}"),
}


def _with(*, of, where, value):
    """Committed results with another value in a place."""

    def write(path):
        content = json.loads(of(path).read_text("utf-8"))
        inner = content
        for key in where[:-1]:
            inner = inner[key]
        inner[where[-1]] = value
        path.write_text(json.dumps(content), "utf-8")

    return write


def _sound_results(path):
    return path.parent / "board" / "results.json"


RESULTS |= {
    f"{'.'.join(map(str, where))}: {value!r:.12}": _with(of=_sound_results, where=where, value=value)
    for where, value in [
        (("rows", 0, "id"), "a/b/c/d"), (("rows", 0, "id"), "../../x"), (("models", 0, "id"), "../x"),
        (("models", 0, "name"), c.MARK), (("rows", 0, "signature"), "mub|n:x"), (("boards", 0, "protocol"), "x"),
        (("comparisons", 0, "levels"), ["", "7"]), (("rows", 0, "mean"), 1e300), (("seed",), 2**80),
        (("rows", 0, "scores", "meld", "score"), float("nan")), (("datasets", 0, "id"), "\ud800"), (("rows",), None),
    ]
}  # fmt: skip
PUBLISHED = {
    kind: c.holding(b"model,modalities,source,grade,training,lexicon,checkpoint_selection,MELD,mean\n" + row)
    for kind, row in {
        "a command as model": b'"a\x1b]0;x\x07",A,paper,paper,,,,50,\n',
        "lines in a model": b'"a\nb",A,paper,paper,,,,50,\n',
        "a score beyond all": b"x,A,paper,paper,,,,1e999,\n",
        "a score that is none": b"x,A,paper,paper,,,,nan,x\n",
        "an unknown grade": b"x,A,paper,gossip,,,,50,\n",
        "fewer cells": b"x\n",
        "more cells": b"x,A,paper,paper,,,,50,50,50,50,50\n",
    }.items()
}
YAML = {
    "a date": b"a: 2001-99-99",
    "digits": b"a: " + b"9" * 5000,
    "a float": b"a: !!float x",
    "a number": b"a: !!int y",
    "a time": b"a: !!timestamp z",
    "truth": b"a: !!bool maybe",
    "a program": b"a: !!python/object/apply:os.system ['touch marker']",
    "aliases": b"a: &a [x,x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 122)),
    "an alias in itself": b"&a [*a]",
    "depth": b"[" * 2000,
    "odd values": b"model: {arch: [affectgpt], num_video_query_token: .inf}\ndatasets: {a: {face_or_frame: [x]}}",
    "no mappings": b"model: 3\ndatasets: [1]\nrun: x",
    "a megabyte": b"a: [" + b"1, " * 400_000 + b"1]",
}


def _config(change):
    """A converted checkpoint's configuration with some fields changed."""

    def write(path):
        path.write_text(json.dumps(json.loads(path.with_name("sound.json").read_text("utf-8")) | change), "utf-8")

    return write


def _safetensors(head, content=b""):
    """Weights whose head says that."""
    head = head if isinstance(head, bytes) else json.dumps(head).encode()
    return c.holding(len(head).to_bytes(8, "little") + head + content)


def _of_layer(number):
    key = f"language_model.base_model.model.model.layers.{number}.self_attn.q_proj.lora_A.default.weight"
    return {key: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}


WEIGHTS = {
    "a long head": c.holding(b"\xff" * 7 + b"\x7f{}"),
    "a head of brackets": _safetensors(b"[" * 100_000),
    "no head": _safetensors(b"{}"),
    **{
        f"a layer of {len(number)} digits": _safetensors(_of_layer(number), bytes(4))
        for number in ("9999999999", "9" * 5000, "²")
    },
    "huge weights": _safetensors({"a": {"dtype": "F32", "shape": [2**40, 2**20], "data_offsets": [0, 4]}}, bytes(4)),
    "weights beyond the end": _safetensors({"a": {"dtype": "F32", "shape": [2**30], "data_offsets": [0, 2**32]}}),
    "weights of no type": _safetensors({"a": {"dtype": "X", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
    "names of commands": _safetensors({"\x1b[31m": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
    "other weights": _safetensors({"a": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]}}, bytes(8)),
}


CONFIGS = {
    f"{key}: {value!r:.16}": _config({key: value})
    for key, value in [
        ("llm", {"a": 1}), ("mode", {}), ("mode", "x"), ("converted_from", [1]), ("visual_width", 1e30),
        ("visual_width", 2**62), ("llm_width", -1), ("lora_rank", "4"), ("lora_rank", 2**40), ("qformer", 3),
        ("qformer", {"width": 24, "heads": 7, "inner_width": 16, "layers": 10**9}), ("visual_pooling", ["mean"]),
        ("model_type", 3), ("lora_modules", [3]), ("frames", float("nan")), ("visual_tokens", True),
    ]
}  # fmt: skip
FIXTURES = {
    "numbers of nothing": lambda path: np.savez(path, **{"frame_index.n4": np.zeros(3)}),
    "one of everything": lambda path: np.savez(path, **{f"{g}.x": np.zeros(1) for g in ("attn1", "clip", "splice")}),
    "huge weights": lambda path: np.savez(path, **{"attn1.w.fc_att.weight": np.float32([[np.nan, 1e38]])}),
    "text": lambda path: np.savez(path, **{"hubert.feature": np.array(["a"]), "face_resize.in": np.array(["b"])}),
    "frames": lambda path: np.savez(path, **{"frame_index.n4": np.full((3, 4), 2**62), "frame_index.n-1": np.zeros(1)}),
    "a count": lambda path: np.savez(path, **{"frame_index.n99999999999": np.zeros((2, 2), np.int64)}),
}


def _torch(payload):
    """A file of torch.save whose instructions are those."""
    return c.archive({"a/data.pkl": payload, "a/version": b"3\n", "a/data/0": bytes(8)})


def torch_files():
    """Checkpoints whose instructions try something."""
    from tests.test_torch_file import BROKEN

    tries = {kind: payload for kind, (payload, _) in commands("marker").items()} | exhausting() | BROKEN
    return {f"pickle of {kind}": _torch(payload) for kind, payload in tries.items()} | {
        "a long list": _torch(bytes(17 << 20)),
        "plain numbers": _torch(b"\x80\x02}X\x05\x00\x00\x00model}X\x01\x00\x00\x00aK\x01ss."),
    }


def packed(contents):
    """Files as they are, and rows that are packed first."""
    return {
        kind: c.holding(content) if isinstance(content, bytes) else c.gzipped(content.encode("utf-8", "surrogatepass"))
        for kind, content in contents.items()
    }


CACHES = {kind: c.holding(content) for kind, content in CACHE_FILES.items() if kind not in ("empty", "junk")} | {
    kind: write
    for kind, write in c.PLACES.items()
    if kind != "dangling"  # a new cache may be written through a link
}
WORDS = {
    "distinct words": c.holding(", ".join(f"w{number:x}" for number in range(20_000)).encode()),
    "one word": c.holding(b"x" * 500_000),
    "many lines": c.holding(b"happy\n" * 50_000),
    "odd words": c.holding("\x1b[31m\n\u202e\n=1+1\n<b>\n\ufdfa\n".encode()),
}
PROMPTS = {
    "fields": c.holding(b"{subtitle.__class__} {text[0]} {0} {} {{text}} %s"),
    "no place for the answer": c.holding(b"What?"),
    "a megabyte": c.holding(b"{text} " * 200_000),
}
