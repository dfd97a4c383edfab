"""A trained model reads real sentences, on this machine and behind `transformers serve`; killed, it goes on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.smollm import smollm_folder

TEXTS = [
    "The woman's voice is trembling and her eyes are wet; she seems sad and lonely.",
    "<think>Proud?</think>He is very happy and proud of his son.",
    "The character's emotional state is surprised, curious.",
]
SHIM = "from merunibench.hub import ensure_torchvision\nensure_torchvision()\n"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def smollm(tmp_path_factory):
    return smollm_folder(tmp_path_factory)


@pytest.fixture(scope="module")
def served(smollm, tmp_path_factory):
    """URL#MODEL of the model behind `transformers serve`."""
    folder = tmp_path_factory.mktemp("serve")
    (folder / "sitecustomize.py").write_text(SHIM, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    paths = os.pathsep.join([str(folder), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths, "HF_HUB_OFFLINE": "1"}
    command = [Path(sys.executable).parent / "transformers", "serve", "--device", "cpu", "--host", "127.0.0.1"]
    with (folder / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen([*command, "--port", str(port)], env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", server, folder / "log")
        yield f"http://127.0.0.1:{port}/v1#{smollm}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(url, server, log):
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"transformers serve did not come up: {log.read_text(encoding='utf-8')[-2000:]}")


def start(backend, source, out):
    options = ["--polarity", "--max-tokens", "16", "--batch-size", "1", "--concurrency", "1"]
    command = [sys.executable, "-m", "merunibench", "extract", source, out, "--backend", backend, *options]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hf", "openai"])
def test_it_reads_is_killed_and_goes_on(kind, smollm, tmp_path, request):
    backend = f"hf:{smollm}" if kind == "hf" else f"openai:{request.getfixturevalue('served')}"
    source = tmp_path / "cmumosi.jsonl"
    rows = [{"name": f"s{index}", "text": text} for index, text in enumerate(TEXTS)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    finish(start(backend, source, tmp_path / "whole"))
    whole = (tmp_path / "whole" / "cmumosi.jsonl").read_bytes()

    part = tmp_path / "out" / "cmumosi.jsonl.part"
    process = start(backend, source, tmp_path / "out")
    while process.poll() is None and not (part.exists() and part.read_bytes().count(b"\n") >= 2):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert part.read_bytes().count(b"\n") < 2 * len(TEXTS)
    finish(start(backend, source, tmp_path / "out"))
    assert (tmp_path / "out" / "cmumosi.jsonl").read_bytes() == whole

    done = [json.loads(line) for line in whole.splitlines()]
    assert [row["name"] for row in done] == [row["name"] for row in rows]
    assert [row["status"] for row in done] == ["ok"] * len(TEXTS)
    assert all(row["labels_from"].startswith(f"{kind}(") for row in done)
    assert {"sad", "lonely"} <= set(done[0]["labels"])
    assert {"happy", "proud"} <= set(done[1]["labels"])
    assert (done[0]["polarity"], done[1]["polarity"]) == ("negative", "positive")
