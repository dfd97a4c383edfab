"""Chat models through transformers: batches answer as single conversations do, and nothing of a model's own decides."""

import json
import subprocess
import sys

import pytest

from merunibench.chat import LocalModel, open_chat_model
from merunibench.chat.local import decoded
from merunibench.errors import InputError
from tests.tiny_qwen2 import build_tiny_qwen2

QUESTIONS = ["sad?", "He looks annoyed at first, but he is relieved.", "?", "x" * 60, "愤怒"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return build_tiny_qwen2(tmp_path_factory.mktemp("models") / "tiny")


def asked(*questions):
    return [[{"role": "user", "content": question}] for question in questions]


def test_batches_answer_as_single_conversations_do(tiny):
    single = LocalModel(str(tiny), batch_size=1, max_tokens=24).complete(asked(*QUESTIONS))
    batched = LocalModel(str(tiny), batch_size=3, max_tokens=24).complete(asked(*QUESTIONS))
    assert single == batched
    assert len(set(single)) > 1
    assert all(reply.error is None for reply in single)


def test_conversations_are_taken_batch_by_batch(tiny):
    taken = []

    def stream():
        for question in QUESTIONS:
            taken.append(question)
            yield asked(question)[0]

    replies = LocalModel(str(tiny), batch_size=2, max_tokens=4).replies(stream())
    assert next(replies)[0] == 0
    assert len(taken) == 2
    assert [index for index, _ in replies] == [1, 2, 3, 4]


def test_what_its_makers_sample_with_decides_nothing(tiny, tmp_path):
    plain = LocalModel(str(tiny), max_tokens=24).complete(asked(*QUESTIONS))
    for path in tiny.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "generation_config.json").write_text(
        json.dumps({"do_sample": True, "temperature": 1.5, "repetition_penalty": 2.0, "eos_token_id": 258})
    )
    assert LocalModel(str(tmp_path), max_tokens=24).complete(asked(*QUESTIONS)) == plain


def test_a_folder_is_known_by_its_content(tiny, tmp_path):
    moved = tmp_path / "elsewhere" / "tiny"
    moved.mkdir(parents=True)
    for path in tiny.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    here, there = LocalModel(str(tiny)), LocalModel(str(moved))
    assert here.settings == there.settings
    assert here.name == there.name == f"tiny@{here.settings['identity'].removeprefix('sha256:')[:12]}"
    (moved / "config.json").write_text((moved / "config.json").read_text() + "\n")
    assert LocalModel(str(moved)).name != here.name


def test_answers_say_whether_they_ran_into_the_longest_length(tiny):
    short, long = (LocalModel(str(tiny), batch_size=3, max_tokens=n).complete(asked(*QUESTIONS)) for n in (2, 24))
    assert {reply.finish_reason for reply in short} == {"length"}
    assert {reply.finish_reason for reply in long} <= {"length", "stop"}


class Letters:
    """A tokenizer of one token a character, but for tags; `*` ends an answer."""

    def decode(self, ids):
        return "".join(ids)

    def batch_decode(self, rows, *, skip_special_tokens=False):
        return ["".join(each for each in row if not (skip_special_tokens and each in self.special)) for row in rows]

    def __init__(self, *special):
        self.special = special


@pytest.mark.parametrize(
    ("prompt", "answer", "special", "text"),
    [
        (["?", "<think>", "\n"], [*"He may be"], (), "<think>He may be"),
        (["?", "[THINK]"], [*"He may be"], (), "[THINK]He may be"),
        (["?", "<think>"], [*"He", "</think>", *"sad"], (), "He</think>sad"),
        (["?", "<think>"], [*"He", "</think>", *"sad"], ("</think>",), "Hesad"),
        (["?", "<think>", "</think>"], [*"sad"], (), "sad"),
        (["?"], [*"sad"], (), "sad"),
        ([*"<think> of him"], [*"sad", "*"], ("*",), "sad"),
    ],
)
def test_a_trace_that_the_prompt_opens_is_open_in_the_answer(prompt, answer, special, text):
    assert decoded(Letters(*special), [prompt], [answer]) == [text]


