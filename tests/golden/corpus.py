"""The commands of the golden corpus. Options are spelled as they were when it was recorded; old spellings keep working.

`{out}` is the folder of a case's own files, which are kept as well; all else is in the folder that `world.py` writes.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """Commands that belong together, run one after another.

    Attributes:
        name: Its test's id and the name of its file in `expected/`.
        commands: What is given to `merunibench`, as in a shell.
        exact: Standard output is kept whole, not its figures alone.
        rounded: Of a figure on standard output twelve decimals are kept: the last bit of a strict chance level that is
            computed from a per-sample file depended on the order of a set, and so on PYTHONHASHSEED.
        ignored: Patterns of files that are not kept.
    """

    name: str
    commands: tuple[str, ...]
    exact: bool = False
    rounded: bool = False
    ignored: tuple[str, ...] = ()


def _one(name, command, **options):
    return Case(name, (command,), **options)


def _formats():
    alpha = "score models/alpha --data-root labels --bootstrap 200"
    for form in ("table", "json", "csv", "markdown", "latex"):
        yield _one(f"score-{form}", f"{alpha} --format {form}")
        yield _one(f"score-strict-{form}", f"{alpha} --protocol strict --format {form}")
        yield _one(f"score-file-{form}", f"{alpha} --format {form} --output {{out}}/report")
    for ending in ("json", "csv", "md", "tex", "html", "txt"):
        yield _one(f"score-ending-{ending}", f"{alpha} --dataset meld --output {{out}}/report.{ending}")
    yield _one("score-units-samples", f"{alpha} --units samples --format json")
    yield _one("score-runs", f"{alpha} --dataset meld --runs models/alpha --format json")
    full = "score full/one --data-root full-labels --bootstrap 100 --output {out}/report.json"
    yield Case("report-methods", (full, "report {out}/report.json", "report {out}/report.json --methods"))
    yield _one("score-full-table", "score full/one --data-root full-labels --bootstrap 100")
    yield _one("score-more-json", "score more/one --data-root more-labels --bootstrap 100 --format json")
    yield _one("score-full-latex", "score full/one --data-root full-labels --bootstrap 100 --format latex")
    yield _one("score-raw-text", "score models/raw --data-root labels --bootstrap 50 --format json")
    yield _one("score-raw-text-zero", "score models/raw --data-root labels --bootstrap 50 --format json --missing zero")
    yield _one("score-one-file", "score models/alpha/meld.jsonl --data-root labels --bootstrap 50 --format json")
    for name, command in (
        ("no-data-set", "score models/alpha --data-root labels --dataset moon"),
        ("no-model", "score models --data-root labels"),
        ("no-lexicon", "score models/alpha --data-root labels --lexicon nowhere"),
        ("no-folder", "score nowhere --data-root labels"),
        ("wrong-format", "score models/alpha --data-root labels --format png"),
        ("wrong-level", "score models/alpha --data-root labels --level 3"),
    ):
        yield _one(f"refused-{name}", command)


def _scores():
    alpha = "score models/alpha --data-root labels --bootstrap 200"
    for protocol in ("official", "strict"):
        scored = f"{alpha} --protocol {protocol} --format json"
        samples = "--per-sample {out}/samples.jsonl"
        for level in (1, 2):
            for lexicon in ("builtin", "variant.json", "release"):
                name = f"score-{protocol}-level{level}-{lexicon.removesuffix('.json')}"
                yield _one(name, f"{scored} --level {level} --lexicon {lexicon} {samples}")
        for units in ("", " --cluster"):
            for seed in (0, 7):
                yield _one(f"score-{protocol}-seed{seed}{units.strip()}", f"{scored} --seed {seed}{units}")
        yield _one(f"score-{protocol}-default-resamples", scored.replace(" --bootstrap 200", ""))
        yield _one(f"score-{protocol}-no-interval", scored.replace("200", "0") + f" {samples}")
        for dataset in ("mer2023", "meld", "iemocap", "mosi", "CH-SIMS", "ovmerd+", "mer2026ov"):
            yield _one(f"score-{protocol}-{dataset}", f"{scored} --dataset {dataset} {samples}")


def _selections():
    for protocol in ("official", "strict"):
        samples = "--per-sample {out}/samples.jsonl"
        for missing in ("error", "zero", "skip"):
            spoiled = f"score models/gamma --data-root labels --bootstrap 100 --protocol {protocol} --missing {missing}"
            yield _one(f"score-{protocol}-missing-{missing}", f"{spoiled} --format json {samples}")
            yield _one(f"score-{protocol}-missing-{missing}-cluster", f"{spoiled} --format csv --cluster")
        for rule in ("best-per-dataset", "best-overall", "last", "checkpoint_9", "checkpoint_99"):
            beta = f"score models/beta --data-root labels --bootstrap 100 --protocol {protocol} --checkpoint {rule}"
            yield _one(f"score-{protocol}-checkpoint-{rule}", f"{beta} --format json {samples}")
            yield _one(f"score-{protocol}-checkpoint-{rule}-markdown", f"{beta} --format markdown")
            uneven = f"score models --model uneven --data-root labels --bootstrap 50 --protocol {protocol}"
            yield _one(f"score-{protocol}-uneven-{rule}", f"{uneven} --checkpoint {rule} --format json")
            npz = f"score official/output --data-root official/dataset --bootstrap 50 --protocol {protocol}"
            yield _one(f"score-{protocol}-npz-{rule}", f"{npz} --checkpoint {rule} --format json {samples}")
        whole = f"score full/one --data-root full-labels --bootstrap 300 --protocol {protocol}"
        yield _one(f"score-{protocol}-full", f"{whole} --format json {samples}")
        yield _one(f"score-{protocol}-full-cluster", f"{whole} --cluster --format csv")


def _compare():
    pair = "compare models/alpha models/other --data-root labels --bootstrap 200"
    for protocol in ("official", "strict"):
        scored = f"{pair} --protocol {protocol}"
        yield _one(f"compare-{protocol}-table", scored)
        yield _one(f"compare-{protocol}-json", f"{scored} --format json")
        yield _one(f"compare-{protocol}-cluster", f"{scored} --format json --cluster --seed 3")
        yield _one(
            f"compare-{protocol}-level2", f"{scored} --format json --level 2 --dataset meld --dataset ovmerdplus"
        )
        files = " ".join(f"before/{protocol}-{model}.jsonl" for model in ("alpha", "other"))
        rounded = protocol == "strict"
        before = f"compare {files} --format json"
        yield _one(f"compare-{protocol}-before", f"{before} --bootstrap 300", rounded=rounded)
        yield _one(f"compare-{protocol}-before-cluster", f"{before} --bootstrap 100 --cluster", rounded=rounded)
        yield _one(f"compare-{protocol}-before-table", f"compare {files} --dataset meld --dataset mosi")
        mixed = f"compare before/{protocol}-alpha.jsonl tiny/other --data-root tiny-labels --protocol {protocol}"
        yield _one(f"compare-{protocol}-before-and-now", f"{mixed} --bootstrap 300 --format json", rounded=rounded)
        written = tuple(
            f"score models/{model} --data-root labels --protocol {protocol} --bootstrap 0 --missing zero "
            f"--output {{out}}/{model}.json --per-sample {{out}}/{model}.jsonl"
            for model in ("alpha", "gamma")
        )
        compared = "compare {out}/alpha.jsonl {out}/gamma.jsonl --format json --bootstrap 100"
        yield Case(f"compare-{protocol}-per-sample", (*written, compared), rounded=rounded, ignored=("jsonl",))
        beta = "compare models/beta models/beta --data-root labels --bootstrap 100 --format json"
        names = "--checkpoint checkpoint_9 --other-checkpoint checkpoint_10"
        yield _one(f"compare-{protocol}-checkpoints", f"{beta} --protocol {protocol} {names}")
        yield _one(f"compare-{protocol}-skip", f"{pair} --protocol {protocol} --missing skip --format json")
    yield _one("compare-full", "compare full/one full/two --data-root full-labels --bootstrap 200 --format json")
    yield _one(
        "compare-models", f"{pair} --output {{out}}/result.json".replace("alpha models/other", "alpha models/beta")
    )
    official, strict = ("before/official-alpha.jsonl", "before/strict-other.jsonl")
    yield _one("compare-refused-protocols", f"compare {official} {strict}")
    yield _one("compare-refused-option", f"compare {official} {official} --level 1")


def _errors():
    for protocol in ("official", "strict"):
        alpha = f"errors models/alpha --data-root labels --bootstrap 100 --protocol {protocol}"
        yield _one(f"errors-{protocol}-json", f"{alpha} --format json")
        yield _one(
            f"errors-{protocol}-html", f"{alpha} --format html --dataset meld --dataset sims --dataset ovmerdplus"
        )
        yield _one(f"errors-{protocol}-table", f"{alpha} --wheel 2 --limit 4")
        yield _one(f"errors-{protocol}-svg", f"{alpha} --wheel 3 --dataset mosi --dataset mer2024 --svg {{out}}/svg")
        yield _one(f"errors-{protocol}-level2", f"{alpha} --level 2 --seed 4 --format json --lexicon variant.json")
        for missing in ("zero", "skip"):
            gamma = alpha.replace("alpha", "gamma")
            yield _one(f"errors-{protocol}-missing-{missing}", f"{gamma} --missing {missing} --output {{out}}/e.json")
        npz = alpha.replace("models/alpha --data-root labels", "official/output --data-root official/dataset")
        yield _one(f"errors-{protocol}-npz", f"{npz} --checkpoint last --format json")


def _predictions():
    for model in ("alpha", "beta", "gamma"):
        yield _one(f"convert-{model}", f"convert models/{model} {{out}}/rows")
    yield _one("convert-npz", "convert official/output {out}/rows")
    yield _one("convert-file", "convert models/alpha/meld.jsonl {out}/rows --dataset meld")
    yield _one("extract", "extract models/raw {out}/rows")
    yield _one("extract-polarity", "extract models/raw {out}/rows --polarity")
    yield _one("extract-parity", "extract models/raw {out}/rows --parity")
    yield _one("extract-npz", "extract official/output {out}/rows --polarity --again --dataset mosi")
    yield Case(
        "extract-and-score",
        ("extract models/raw {out}/rows", "score {out}/rows --data-root labels --bootstrap 50 --format json"),
        ignored=("jsonl",),
    )


def _lexicons():
    for lexicon in ("builtin", "variant.json", "release"):
        name = lexicon.removesuffix(".json")
        yield _one(f"lexicon-show-{name}", f"lexicon show {lexicon} --words")
        yield _one(f"lexicon-show-{name}-level2", f"lexicon show {lexicon} --level 2 --wheel 3")
        yield _one(f"lexicon-audit-{name}", f"lexicon audit {lexicon} --format json")
        yield _one(f"lexicon-audit-{name}-usage", f"lexicon audit {lexicon} --vocabulary models/alpha --format json")
        yield _one(f"explain-{name}", f"explain --file words.txt --lexicon {lexicon} --format json")
        yield _one(
            f"explain-{name}-level2", f"explain happy 'not sad, Furious' --lexicon {lexicon} --level 2 --format json"
        )
    yield _one("lexicon-audit-table", "lexicon audit variant.json --vocabulary models/alpha --dataset meld --limit 5")
    yield _one("lexicon-audit-fail-on", "lexicon audit variant.json --fail-on own-word --format json")
    for other in ("variant.json", "release"):
        name = other.removesuffix(".json")
        yield _one(f"lexicon-diff-{name}", f"lexicon diff builtin {other} --format json")
        yield _one(
            f"lexicon-diff-{name}-usage", f"lexicon diff {other} builtin --vocabulary models/gamma --format json"
        )
    yield _one("lexicon-diff-table", "lexicon diff builtin variant.json --vocabulary models/alpha --level 2 --limit 9")
    scored = "score models/alpha --data-root labels --lexicon own --bootstrap 20 --format json"
    install = ("lexicon install own --from release", "lexicon list", scored)
    yield Case("lexicon-install", install)
    yield _one("explain-two", "explain happy sad worryed --lexicon builtin --lexicon variant.json")
    yield _one("explain-svg", "explain happy furious --wheel 4 --svg {out}/wheel.svg")


def _boards():
    packed = [
        f'submit {path} --model "{title}" --out {{out}}/subs/{key} --author "A. Author" --parameters 7B '
        f"--modality text --date 2025-01-10{more}"
        for path, title, key, more in (
            ("models/alpha", "Alpha <1>", "alpha", ""),
            ("models/beta", "Beta", "beta", ' --extractor "rules" --licence CC0-1.0'),
            ("models/gamma", "Gamma", "gamma", " --link https://example.org"),
            ("models/other", "Other", "other", " --dataset meld"),
        )
    ]
    yield Case("submit", (*packed, "submit models/raw --model Raw --out {out}/subs/raw"))
    where = "--submissions {out}/subs --processes 1"
    checks = [f"leaderboard check {{out}}/subs/{key} --data-root labels --format json" for key in ("alpha", "gamma")]
    page = (r"/static/", r"/subs/")
    small = f"leaderboard build {where} --data-root labels --no-cache --lexicon variant.json --lexicon release"
    verified = f"leaderboard verify {{out}}/board/results.json {where} --data-root labels"
    lexicons = "--lexicon variant.json --lexicon release"
    yield Case(
        "board-small",
        (*packed, *checks, f"{small} --out {{out}}/board", f"{verified} {lexicons}"),
        ignored=page,
    )
    npz = 'submit official/output --model "Affect" --out {out}/subs/affect'
    subtitled = "--data-root official/dataset --no-cache --out {out}/board"
    yield Case("board-subtitles", (npz, packed[0], f"leaderboard build {where} {subtitled}"), ignored=page)
    full = [f"submit full/{key} --model {key} --out {{out}}/subs/{key}" for key in ("one", "two", "three")]
    built = f"leaderboard build {where} --data-root full-labels --out {{out}}/board"
    again = built.replace(" --data-root full-labels", "").replace("{out}/board", "{out}/again")
    diff = "leaderboard diff {out}/board/results.json {out}/again/results.json --format json"
    stood = "--committed {out}/board/results.json"
    yield Case("board-full", (*full, built, f"{again} {stood}", diff), ignored=page)
    first = "leaderboard build --submissions {out}/subs/alpha --data-root labels --no-cache --out {out}/a"
    second = first.replace("/subs/alpha", "/subs").replace("{out}/a", "{out}/b") + " --lexicon variant.json"
    changed = "leaderboard diff {out}/a/results.json {out}/b/results.json"
    yield Case("board-diff", (packed[0], packed[3], first, second, changed, f"{changed} --format json"),
               ignored=(*page, r"/[ab]/"))  # fmt: skip


def _inference():
    options = "--model text-lexicon --modalities text"
    for dataset in ("meld", "cmumosi"):
        for name, clips in (("csv", f"clips/{dataset}.csv"), ("folder", f"clips/{dataset}-table")):
            infer = f"infer {options} --dataset {dataset} --clips {clips} --out {{out}}/rows"
            yield _one(f"infer-{dataset}-{name}", infer)
        for protocol in ("official", "strict"):
            run = f"run {options} --dataset {dataset} --clips clips/{dataset}.csv --data-root clips/labels"
            scored = f"{run} --out {{out}}/run --bootstrap 100 --protocol {protocol}"
            yield _one(f"run-{dataset}-{protocol}", scored)
    meld = f"infer {options} --dataset meld --clips clips/meld.csv --out {{out}}/rows"
    yield _one("infer-limit", f"{meld} --limit 7 --limit-seed 2")
    yield _one("infer-official", f"infer {options} --data-root official/dataset --dataset meld --out {{out}}/rows")
    yield Case("infer-merge", (f"{meld} --shard 1/2", f"{meld} --shard 2/2", "merge {out}/rows/text-lexicon-text"))
    run = f"run {options} --dataset meld --clips clips/meld.csv --data-root clips/labels --out {{out}}/run --level 2"
    yield Case("run-again", (f"{run} --bootstrap 20", "run --config {out}/run/run.toml"))


def _others():
    yield _one("datasets", "datasets")
    yield _one("version", "--version", exact=True)
    scores = [
        f"score {{out}}/demo/{model} --data-root {{out}}/demo/labels --bootstrap 100 --protocol {protocol} --format csv"
        for model in ("text-lexicon", "majority-class", "stuffing")
        for protocol in ("official", "strict")
    ]
    yield Case("demo", ("demo --out {out}/demo", *scores))


def _licensed():
    """On the released outputs and labels (`given/`), which belong to others: digests alone are kept of what is said."""
    nine = "score given/nine/output --data-root given/nine/dataset --bootstrap 200 --format json"
    pair = "compare given/nine/output given/nine/output --data-root given/nine/dataset --bootstrap 200 --format json"
    releases = {name: f"--lexicon given/emotion_wheel/{name}" for name in ("mer2025", "mer2026")} | {"builtin": ""}
    for protocol in ("official", "strict"):
        scored = f"{nine} --protocol {protocol} --per-sample {{out}}/samples.jsonl"
        for release, lexicon in releases.items():
            yield _one(f"{protocol}-{release}", f"{scored} {lexicon}")
        for rule in ("best-overall", "last", "checkpoint_000030_loss_0.602"):
            yield _one(f"{protocol}-{rule}", f"{scored} {releases['mer2025']} --checkpoint {rule}")
        yield _one(f"{protocol}-level2", f"{scored} {releases['mer2026']} --level 2")
        yield _one(f"{protocol}-cluster", f"{nine} --protocol {protocol} {releases['mer2025']} --cluster")
        compared = f"{pair} --protocol {protocol} --other-checkpoint last {releases['mer2025']}"
        yield _one(f"{protocol}-compare", compared)
        errors = "errors given/output --data-root given/dataset --bootstrap 200 --format json"
        yield _one(f"{protocol}-errors", f"{errors} --protocol {protocol} {releases['mer2026']}")
        three = "score given/output --data-root given/dataset --bootstrap 200 --format csv"
        yield _one(f"{protocol}-three", f"{three} --protocol {protocol} {releases['mer2025']}")
    yield _one("convert", "convert given/output {out}/rows")
    yield _one(
        "audit", "lexicon audit given/emotion_wheel/mer2026 --vocabulary given/output --dataset meld --format json"
    )
    yield _one("diff", "lexicon diff given/emotion_wheel/mer2025 given/emotion_wheel/mer2026 --format json")
    submit = "submit given/output --model AffectGPT --out {out}/subs/affectgpt"
    build = (
        "leaderboard build --submissions {out}/subs --data-root given/dataset --processes 1 --no-cache "
        f"--out {{out}}/board {releases['mer2025']}"
    )
    yield Case("board", (submit, build), ignored=(r"/subs/", r"/static/", r"\.html$"))


_PARTS = (_formats, _scores, _selections, _compare, _errors, _predictions, _lexicons, _boards, _inference, _others)
CASES = tuple(case for part in _PARTS for case in part())
LICENSED = tuple(_licensed())
