"""The adapters of examples/bridges with stand-ins that have the models' functions, and the manners of their code.

They print, take their time to load, and one of them crashes in the middle. What they are called with comes back as the
answer, so that a wrong argument is seen; their names and arguments are those of the published functions.
"""

import ast
import json
import shutil
from pathlib import Path

import pytest

from merunibench.errors import InputError
from merunibench.models import Generation, Sample
from merunibench.models.base import NoAnswerError
from tests.models.asking import PROMPT
from tests.models.bridge.asking import CHILD, answers, bridge, files

EXAMPLES = Path(__file__).parents[3] / "examples" / "bridges"
MM_INFER = """
import json, os, time
from types import SimpleNamespace
print("Loading checkpoint shards:  50%", end="\\r")

class Config:
    mm_audio_tower = "audio_tower.bin"
    def __init__(self, path):
        self.path = path
        if "VL" in path: self.mm_audio_tower = None

class Model:
    def __init__(self, path):
        self.config, self.model = Config(path), SimpleNamespace(audio_tower=1, vision_tower=1)

def reader(kind):
    def read(path, **how):
        print("reading", path)
        return [{kind: path, **how}] if LIST.get(kind) else {kind: path, **how}
    return read

def model_init(path, **others):
    time.sleep(0.3)
    print("loaded")
    return Model(path), {kind: reader(kind) for kind in ("video", "audio", "image")}, ["tokenizer", others]

def mm_infer(media, instruct, model, tokenizer, modal="video", **others):
    print("generating", end="")
    with open("MARK", "a") as mark:
        mark.write("x")
    if os.path.getsize("MARK") == 2:
        os._exit(139)
    towers = sorted(key for key, value in vars(model.model).items() if value)
    for name, value in others.items():
        if not isinstance(value, (str, int, float, type(None), dict)): others[name] = str(value)
    return json.dumps([media, instruct, tokenizer, modal, others, towers])
"""
TRANSFORMERS = '''
class BertTokenizer:
    def __init__(self, path): self.path = path
    def __str__(self): return "bert of " + self.path
    from_pretrained = classmethod(lambda kind, path: kind(path))

class AutoTokenizer:
    @staticmethod
    def from_pretrained(path, trust_remote_code):
        return "tokenizer"

class AutoModel:
    """`chat` of MiniCPM-o."""
    @classmethod
    def from_pretrained(cls, path, **others):
        print("loading", path, others)
        return cls()
    def eval(self): return self
    def to(self, device): self.device = device; return self
    def get_sys_prompt(self, mode, language): return {"role": "system", "content": [mode, language]}
    def chat(self, msgs=None, tokenizer=None, **others):
        import json
        return json.dumps([msgs, self.device, others])
'''
RUNTIME = """
import json
class EmotionLLaMARuntime:
    def __init__(self, cfg_path="", *, options=None, device=None):
        self.made = [cfg_path, device]
    def load(self):
        print("loading")
        return self
    def load_audio_encoder(self): self.made.append("ears")
    def analyze(self, video_path, prompt, *, temperature=0.2, max_new_tokens=500, top_p=0.9, seed=None):
        print(video_path)
        return json.dumps([self.made, video_path, prompt, temperature, max_new_tokens, top_p, seed])
"""
READERS = {
    "decord.py": '''
class VideoReader:
    """25 frames a second, 50 of them."""
    def __init__(self, path): self.path = path
    def get_avg_fps(self): return 25.0
    def __len__(self): return 50
    def __getitem__(self, number):
        return type("Frame", (), {"asnumpy": lambda frame: "frame %d" % number})()
''',
    "librosa.py": "def load(path, sr, mono): return [sr] * 24000, sr",
    "PIL/__init__.py": "",
    "PIL/Image.py": "def fromarray(array): return array",
    "torch.py": "bfloat16 = 'bf16'\ndef manual_seed(seed): pass",
}


@pytest.fixture
def place(tmp_path):
    """A folder with an adapter, the child's file and stand-ins for what the adapter imports."""

    def lay(name, modules):
        folder = tmp_path / "place"
        folder.mkdir()
        shutil.copy(CHILD, folder)
        for path, code in modules.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(code.replace("MARK", str(tmp_path / "mark")), encoding="utf-8")
        return shutil.copy(EXAMPLES / name, folder)

    return lay


def mm_package(name, *, lists):
    """A package with `model_init` and `mm_infer`; the readers of `lists` answer with a list."""
    return {
        f"{name}/__init__.py": f"LIST = {lists!r}\n{MM_INFER}",
        f"{name}/utils.py": "def disable_torch_init(): pass",
    }


QUESTION = PROMPT.replace("{subtitle}", "line 0")
GREEDY = {"max_new_tokens": 1024, "temperature": 0.0, "do_sample": False}