def test_what_cannot_be_asked_fails_alone(tmp_path):
    short = build_tiny_qwen2(tmp_path / "short", longest=80)
    conversations = asked("a", "x" * 200, "b")
    conversations[2][0]["content"] = [{"type": "text", "text": "?"}]
    replies = LocalModel(str(short), max_tokens=4).complete(conversations)
    assert [reply.error and reply.error.split(",")[0].partition(" ")[2] for reply in replies] == [
        None,
        "tokens",
        "model accepts only text",
    ]


def test_a_template_that_refuses_fails_the_conversation(tmp_path):
    picky = build_tiny_qwen2(
        tmp_path / "picky",
        template="{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}x",
    )
    conversations = [*asked("a"), [{"role": "system", "content": "b"}]]
    replies = LocalModel(str(picky), max_tokens=4).complete(conversations)
    assert replies[0].error is None
    assert "no system" in replies[1].error


def test_too_little_memory_halves_the_batch(tiny, monkeypatch):
    model = LocalModel(str(tiny), batch_size=4, max_tokens=4)
    whole = model.complete(asked(*QUESTIONS))
    decode, sizes = model._decode, []

    def small(prompts):
        sizes.append(len(prompts))
        if len(prompts) > 1 or "x" * 60 in prompts[0]:
            raise MemoryError
        return decode(prompts)

    monkeypatch.setattr(model, "_decode", small)
    replies = model.complete(asked(*QUESTIONS))
    assert sizes == [4, 2, 1, 1, 2, 1, 1, 1]
    assert replies[3].error == "does not fit into memory"
    assert replies[:3] + replies[4:] == whole[:3] + whole[4:]


@pytest.mark.parametrize("content", [None, "{", "[]", '{"model_type": "no such"}'])
def test_what_is_no_model_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(InputError, match="cannot be loaded as a language model") as refusal:
        LocalModel(str(tmp_path))
    assert "\n" not in str(refusal.value)


def test_a_model_without_chat_template_is_refused(tmp_path):
    with pytest.raises(InputError, match="no chat template"):
        LocalModel(str(build_tiny_qwen2(tmp_path / "base", template=None)))


def test_a_precision_that_is_none_is_refused(tiny):
    with pytest.raises(InputError, match="dtype"):
        LocalModel(str(tiny), dtype="float8")


@pytest.mark.parametrize("device", ["cuda:99", "nowhere"])
def test_a_device_that_is_not_there_is_refused(tiny, device):
    with pytest.raises(InputError, match=f"device '{device}' cannot be used here"):
        LocalModel(str(tiny), device=device)


def test_only_safetensors_are_loaded(tiny, tmp_path):
    for path in tiny.iterdir():
        if path.suffix != ".safetensors":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"would be unpickled")
    with pytest.raises(InputError, match="safetensors"):
        LocalModel(str(tmp_path)).complete(asked("a"))


def test_folders_may_have_an_at_sign_in_their_names(tiny, tmp_path):
    folder = tmp_path / "tiny@2"
    folder.symlink_to(tiny)
    assert open_chat_model(f"hf:{folder}").name == LocalModel(str(tiny)).name
    with pytest.raises(InputError, match="no-such/model"):
        open_chat_model("hf:no-such/model@main")


def test_without_its_libraries_it_says_what_to_install():
    code = (
        "import sys; sys.modules['torch'] = sys.modules['openai'] = None\n"
        "from merunibench.chat import Endpoint, LocalModel\n"
        "for make in (LocalModel, Endpoint):\n"
        "    try: make('http://x/v1#m')\n"
        "    except ValueError as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "merunibench[models]" in said
    assert "merunibench[endpoint]" in said


def test_the_package_alone_loads_nothing():
    code = (
        "import sys, merunibench.chat, merunibench.journal; "
        "assert not {'torch', 'transformers', 'openai', 'filelock'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
