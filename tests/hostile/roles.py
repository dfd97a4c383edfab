"""What a file may be to a command: where it stands, which commands read it, and what hostile ones there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import contents as c
from tests.hostile import inputs as i
from tests.leaderboard.test_attacked_submissions import FILES, METADATA, ROWS
from tests.media.test_hostile_media import PICTURES, SOUNDS

Write = Callable[[Path], object]
FEW = {
    kind: c.ANYTHING[kind] for kind in ("nothing", "NUL", "UTF-16", "brackets", "digits", "half a character", "null")
}
"""What any reader of text must bear; for files whose parser is tried with everything elsewhere."""

TEXT = "--model text-lexicon --modalities text --dataset meld"
SCORED = "--data-root {w}/truth --bootstrap 20"
BOARD = "--submissions {w}/submissions --data-root {w}/truth --processes 1"
BUILD = f"leaderboard build {BOARD} --out {{out}}"
OF_FOLDERS = (
    f"score {{w}}/preds {SCORED}",
    "validate {w}/preds --data-root {w}/truth",
    "convert {w}/preds {out}",
    "extract {w}/preds {out} --polarity --overwrite-labels",
)
OF_FILES = (
    f"score {{f}} --dataset meld {SCORED} --missing zero --format json",
    "errors {f} --dataset meld --data-root {w}/truth --missing skip",
    f"compare {{w}}/sound {{f}} --dataset meld {SCORED}",
    "submit {f} --dataset meld --model x --out {out}",
    "lexicon diff builtin {toy} --vocabulary {f} --dataset meld",
)
OF_ONE_FILE = (*OF_FILES, "convert {f} {out} --dataset meld", "extract {f} {out} --dataset meld --polarity")
PREDICTIONS = (*OF_FOLDERS, *OF_FILES)
AUDIT = "lexicon audit {toy} --vocabulary {f} --dataset meld"
LABELS = (
    f"score {{w}}/preds {SCORED}",
    "validate {w}/preds --data-root {w}/truth",
    "errors {w}/preds --data-root {w}/truth",
    f"compare {{w}}/preds {{w}}/preds {SCORED}",
    f"run {TEXT} --clips {{w}}/clips --data-root {{w}}/truth --out {{out}} --dry-run",
    f"infer {TEXT} --data-root {{w}}/truth --out {{out}} --dry-run",
    "leaderboard validate {w}/submissions/one --data-root {w}/truth",
    f"{BUILD} --no-cache",
    f"leaderboard verify {{w}}/board/results.json {BOARD}",
)
LEXICON = (
    "lexicon show {x}",
    "lexicon audit {x}",
    "lexicon diff builtin {x}",
    "explain happy --lexicon {x}",
    f"score {{w}}/preds --lexicon {{x}} {SCORED}",
)
INSTALL = "lexicon install mine --from {x}"
CLIPS = (f"infer {TEXT} --clips {{x}} --out {{out}} --dry-run", f"infer {TEXT} --clips {{x}} --out {{out}}")
SUBMISSION = (
    "leaderboard validate {w}/submissions/one",
    f"{BUILD} --no-cache",
    f"leaderboard verify {{w}}/board/results.json {BOARD}",
)
CHECKPOINT = ("affectgpt inspect {x}", "affectgpt convert {x} {out}")
CONFIGURED = tuple(
    f"{line} --config {{f}}" for line in ("affectgpt inspect {w}/sound.pth", "affectgpt convert {w}/sound.pth {out}")
)
MEDIA = "infer --model openai:{url}#m --modalities audio --dataset mine --clips {w}/media --out {out}"


@dataclass(frozen=True)
class Role:
    """A place in the world.

    Attributes:
        place: Where the file stands; what is there is replaced.
        commands: What reads it. `{w}` is the world, `{f}` the file, `{x}` what names it, `{out}` a place for results,
            `{toy}` a lexicon, `{url}` an endpoint.
        inputs: By kind, what writes it.
        parts: What of the world is needed besides.
        named: What `{x}` stands for, if not for the file.
        said: What a refusal must hold, if not the file's name.
        heavy: Whether PyTorch is needed.
    """

    place: str
    commands: tuple[str, ...]
    inputs: Mapping[str, Write]
    parts: tuple[str, ...] = ()
    named: str = ""
    said: str | None = None
    heavy: bool = False


def _all(*groups: Mapping[str, Write]) -> dict[str, Write]:
    """The groups as one, each kind once."""
    found: dict[str, Write] = {}
    for group in groups:
        assert not found.keys() & group.keys(), found.keys() & group.keys()
        found |= group
    return found


def _held(prefix: str, contents: Mapping[str, bytes]) -> dict[str, Write]:
    return {f"{prefix}: {kind}": c.holding(content) for kind, content in contents.items()}


def _of_predictions() -> dict[str, Role]:
    """Predictions in every format."""
    read = ("preds/cmumosi.jsonl", "preds/ovmerdplus.jsonl", "truth", "sound")
    found = {
        "jsonl": ("meld.jsonl", (*PREDICTIONS, AUDIT), _all(c.ANYTHING, i.OF_ROWS)),
        "csv": ("meld.csv", PREDICTIONS, _all(c.ANYTHING, c.WORKBOOKS)),
        "json": ("meld.json", PREDICTIONS, FEW),
        "gz": ("meld.jsonl.gz", PREDICTIONS, _all(FEW, i.packed(FILES))),
        "zst": ("meld.csv.zst", PREDICTIONS, _all(FEW, i.OF_ZSTD)),
        "xlsx": ("meld.xlsx", OF_FOLDERS, c.WORKBOOKS),
        "npz": ("meld-openset.npz", OF_ONE_FILE, _all(FEW, i.OF_ARCHIVES)),
        "Parquet": ("meld.parquet", PREDICTIONS, c.tables(".parquet")),
        "Arrow": ("meld.arrow", PREDICTIONS, c.tables(".arrow")),
    }
    roles = {
        name: Role(f"preds/{file}", lines, inputs, read, said="meld") for name, (file, lines, inputs) in found.items()
    }
    saved = tuple(line.replace("{f}", "{x}") for line in OF_ONE_FILE)
    return roles | {
        "saved": Role("saved/state.json", saved, _all(FEW, c.PLACES, i.OF_SAVED), (*read, "saved"), "saved", "")
    }


def _of_the_benchmark() -> dict[str, Role]:
    """Labels, lexicons, and what a board is made from."""
    truth = (
        "preds",
        "truth/cmumosi.csv",
        "truth/ovmerdplus.csv",
        "truth/meld-process",
        "clips",
        "submissions",
        "board",
    )
    board = ("submissions", "truth", "board")
    metadata = _held("toml", {**i.TOML, **METADATA})
    compared = (
        f"leaderboard verify {{f}} {BOARD}",
        "leaderboard diff {f} {w}/board/results.json",
        f"{BUILD} --no-cache --committed {{f}}",
    )
    return {
        "labels": Role("truth/meld.csv", LABELS, _all(c.ANYTHING, i.OF_LABELS), truth, said="meld"),
        "labels of the authors": Role("truth/meld.npz", LABELS, _all(FEW, i.OF_CORPORA), truth, said="meld"),
        "wheel": Role(
            "toy/wheel2.xlsx", (*LEXICON, INSTALL), _all(c.ANYTHING, c.WORKBOOKS), ("preds", "truth", "toy"), "toy"
        ),
        "forms": Role("toy/format.csv", (*LEXICON, INSTALL), c.ANYTHING, ("preds", "truth", "toy"), "toy"),
        "mapping": Role("m/wheel_mapping.npz", (*LEXICON, INSTALL), _all(FEW, c.pickles()), ("preds", "truth"), "m"),
        "compiled": Role("own.json", LEXICON, c.ANYTHING, ("preds", "truth")),
        "packed": Role(
            "submissions/one/predictions/meld.jsonl.gz",
            SUBMISSION,
            _all(c.PLACES, i.packed(ROWS), i.packed(FILES)),
            board,
            said="",
        ),
        "metadata": Role("submissions/one/submission.toml", SUBMISSION, _all(FEW, c.PLACES, metadata), board, said=""),
        "results": Role("results.json", compared, _all(c.ANYTHING, i.RESULTS), board, said=""),
        "published": Role(
            "published.csv", (f"{BUILD} --no-cache --published {{f}}",), _all(c.ANYTHING, i.PUBLISHED), board
        ),
        "cache": Role("cache.sqlite", (f"{BUILD} --cache {{f}}",), i.CACHES, board),
    }


def _of_runs() -> dict[str, Role]:
    """What running a model reads, and what reads words."""
    shard, shards = "shards/text-lexicon-text/meld.1-of-2", "shards/text-lexicon-text"
    merge, resume = ("merge {x} --out {out}",), (f"infer {TEXT} --clips {{w}}/clips --out {{x}}",)
    config = (
        "infer --config {f} --dry-run",
        "run --config {f} --dry-run",
        f"infer --config {{f}} {TEXT} --clips {{w}}/clips --out {{out}} --dry-run",
    )
    prompt = (
        f"infer {TEXT} --clips {{w}}/clips --prompt {{f}} --out {{out}} --dry-run",
        "extract {w}/texts {out} --extractor hf:{w}/clips --extractor-prompt {f}",
    )
    words = ("explain --file {f}", "explain {f} --format json", "explain --file {f} --svg {out}/a.svg")
    compare = ("compare {f} {w}/samples.jsonl --bootstrap 20", "compare {w}/samples.jsonl {f} --bootstrap 20")
    rows = "answers/text-lexicon-text/meld"
    media = _held("media", {**SOUNDS, **PICTURES})
    return {
        "config": Role("run.toml", config, _all(FEW, c.PLACES, _held("toml", i.TOML)), ("clips", "truth"), said=""),
        "prompt": Role("prompt.txt", prompt, _all(FEW, c.PLACES, i.PROMPTS), ("clips", "texts"), said=""),
        "words": Role("words.txt", words, _all(c.ANYTHING, i.WORDS)),
        "samples": Role("spoilt.jsonl", compare, _all(c.ANYTHING, i.OF_ROWS), ("samples.jsonl",)),
        "clips": Role("clips/clips.jsonl", CLIPS, _all(c.ANYTHING, i.OF_CLIPS), named="clips", said=""),
        "table of clips": Role("mine.csv", CLIPS, _all(FEW, c.PLACES)),
        "saved clips": Role("saved/state.json", CLIPS, _all(FEW, c.PLACES, i.OF_SAVED), ("saved",), "saved", ""),
        "shard": Role(f"{shard}.jsonl", merge, _all(c.ANYTHING, i.OF_SHARDS), ("shards",), shards, ""),
        "settings of a shard": Role(f"{shard}.settings.json", merge, _all(FEW, c.PLACES), ("shards",), shards, ""),
        "answers": Role(f"{rows}.jsonl", resume, _all(FEW, c.PLACES), ("answers", "clips"), "answers", "meld"),
        "settings": Role(f"{rows}.settings.json", resume, _all(FEW, c.PLACES), ("answers", "clips"), "answers", "meld"),
        "sound": Role("media/bad.wav", (MEDIA,), _all(FEW, c.PLACES, media), ("media",), said="bad"),
        "video": Role(
            "media/bad.mp4", (MEDIA.replace("audio", "video"),), _all(FEW, c.PLACES, media), ("media",), said="bad"
        ),
    }


def _of_affectgpt() -> dict[str, Role]:
    """Checkpoints, the authors' and ours, and their configurations."""
    checks = ("affectgpt selfcheck {f}",)
    return {
        "checkpoint": Role("bad.pth", CHECKPOINT, _all(FEW, c.PLACES, i.torch_files()), heavy=True),
        "authors' configuration": Role(
            "bad.yaml", CONFIGURED, _all(c.ANYTHING, _held("yaml", i.YAML)), ("sound.pth",), heavy=True
        ),
        "configuration": Role(
            "converted/config.json", CHECKPOINT, _all(FEW, c.PLACES, i.CONFIGS), ("converted",), "converted", heavy=True
        ),
        "weights": Role(
            "converted/model.safetensors",
            CHECKPOINT,
            _all(FEW, c.PLACES, i.WEIGHTS),
            ("converted",),
            "converted",
            heavy=True,
        ),
        "fixture": Role("bad.npz", checks, _all(FEW, c.PLACES, i.FIXTURES), heavy=True),
    }


