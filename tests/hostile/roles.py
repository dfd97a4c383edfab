"""What a file may be to a command: where it stands, which commands read it, and what hostile ones there are."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.hostile import contents as c
from tests.hostile.world import NAMES
from tests.leaderboard.test_attacked_caches import FILES as CACHE_FILES
from tests.leaderboard.test_attacked_submissions import FILES as PACKED
from tests.leaderboard.test_attacked_submissions import METADATA, ROWS
from tests.media.test_hostile_media import PICTURES, SOUNDS

Write = Callable[[Path], object]
ANYTHING = {kind: c.holding(content) for kind, content in c.BYTES.items()} | c.PLACES
FEW = {kind: ANYTHING[kind] for kind in ("nothing", "NUL", "UTF-16", "brackets", "digits", "half a character", "null")}
"""What any reader of text must bear; for files that go through a parser that is tried with everything elsewhere."""
PREDICTIONS = (
    "score {w}/preds --data-root {w}/truth --bootstrap 20",
    "score {f} --dataset meld --data-root {w}/truth --bootstrap 20 --missing zero --format json",
    "validate {w}/preds --data-root {w}/truth",
    "errors {f} --dataset meld --data-root {w}/truth --missing skip",
    "compare {w}/sound {f} --dataset meld --data-root {w}/truth --bootstrap 20",
    "extract {f} {out} --dataset meld --polarity --overwrite-labels",
    "convert {w}/preds {out}",
    "submit {f} --dataset meld --model x --out {out}",
    "lexicon diff builtin {toy} --vocabulary {f} --dataset meld",
)
LABELS = (
    "score {w}/preds --data-root {w}/truth --bootstrap 20",
    "validate {w}/preds --data-root {w}/truth",
    "errors {w}/preds --data-root {w}/truth",
    "compare {w}/preds {w}/preds --data-root {w}/truth --bootstrap 20",
    "run --model text-lexicon --modalities text --clips {w}/clips --dataset meld --data-root {w}/truth --out {out}"
    " --dry-run",
    "infer --model text-lexicon --modalities text --dataset meld --data-root {w}/truth --out {out} --dry-run",
    "leaderboard validate {w}/submissions/one --data-root {w}/truth",
    "leaderboard build --submissions {w}/submissions --data-root {w}/truth --out {out} --no-cache --processes 1",
    "leaderboard verify {w}/board/results.json --submissions {w}/submissions --data-root {w}/truth --processes 1",
)
LEXICON = (
    "lexicon show {x}",
    "lexicon diff builtin {x}",
    "explain happy --lexicon {x}",
    "score {w}/preds --data-root {w}/truth --lexicon {x} --bootstrap 20",
)
INSTALL = "lexicon install mine --from {x}"
CLIPS = (
    "infer --model text-lexicon --modalities text --dataset meld --clips {x} --out {out} --dry-run",
    "infer --model text-lexicon --modalities text --dataset meld --clips {x} --out {out}",
)
BOARD = "leaderboard build --submissions {w}/submissions --data-root {w}/truth --processes 1 --out {out}"


@dataclass(frozen=True)
class Role:
    """A place in the world.

    Attributes:
        parts: What of the world is needed besides.
        place: Where the file stands; what is there is replaced.
        commands: What reads it; `{w}` is the world, `{f}` the file, `{x}` what names it, `{out}` a place for results.
        inputs: By kind, what writes it.
        names: What `{x}` stands for, if not for the file.
        said: What a refusal must hold; the file's name, unless said otherwise.
        codes: Exit codes that are an answer, besides 0 and 2.
        heavy: Whether PyTorch is needed.
    """

    parts: tuple[str, ...]
    place: str
    commands: tuple[str, ...]
    inputs: dict[str, Write]
    names: str = ""
    said: str | None = None
    codes: tuple[int, ...] = ()
    heavy: bool = False


def _corpus(value):
    """Labels of the authors' layout."""
    return lambda path: np.savez(path, test_corpus=value, whole_corpus=value)


def _answers(value):
    return lambda path: np.savez(path, filenames=np.array([*NAMES, "x"]), fileitems=value)


def _names(change):
    """Rows whose names are changed, and which are right else."""
    return c.rows(*({"name": change(name), "labels": ["sad"]} for name in NAMES))


