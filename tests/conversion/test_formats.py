"""Files of other tools give the answers that they hold: the same score as the same texts in JSON Lines."""

import json
import re
from pathlib import Path

import pytest

import merunibench
from merunibench.conversion import FORMATS, detect
from merunibench.data.foreign import Source, convert_foreign
from merunibench.errors import InputError
from tests.conversion import results

NAMES = [f"sample_{number:08}" for number in range(6)]
TEXTS = [
    "happy, calm",
    "<think>She is angry.</think><answer>sad</answer>",
    'She looks "worried", and\ttired.',
    None,
    "愤怒",
    "surprised",
]
TRUTH = dict(zip(NAMES, ["happy", "sad", "worried", "calm", "angry", "bored"], strict=True))
CASES = [(name, writer) for name, writers in results.WRITERS.items() for writer in writers]


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def figures(path):
    report = merunibench.evaluate(path, {"mer2025ov": TRUTH}, datasets="mer2025ov", bootstrap=20, missing="zero")
    found = json.loads(report.to_json())["datasets"][0]
    return {key: found[key] for key in ("score", "ci", "signature", "failed", "evaluated")}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The figures of the same texts in the layout of the contract."""
    path = tmp_path_factory.mktemp("own") / "mer2025ov.jsonl"
    results.lines(
        path,
        [
            {"name": name, "text": text, "status": "ok"} if text is not None else {"name": name, "status": "failed"}
            for name, text in zip(NAMES, TEXTS, strict=True)
        ],
    )
    return figures(path)


def test_every_format_has_a_writer():
    assert {*results.WRITERS} == {*FORMATS}


@pytest.mark.parametrize(("name", "writer"), CASES, ids=[writer.__name__ for _, writer in CASES])
def test_converts_and_scores_as_the_same_texts(name, writer, own, tmp_path):
    # No ending tells anything: inspect_ai has written zip archives that were called .json.
    path = tmp_path / "result.json"
    writer(path, NAMES, TEXTS)
    listed = tmp_path / "names.csv"
    listed.write_text("name\n" + "\n".join(NAMES) + "\n")
    names = listed if name == "llama-factory" else None
    out = tmp_path / "out"
    (written,) = convert_foreign(Source(path, dataset="mer2025ov", names=names), out)
    assert written.path == out / "mer2025ov.jsonl"
    assert written.imported.format == name
    assert "6 rows" in written.summary
    assert f"1 without an answer have the status failed, the first is {NAMES[3]!r}" in written.summary
    got = {row["name"]: (row.get("text"), row["status"], row["imported_from"]) for row in rows(written.path)}
    assert got == {
        each: (text, "ok" if text is not None else "failed", name) for each, text in zip(NAMES, TEXTS, strict=True)
    }
    assert figures(written.path) == own
    before = written.path.read_bytes()
    convert_foreign(Source(path, dataset="mer2025ov", names=names, format=name), out)
    assert written.path.read_bytes() == before


@pytest.mark.parametrize(("name", "writer"), CASES, ids=[writer.__name__ for _, writer in CASES])
def test_the_wrong_format_is_refused(name, writer, tmp_path):
    path = tmp_path / "result"
    writer(path, NAMES, TEXTS)
    for other in FORMATS:
        if other != name:
            with pytest.raises(InputError, match=f"is not a file of format {other}: .*use --from {name}"):
                convert_foreign(Source(path, dataset="mer2025ov", format=other), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_key_sets_do_not_collide(tmp_path):
    for name, form in FORMATS.items():
        assert detect(form.keys).name == name


def test_the_shared_files(shared, tmp_path):
    folder = shared / "fixtures" / "interop" / "formats"
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".jsonl", ".json", ".tsv", ".parquet") and "leak" not in path.parts:
            names = tmp_path / "names.csv"
            names.write_text("name\nsample_00000000\n")
            source = Source(path, dataset="ovmerdplus", names=names if "llamafactory" in path.parts else None)
            (written,) = convert_foreign(source, tmp_path / str(len(found)))
            found.setdefault(written.imported.format, []).extend(
                (row["name"], row.get("text")) for row in rows(written.path)
            )
    assert {*found} == {*FORMATS} - {"inspect"}
    for name, answers in found.items():
        plain = [text for _, text in answers if text is not None]
        assert plain
        assert all("happy" in text for text in plain), name


def test_own_files_are_left_to_the_reader_of_the_contract(tmp_path):
    path = tmp_path / "mer2025ov.jsonl"
    results.lines(path, [{"name": "a", "text": "sad", "index": 1, "prediction": "x"}])
    assert convert_foreign(Source(path), tmp_path / "out") is None
    results.lines(path, [{"name": "a", "labels": ["sad"]}])
    assert convert_foreign(Source(path), tmp_path / "out") is None


def test_results_layout(tmp_path):
    for dataset, run, step in (("meld", "a", "checkpoint-2"), ("meld", "a", "checkpoint-10"), ("sims", "b", "x")):
        folder = tmp_path / f"results-{dataset}" / run
        folder.mkdir(parents=True, exist_ok=True)
        results.merbench(folder / f"{step}.jsonl", ["v"], [f"{step} sad"])
    with pytest.raises(InputError, match=r"contains several runs, name one \(--folder\): a, b"):
        convert_foreign(Source(tmp_path), tmp_path / "out")
    written = convert_foreign(Source(tmp_path, run="a"), tmp_path / "out")
    places = sorted(each.path.relative_to(tmp_path / "out").as_posix() for each in written)
    assert places == ["checkpoint-10/meld.jsonl", "checkpoint-2/meld.jsonl"]
    assert rows(tmp_path / "out" / "checkpoint-2" / "meld.jsonl")[0]["text"] == "checkpoint-2 sad"
    (alone,) = convert_foreign(Source(tmp_path / "results-sims" / "b" / "x.jsonl"), tmp_path / "one")
    assert alone.path == tmp_path / "one" / "sims.jsonl"


@pytest.mark.parametrize("suffix", ["", ".jsonl"])
def test_dotted_paths_read_what_nobody_thought_of(suffix, tmp_path):
    path = tmp_path / f"log{suffix}"
    results.lines(path, [{"meta": {"clip": 7}, "turns": [{"said": "happy"}, {"said": "sad"}], "labels": "happy"}])
    chosen = merunibench.data.Arrangement({"name": "meta.clip", "text": "turns.-1.said"}, r"(\d+)")
    (written,) = convert_foreign(Source(path, "meld", "fields", chosen), tmp_path / "out")
    assert rows(written.path) == [{"name": "7", "text": "sad", "status": "ok", "imported_from": "fields"}]


def test_names_in_order_of_running_numbers(tmp_path):
    path, listed = tmp_path / "result.tsv", tmp_path / "names.txt.csv"
    listed.write_text("name\n" + "\n".join(NAMES) + "\n")
    text = "index\tprediction\n" + "".join(f"{number}\tanswer {number}\n" for number in (3, 0, 2, 1, 5, 4))
    path.write_text(text)
    (written,) = convert_foreign(Source(path, dataset="meld", names=listed), tmp_path / "out")
    assert {row["name"]: row["text"] for row in rows(written.path)} == {
        name: f"answer {number}" for number, name in enumerate(NAMES)
    }


def test_documented():
    """The table of formats in docs/interop.md is what the registry holds, in its order."""
    text = (Path(__file__).parents[2] / "docs" / "interop.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| `[a-z][a-z0-9-]+` \|", line)]
    assert rows == [
        f"| `{form.name}` | {form.tool} | {form.files} | {quoted(sorted(form.keys))}"
        f"{' and no others' if form.alone else ''} | {quoted(form.references) or '–'} |"
        for form in FORMATS.values()
    ]


def quoted(keys):
    return ", ".join(f"`{key}`" for key in keys)