def _of_speakers() -> dict[str, Role]:
    """What measuring speakers reads besides clips."""
    of = "curate speaker --clips {w}/media --dataset mine --out {out} --speaker"
    values = (f"{of} file:{{f}}",)
    judged = (f"{of} file:{{w}}/spoken.csv --speaker-truth {{f}}",)
    detector = f"{of} light-asd:{{f}} --dry-run".replace("{w}/media", "{w}")
    return {
        "speaker truth": Role("truth.csv", judged, _all(FEW, c.PLACES), ("media", "spoken.csv"), said=""),
        "speaker values": Role("values.csv", values, _all(FEW, c.PLACES), ("media",), said=""),
        # What measures is loaded before clips are looked for.
        "detector": Role("bad.model", (detector,), _all(FEW, c.PLACES, i.torch_files()), heavy=True),
    }


def _of_curation() -> dict[str, Role]:
    """What building a data set reads: its stages' files, and what people give it."""
    stages = ("curate filter {x}", "curate report {x}")
    export = "curate export {x} --as jsonl --licence x --out {out}"
    every = (*stages, export, "curate delete {x} --name clip001 --dry-run")
    settings = ("curate run --config {f} --dry-run", *stages, export)
    texts = "curate train --labels {w}/human.csv --texts {f} --text said --out {out}"
    judged = (
        "curate filter {w}/curated --truth {f}",
        texts.replace("{w}/human.csv --texts {f}", "{f} --texts {w}/said.csv"),
    )
    cues = "--clips {w}/clips --dataset meld --cues audio --model text-lexicon --merge hf:{w}/clips"
    merging = f"curate describe {cues} --merge-prompt {{f}} --out {{out}} --dry-run"
    vote = "curate vote {x} --texts {w}/said.csv --out {out}"
    spoken = (texts, "curate vote {w}/classifier --texts {f} --out {out}")
    given = ("curate filter {out} --descriptions {f}", "curate measure {out} --descriptions {f}")
    labelled = f"curate describe {cues} --with-label {{f}} --out {{out}} --dry-run"
    prior = "curate prior {w}/candidates --truth {w}/openset.csv --bootstrap 20"
    candidates = ("candidates", "openset.csv")

    def of(file: str, lines: tuple[str, ...], inputs: Mapping[str, Write], said: str = "") -> Role:
        return Role(f"curated/{file}", lines, inputs, ("curated",), "curated", said)

    return {
        "descriptions": of("descriptions/train.jsonl", (*every, "curate measure {x}"), _all(c.ANYTHING, i.OF_ROWS)),
        "measures": of("measures/train.jsonl", every, _all(FEW, c.PLACES)),
        "labels of descriptions": of("labels/train.jsonl", every, _all(FEW, c.PLACES)),
        "votes": of("votes/crowd/train.jsonl", every, _all(c.ANYTHING, i.OF_ROWS)),
        "a source's settings": of("votes/crowd/settings.json", stages, _all(FEW, c.PLACES)),
        "measured speakers": of("speaker/train.jsonl", every, _all(FEW, c.PLACES)),
        "settings of a data set": of("curate.toml", settings, _all(FEW, c.PLACES, _held("toml", i.TOML))),
        "answers of reviewers": of(
            "review/answers.csv", ("curate review {x} --score {f}",), _all(c.ANYTHING, c.WORKBOOKS)
        ),
        "sample of a review": of(
            "review/sample.jsonl", ("curate review {x} --score {x}/review/sheet.csv",), _all(FEW, c.PLACES)
        ),
        "human labels": Role("human.csv", judged, _all(FEW, c.PLACES), ("curated", "said.csv"), said=""),
        "texts": Role("said.csv", spoken, _all(FEW, c.PLACES), ("human.csv", "classifier"), said=""),
        "names": Role(
            "names.txt", ("curate delete {w}/curated --names {f} --dry-run",), _all(FEW, c.PLACES), ("curated",)
        ),
        "classifier": Role(
            "classifier/settings.json", (vote,), _all(c.ANYTHING), ("classifier", "said.csv"), "classifier", ""
        ),
        "weights of a classifier": Role(
            "classifier/weights.npz",
            (vote,),
            _all(FEW, c.PLACES, c.pickles()),
            ("classifier", "said.csv"),
            "classifier",
            "",
        ),
        "given descriptions": Role("given.jsonl", given, _all(c.ANYTHING, i.OF_ROWS), said=""),
        "further votes": Role(
            "further.csv",
            ("curate filter {w}/curated --vote-files {f}",),
            _all(c.ANYTHING, c.WORKBOOKS),
            ("curated",),
            said="",
        ),
        "labels for prompts": Role("shown.csv", (labelled,), _all(FEW, c.PLACES), ("clips",), said=""),
        "candidates": Role("candidates/one.jsonl", (prior,), _all(FEW, c.PLACES, i.OF_ROWS), candidates, said=""),
        "truth of candidates": Role(
            "open.csv",
            (prior.replace("{w}/openset.csv", "{f}"),),
            _all(FEW, c.PLACES, i.OF_LABELS),
            candidates,
            said="",
        ),
        "prompt for merging": Role("merge.txt", (merging,), _all(FEW, c.PLACES, i.PROMPTS), ("clips",), said=""),
    }


def roles() -> dict[str, Role]:
    """Every role by name."""
    return _of_predictions() | _of_the_benchmark() | _of_runs() | _of_affectgpt() | _of_speakers() | _of_curation()