def test_humanomni(place, tmp_path):
    modules = mm_package("humanomni", lists={"audio": True}) | {"transformers.py": TRANSFORMERS}
    script = place("humanomni_bridge.py", modules)
    options = {"checkpoint": "/models/R1-Omni-0.5B/", "bert": "/models/bert", "audio_tower": "/models/whisper"}
    model = bridge(script, extra=options)
    assert model.settings["model"] == "R1-Omni-0.5B"
    first, second = files(tmp_path, 2)
    # The second question kills the program: it is asked again.
    told = [json.loads(text) for text in answers(model, [first, second])]
    path = str(first.video)
    seen, *others = told[0]
    assert seen == {"video": path}
    assert others == [
        QUESTION,
        ["tokenizer", {"config_kwargs": {"mm_audio_tower": "/models/whisper"}}],
        "video_audio",
        {"audio": {"audio": path}, "question": QUESTION, "bert_tokeni": "bert of /models/bert", **GREEDY},
        ["audio_tower", "vision_tower"],
    ]
    assert told[1][0] == {"video": str(second.video)}
    deaf = bridge(script, "video", extra=options, generation=Generation(temperature=0.5))
    _, _, _, modal, given, _ = json.loads(answers(deaf, [first])[0])
    assert (modal, given["audio"], given["do_sample"], given["top_p"]) == ("video", None, True, 0.9)
    blind = bridge(script, "audio", extra=options)
    assert json.loads(answers(blind, [first])[0])[::3] == [None, "audio"]


@pytest.mark.parametrize(
    ("modalities", "media", "modal", "towers"),
    [
        (("audio", "video", "text"), {"video": "clip", "va": True}, "video", ["audio_tower", "vision_tower"]),
        (("video", "text"), {"video": "clip"}, "video", ["vision_tower"]),
        (("audio", "text"), {"audio": "clip"}, "audio", ["audio_tower"]),
        (("text",), None, "text", []),
    ],
)
def test_videollama2(place, tmp_path, modalities, media, modal, towers):
    script = place("videollama2_bridge.py", mm_package("videollama2", lists={}))
    model = bridge(script, *modalities, extra={"checkpoint": "DAMO-NLP-SG/VideoLLaMA2.1-7B-AV"})
    (sample,) = files(tmp_path, 1)
    seen, _, _, how, given, kept = json.loads(answers(model, [sample])[0])
    assert json.loads(json.dumps(seen).replace(str(sample.video), "clip")) == media
    assert (how, given, kept) == (modal, GREEDY, towers)


def test_videollama2_that_does_not_hear(place, tmp_path):
    script = place("videollama2_bridge.py", mm_package("videollama2", lists={}))
    with pytest.raises(InputError, match="does not support audio"):
        bridge(script, "audio", "video", extra={"checkpoint": "VL/VideoLLaMA2-7B"})
    with pytest.raises(InputError, match="cannot load: give --model-option checkpoint=…"):
        bridge(script, "video")
    (sample,) = files(tmp_path, 1)
    other = Sample("a", sample.video, tmp_path / "clip0.wav", subtitle="")
    (tmp_path / "clip0.wav").write_bytes(b"sound")
    with pytest.raises(NoAnswerError, match="leave the sound file out"):
        answers(bridge(script, extra={"checkpoint": "AV"}), [other])


def test_emotion_llama(place, tmp_path):
    modules = {"minigpt4/__init__.py": "", "minigpt4/inference.py": RUNTIME}
    script = place("emotion_llama_bridge.py", modules)
    (sample,) = files(tmp_path, 1)
    model = bridge(script, generation=Generation(max_new_tokens=99))
    made, path, prompt, *drawn, seed = json.loads(answers(model, [sample])[0])
    assert (made, path, prompt) == (["eval_configs/demo.yaml", None, "ears"], str(sample.video), QUESTION)
    assert drawn == [0.2, 99, 0.9]
    assert seed == model.prepare(sample).payload["seed"]
    with pytest.raises(InputError, match="it always sees and hears"):
        bridge(script, "video", "text")
    with pytest.raises(InputError, match="no temperature of 0"):
        bridge(script, generation=Generation(temperature=0))


def test_minicpm_o(place, tmp_path):
    script = place("minicpm_o_bridge.py", {"transformers.py": TRANSFORMERS, **READERS})
    (sample,) = files(tmp_path, 1)
    both, device, others = json.loads(answers(bridge(script), [sample])[0])
    assert both[0] == {"role": "system", "content": ["omni", "en"]}
    content = both[1]["content"]
    assert [part if isinstance(part, str) else len(part) for part in content] == [
        "<unit>", "frame 0", 16000, "<unit>", "frame 25", 8000, QUESTION,
    ]  # fmt: skip
    assert (device, others["omni_input"], others["sampling"], others["max_new_tokens"]) == ("cuda", True, False, 1024)
    seen, _, others = json.loads(answers(bridge(script, "video"), [sample])[0])
    assert [message["content"][:-1] for message in seen] == [["frame 0", "frame 25"]]
    assert others["omni_input"] is False
    heard, *_ = json.loads(answers(bridge(script, "audio"), [sample])[0])
    assert [len(part) for part in heard[0]["content"][:-1]] == [24000]


def test_every_example_is_old_enough_and_says_that_it_was_never_run():
    examples = sorted(EXAMPLES.glob("*_bridge.py"))
    assert len(examples) == 4
    readme = (EXAMPLES / "README.md").read_text("utf-8")
    for path in examples:
        ast.parse(path.read_text("utf-8"), feature_version=(3, 8))
        assert "Never run with" in path.read_text("utf-8").partition("\n\n")[0].partition("\n")[0]
        assert f"`{path.name}`" in readme
