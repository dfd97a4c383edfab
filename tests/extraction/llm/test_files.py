"""Files read by language models: every row once, the same bytes however often the run was interrupted."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from merunibench import evaluate
from merunibench.chat import LocalModel, Reply
from merunibench.data import open_predictions
from merunibench.errors import InputError
from merunibench.extraction import EXTRACTOR, Rules, extract
from merunibench.extraction.llm import ask_labels, ask_polarity, builtin_prompt, extract_with_models
from tests.fake_openai import fake_server, problem
from tests.scripted import Scripted
from tests.tiny_qwen2 import build_tiny_qwen2

SAMPLES = [
    {"name": "a", "text": "<think>sad?</think>He is happy."},
    {"name": "b", "text": "He is angry.", "own": 1},
    {"name": "c", "text": "never read", "labels": ["sad"]},
    {"name": "d", "status": "failed", "error": "no video"},
    {"name": "e", "text": "<think>never closed"},
    {"name": "f", "text": "He is tired.", "config": "of the model that watched"},
]
LABELS = f"openai(127.0.0.1/m,{builtin_prompt('labels').id})"
POLARITY = f"openai(127.0.0.1/m,{builtin_prompt('polarity').id})"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("merunibench.chat.pace.FIRST_DELAY", 0.01)


@pytest.fixture
def source(tmp_path):
    return open_predictions(written(tmp_path / "in" / "cmumosi.jsonl", SAMPLES))


def written(path, rows):
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def rows_of(path):
    return {row["name"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def read(request, number):
    """The last word of the text as a list; a polarity for a question about one."""
    question = request["messages"][-1]["content"]
    if "all in all" in question:
        return "positive" if "happy" in question else "negative"
    return f"[{question.split()[-1].rstrip('.')}]"


def model(server, **options):
    return f"openai:{server.url}#m"


def ask(source, out, server, **options):
    return extract_with_models(
        source, out, labels=ask_labels(model(server)), polarity=ask_polarity(model(server)), **options
    )


def test_rows_are_read_and_say_by_what(source, tmp_path):
    with fake_server(read) as server:
        done = ask(source, tmp_path / "out", server)
    rows = rows_of(tmp_path / "out" / "cmumosi.jsonl")
    assert [row.get("labels") for row in rows.values()] == [["happy"], ["angry"], ["sad"], None, [], ["tired"]]
    assert [row.get("labels_from") for row in rows.values()] == [LABELS, LABELS, None, None, LABELS, LABELS]
    polarities = ["positive", "negative", "negative", None, "neutral", "negative"]
    assert [row.get("polarity") for row in rows.values()] == polarities
    assert [row.get("polarity_from") for row in rows.values()] == [POLARITY] * 3 + [None] + [POLARITY] * 2
    assert rows["a"]["labels_output"] == "[happy]"
    assert rows["a"]["text"] == SAMPLES[0]["text"]
    assert rows["b"]["own"] == 1
    assert rows["d"] == SAMPLES[3]
    assert rows["f"]["config"] == "of the model that watched"
    assert (done.labels, done.polarities, done.traces, done.failed) == (4, 5, 2, 0)
    assert len(server.requests) == 7  # nothing is asked about nothing
    assert not any("think" in request["messages"][-1]["content"] for request in server.requests)
    assert sorted(path.name for path in (tmp_path / "out").glob("[!.]*")) == ["cmumosi.jsonl", "cmumosi.settings.json"]


def test_the_signature_says_by_what(tmp_path):
    source = open_predictions(written(tmp_path / "in" / "cmumosi.jsonl", SAMPLES[:3]))
    with fake_server(read) as server:
        ask(source, tmp_path / "out", server)
    report = evaluate(tmp_path / "out", {"cmumosi": {"a": 1.0, "b": -1.0, "c": -1.0}}, bootstrap=0)
    assert report["cmumosi"].score == 1
    assert f"|labels:given+{LABELS}|polarity:{POLARITY}|" in str(report["cmumosi"].signature)


def test_a_second_start_asks_nothing_and_changes_nothing(source, tmp_path):
    with fake_server(read) as server:
        ask(source, tmp_path / "out", server)
        before = (tmp_path / "out" / "cmumosi.jsonl").read_bytes()
        asked = len(server.requests)
        done = ask(source, tmp_path / "out", server)
    assert len(server.requests) == asked
    assert (tmp_path / "out" / "cmumosi.jsonl").read_bytes() == before
    assert (done.labels, done.polarities, done.traces) == (4, 5, 2)


def test_a_changed_text_is_read_again(source, tmp_path):
    with fake_server(read) as server:
        ask(source, tmp_path / "out", server)
        del server.requests[:]
        changed = [{**row, "text": "He is moved."} if row["name"] == "b" else row for row in SAMPLES]
        ask(open_predictions(written(tmp_path / "new" / "cmumosi.jsonl", changed)), tmp_path / "out", server)
    assert len(server.requests) == 2
    assert rows_of(tmp_path / "out" / "cmumosi.jsonl")["b"]["labels"] == ["moved"]


def test_what_cannot_be_answered_is_a_failed_row_and_never_the_rules(source, tmp_path):
    broken = True

    def behave(request, number):
        question = request["messages"][-1]["content"]
        if broken and "He is angry." in question:
            return problem(400, "no")
        if broken and "tired" in question and "all in all" in question:
            return "who knows"
        return read(request, number)

    with fake_server(behave) as server:
        done = ask(source, tmp_path / "out", server)
        rows = rows_of(tmp_path / "out" / "cmumosi.jsonl")
        assert (rows["b"]["status"], rows["b"]["error"]) == ("failed", "labels: HTTP 400: no")
        assert not {"labels", "labels_from", "polarity"} & rows["b"].keys()
        assert (rows["f"]["status"], rows["f"]["labels"]) == ("failed", ["tired"])
        assert rows["f"]["error"] == "polarity: names no polarity: 'who knows'"
        assert (done.labels, done.polarities, done.failed) == (3, 3, 2)
        report = evaluate(tmp_path / "out", {"cmumosi": dict.fromkeys("abcef", -1.0)}, missing="zero", bootstrap=0)
        assert "rules" not in str(report["cmumosi"].signature)
        broken, asked = False, len(server.requests)
        ask(source, tmp_path / "out", server)
        assert len(server.requests) == asked
        done = ask(source, tmp_path / "out", server, retry_failed=True)
        ask(source, tmp_path / "undisturbed", server)
    assert done.failed == 0
    again, undisturbed = (tmp_path / name / "cmumosi.jsonl" for name in ("out", "undisturbed"))
    assert again.read_bytes() == undisturbed.read_bytes()


def test_labels_of_others_that_cannot_be_read_again_are_gone(source, tmp_path):
    with fake_server(lambda *_: problem(400, "no")) as server:
        ask(source, tmp_path / "out", server, again=True)
    row = rows_of(tmp_path / "out" / "cmumosi.jsonl")["c"]
    assert row["status"] == "failed"
    assert "labels" not in row


def test_other_settings_are_refused(source, tmp_path):
    with fake_server(read) as server:
        ask(source, tmp_path / "out", server)
        with pytest.raises(InputError, match=r"labels\.name .* -> .*-parity"):
            extract_with_models(source, tmp_path / "out", labels=ask_labels(model(server), parity=True))
    with pytest.raises(InputError, match="can be resumed"):
        extract(source, tmp_path / "out")
    extract(source, tmp_path / "rules")
    with fake_server(read) as server, pytest.raises(InputError, match="already exists and cannot be resumed"):
        ask(source, tmp_path / "rules", server)


def test_rules_and_models_together(source, tmp_path):
    with fake_server(read) as server:
        extract_with_models(source, tmp_path / "1", labels=ask_labels(model(server)), polarity=Rules())
        extract_with_models(source, tmp_path / "2", labels=Rules(), polarity=ask_polarity(model(server)))
    rows = rows_of(tmp_path / "1" / "cmumosi.jsonl")
    assert (rows["a"]["labels_from"], rows["a"]["polarity_from"]) == (LABELS, EXTRACTOR)
    rows = rows_of(tmp_path / "2" / "cmumosi.jsonl")
    assert (rows["a"]["labels_from"], rows["a"]["polarity_from"]) == (EXTRACTOR, POLARITY)


def test_checkpoints_of_any_format(tmp_path):
    for checkpoint in ("epoch-1", "epoch-2"):
        folder = tmp_path / "in" / checkpoint
        folder.mkdir(parents=True)
        (folder / "meld.csv").write_text(f"name,text\na,{checkpoint} is sad\n", encoding="utf-8")
    with fake_server(read) as server:
        extract_with_models(open_predictions(tmp_path / "in"), tmp_path / "out", labels=ask_labels(model(server)))
    for checkpoint in ("epoch-1", "epoch-2"):
        assert rows_of(tmp_path / "out" / checkpoint / "meld.jsonl")["a"]["labels"] == ["sad"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return build_tiny_qwen2(tmp_path_factory.mktemp("models") / "tiny")


TEXTS = [{"name": f"s{i}", "text": "He is sad. " * (i % 3 + 1) + str(i)} for i in range(11)]


def local_run(tiny, source, out, *, batch_size=4, progress=None):
    model = LocalModel(str(tiny), batch_size=batch_size, max_tokens=8)
    extract_with_models(source, out, labels=ask_labels(model), polarity=ask_polarity(model), progress=progress)
    return (out / "meld.jsonl").read_bytes()


@pytest.mark.parametrize("end", [1, 6, 11, 12, 14])
def test_a_model_on_this_machine_interrupted_anywhere(tiny, tmp_path, end):
    source = open_predictions(written(tmp_path / "in" / "meld.jsonl", TEXTS))
    whole = local_run(tiny, source, tmp_path / "whole")
    steps = 0

    def interrupt(step, done, total):
        nonlocal steps
        steps += 1
        if steps == end:
            raise KeyboardInterrupt

    try:
        local_run(tiny, source, tmp_path / "out", progress=interrupt)
    except KeyboardInterrupt:
        assert not (tmp_path / "out" / "meld.jsonl").exists()
    assert steps <= end
    assert local_run(tiny, source, tmp_path / "out") == whole


def test_whole_groups_are_asked_again(tmp_path):
    source = open_predictions(written(tmp_path / "in" / "meld.jsonl", TEXTS))
    model = Scripted(lambda _: Reply("[sad]"))
    model.group = 4

    def interrupt(step, done, total):
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract_with_models(source, tmp_path / "out", labels=ask_labels(model), progress=interrupt)
    del model.asked[:]
    extract_with_models(source, tmp_path / "out", labels=ask_labels(model))
    assert [question[-1]["content"].split()[-1] for question in model.asked] == [str(i) for i in range(4, 11)]


def test_batches_read_as_single_answers(tiny, tmp_path):
    source = open_predictions(written(tmp_path / "in" / "meld.jsonl", TEXTS))
    assert local_run(tiny, source, tmp_path / "1", batch_size=1) == local_run(
        tiny, source, tmp_path / "5", batch_size=5
    )


def test_interrupted_by_hand_it_waits_for_nobody(tmp_path):
    path = written(tmp_path / "in" / "meld.jsonl", TEXTS)
    ended = threading.Event()

    def never(request, number):
        ended.wait(60)
        return "[sad]"

    with fake_server(never) as server:
        backend = f"openai:{server.url}#m"
        command = [sys.executable, "-m", "merunibench", "extract", path, tmp_path / "out", "--backend", backend]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not server.requests:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        _, said = process.communicate(timeout=50)
        ended.set()
    assert time.monotonic() - start < 20
    assert process.returncode != 0
    assert "Traceback" not in said


def test_killed_half_way_and_started_again(tmp_path):
    path = written(tmp_path / "in" / "meld.jsonl", [{"name": f"s{i}", "text": f"He is w{i}."} for i in range(40)])

    def slowly(request, number):
        time.sleep(0.02)
        return read(request, number)

    with fake_server(slowly) as server:

        def command(out):
            backend = f"openai:{server.url}#m"
            return [sys.executable, "-m", "merunibench", "extract", path, tmp_path / out, "--backend", backend]

        subprocess.run(command("whole"), check=True, capture_output=True)
        del server.requests[:]
        process = subprocess.Popen(command("out"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while len(server.requests) < 20:
            time.sleep(0.005)
        process.kill()
        process.communicate()
        assert not (tmp_path / "out" / "meld.jsonl").exists()
        kept = (tmp_path / "out" / "meld.jsonl.part").read_bytes().count(b"\n")
        second = {**os.environ, "MERUNIBENCH_API_KEY": "second"}
        subprocess.run(command("out"), check=True, capture_output=True, env=second)
        assert kept > 5
        assert server.keys.count("Bearer second") == 40 - kept
    assert (tmp_path / "out" / "meld.jsonl").read_bytes() == (tmp_path / "whole" / "meld.jsonl").read_bytes()