OF_ROWS = {
    "null names": _names(lambda _: None),
    "numbers as names": _names(lambda name: len(name)),
    "the same name": _names(lambda _: NAMES[0]),
    "long names": _names(lambda name: name + "x" * 5000),
    "names of commands": _names(lambda name: f"\x1b[31m{name}\n"),
    "half a character in names": _names(lambda name: name + "\ud800"),
    "null labels": c.rows(*({"name": name, "labels": None} for name in NAMES)),
    "labels that are objects": c.rows(*({"name": name, "labels": {"a": [1]}} for name in NAMES)),
    "labels of every type": c.rows(
        *({"name": n, "labels": v} for n, v in zip(NAMES, [1, "a", None, [], {}, [[]], 1e308, True, [None], [1]]))
    ),
    "long labels": c.rows(*({"name": name, "labels": ["x" * 100_000] * 3} for name in NAMES)),
    "many labels": c.rows(*({"name": name, "labels": ["sad", "x"] * 10_000} for name in NAMES)),
    "texts that are none": c.rows(*({"name": n, "text": v} for n, v in zip(NAMES, [0, [], {}, None, True] * 2))),
    "long texts": c.rows(*({"name": name, "text": "He is not (un)happy, " * 10_000} for name in NAMES)),
    "polarities of every type": c.rows(
        *({"name": n, "polarity": v, "labels": ["sad"]} for n, v in zip(NAMES, [1, "x", None, [], {}, 0.5, "\0"]))
    ),
    "status of every type": c.rows(
        *({"name": n, "labels": ["sad"], "status": v, "error": v} for n, v in zip(NAMES, [1, [], {}, None, "x", True]))
    ),
    "datasets of every type": c.rows(
        *({"name": n, "labels": ["sad"], "dataset": v} for n, v in zip(NAMES, [1, [], {}, None, "meld", "\0", "../x"]))
    ),
    "keys without end": c.rows(*({"name": n, **{f"k{n}{i}": i for i in range(2000)}} for n in NAMES)),
    "answers of reasoning": c.rows(*({"name": n, "text": "<think>" * 20_000} for n in NAMES)),
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
TABLES_OF_CLIPS = {
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
    return path.with_name("sound.json")


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


def _torch_files():
    from tests.hostile import commands, exhausting
    from tests.models.affectgpt.test_torch_file import BROKEN

    tries = {kind: payload for kind, (payload, _) in commands("marker").items()} | exhausting() | BROKEN
    return {kind: _torch(payload) for kind, payload in tries.items()} | {
        "a long list": _torch(bytes(17 << 20)),
        "plain numbers": _torch(b"\x80\x02}X\x05\x00\x00\x00model}X\x01\x00\x00\x00aK\x01ss."),
    }


def _packed(content):
    return content if callable(content) else c.gzipped(content.encode("utf-8", "surrogatepass"))


CACHES = {kind: c.holding(content) for kind, content in CACHE_FILES.items() if kind not in ("empty", "junk")}
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
MODELS = {
    "remote code": c.holding(b'{"auto_map": {"AutoConfig": "x.Y"}, "model_type": "x"}'),
    "a number as type": c.holding(b'{"model_type": 3, "architectures": {"a": 1}}'),
}


def _all(*groups):
    """The groups as one, each kind once."""
    found = {}
    for group in groups:
        assert not found.keys() & group.keys(), found.keys() & group.keys()
        found |= group
    return found


def roles():
    """Every role by name."""
    others = ("preds/cmumosi.jsonl", "preds/ovmerdplus.jsonl")
    read = (*others, "truth", "sound")
    truth = ("truth/cmumosi.csv", "truth/ovmerdplus.csv")
    shard = "text-lexicon-text/meld.1-of-2"
    board = ("submissions", "truth", "board")
    found = {
        "jsonl": Role(read, "preds/meld.jsonl", PREDICTIONS, _all(ANYTHING, OF_ROWS)),
        "csv": Role(read, "preds/meld.csv", PREDICTIONS, _all(ANYTHING, c.WORKBOOKS)),
        "json": Role(read, "preds/meld.json", PREDICTIONS[1:4], FEW | {"brackets closed": ANYTHING["closed brackets"]}),
        "gz": Role(read, "preds/meld.jsonl.gz", PREDICTIONS, _all(FEW, {k: _packed(v) if isinstance(v, str) else c.holding(v) for k, v in PACKED.items()})),
        "zst": Role(read, "preds/meld.csv.zst", PREDICTIONS, FEW | {"a bomb": c.zstd(bytes(1 << 20), 2000), "half": ANYTHING["half a zstd"]}),
        "xlsx": Role(read, "preds/meld.xlsx", PREDICTIONS[:3], c.WORKBOOKS),
        "npz": Role(read, "preds/meld-openset.npz", PREDICTIONS[1:7], _all(FEW, OF_ARCHIVES)),
        "saved": Role((*read, "saved"), "saved/state.json", tuple(line.replace("{f}", "{x}") for line in PREDICTIONS if "{f}" in line), _all(FEW, OF_SAVED), "saved", ""),
        "labels csv": Role(("preds", *truth, "clips", "submissions", "board"), "truth/meld.csv", LABELS, _all(ANYTHING, OF_LABELS) | {"a workbook": c.WORKBOOKS["empty"]}),
        "labels npz": Role(("preds", *truth), "truth/meld.npz", LABELS[:3], _all(FEW, OF_CORPORA)),
        "wheel": Role(("preds", "truth", "toy"), "toy/wheel2.xlsx", (*LEXICON, INSTALL), _all(ANYTHING, c.WORKBOOKS), "toy"),
        "forms": Role(("preds", "truth", "toy"), "toy/format.csv", (LEXICON[0], INSTALL), ANYTHING, "toy"),
        "mapping": Role(("preds", "truth"), "m/wheel_mapping.npz", (LEXICON[0], INSTALL), _all(FEW, c.pickles()), "m"),
        "compiled": Role(("preds", "truth", "own.json"), "own.json", LEXICON, ANYTHING, "own.json"),
        "config": Role(("clips", "truth"), "run.toml", ("infer --config {f} --dry-run", "run --config {f} --dry-run", "infer --config {f} --model text-lexicon --modalities text --dataset meld --clips {w}/clips --out {out} --dry-run"), _all(FEW | c.PLACES, {f"toml of {k}": c.holding(v) for k, v in TOML.items()}), said=""),
        "prompt": Role(("clips", "texts"), "prompt.txt", ("infer --model text-lexicon --modalities text --dataset meld --clips {w}/clips --prompt {f} --out {out} --dry-run", "extract {w}/texts {out} --extractor hf:{w}/clips --extractor-prompt {f}"), _all(FEW | c.PLACES, PROMPTS), said=""),
        "words": Role((), "words.txt", ("explain --file {f}", "explain {f} --format json", "explain --file {f} --svg {out}/a.svg --lexicon {toy}"), _all(ANYTHING, WORDS)),
        "samples": Role(("samples.jsonl",), "spoilt.jsonl", ("compare {f} {w}/samples.jsonl --bootstrap 20", "compare {w}/samples.jsonl {f} --bootstrap 20"), _all(ANYTHING, OF_ROWS)),
        "clips": Role(("clips",), "clips/clips.jsonl", CLIPS, _all(ANYTHING, TABLES_OF_CLIPS), "clips", ""),
        "table of clips": Role((), "mine.csv", CLIPS, FEW | c.PLACES, "mine.csv"),
        "saved clips": Role(("saved",), "saved/state.json", CLIPS, _all(FEW | c.PLACES, OF_SAVED), "saved", ""),
        "shard": Role(("shards",), f"shards/{shard}.jsonl", ("merge {x} --out {out}",), _all(ANYTHING, OF_SHARDS), "shards/text-lexicon-text", ""),
        "shard settings": Role(("shards",), f"shards/{shard}.settings.json", ("merge {x} --out {out}",), FEW | c.PLACES, "shards/text-lexicon-text", ""),
        "packed": Role(board, "submissions/one/predictions/meld.jsonl.gz", ("leaderboard validate {w}/submissions/one", BOARD + " --no-cache", "leaderboard verify {w}/board/results.json --submissions {w}/submissions --data-root {w}/truth --processes 1"), _all(c.PLACES, {k: _packed(v) for k, v in ROWS.items()}, {k: c.holding(v) for k, v in PACKED.items()}), codes=(1,), said=""),
        "metadata": Role(board, "submissions/one/submission.toml", ("leaderboard validate {w}/submissions/one", BOARD + " --no-cache"), _all(FEW | c.PLACES, {f"toml of {k}": c.holding(v) for k, v in {**TOML, **METADATA}.items()}), said=""),
        "results": Role(board, "results.json", ("leaderboard verify {f} --submissions {w}/submissions --data-root {w}/truth --processes 1", "leaderboard diff {f} {w}/board/results.json", "leaderboard diff {w}/board/results.json {f}", BOARD + " --no-cache --committed {f}"), _all(ANYTHING, RESULTS), codes=(1,), said=""),
        "published": Role(board, "published.csv", (BOARD + " --no-cache --published {f}",), _all(FEW | c.PLACES, PUBLISHED)),
        "cache": Role(board, "cache.sqlite", (BOARD + " --cache {f}",), _all(c.PLACES, CACHES)),
    }
    for (kind, ending), write in c.tables().items():
        role = f"table{ending}"
        found.setdefault(role, Role(read, f"preds/meld{ending}", PREDICTIONS[:7], {}))
        found[role].inputs[kind] = write
    return found
