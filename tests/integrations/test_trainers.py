"""The files for trainers, called as those trainers call them: they cannot be installed beside this package's extras."""

import importlib.util
import sys
from types import ModuleType

import pytest

from merunibench.integrations import INTEGRATIONS
from merunibench.rewards import wheel_f, wheel_recall
from tests.cli.conftest import run  # noqa: F401 - a fixture

REPLIES = ["<think>He smiles.</think><answer>happy, relieved</answer>", "<answer>angry</answer>", "I cannot tell.", ""]
TRUTHS = ["happy, relieved", "sad", "[happy]", "neutral"]
EXPECTED = wheel_f(REPLIES, openset=TRUTHS)


def load(name):
    """The file of an integration, loaded by its path, as a trainer does."""
    specification = importlib.util.spec_from_file_location(f"plugin_{name}", INTEGRATIONS[name].path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(params=["swift.rewards", "swift.plugin"])
def swift(request, monkeypatch):
    """ms-swift's class and table, where versions 4 and 3 have them."""

    class ORM:
        def __init__(self, args=None, **_):
            self.args = args

        def __call__(self, **kwargs):
            raise NotImplementedError

    package, module = ModuleType("swift"), ModuleType(request.param)
    module.ORM, module.orms = ORM, {"accuracy": ORM}
    monkeypatch.setitem(sys.modules, "swift", package)
    for name in ("swift.rewards", "swift.plugin"):
        monkeypatch.setitem(sys.modules, name, module if name == request.param else None)
    return module


def test_ms_swift_finds_classes_by_name_and_calls_them_with_columns(swift):
    load("ms-swift")
    assert set(swift.orms) > {"accuracy", "mer_wheel_f", "mer_format", "mer_consistency"}
    made = swift.orms["mer_wheel_f"](args=object())
    assert type(made).__name__ == "mer_wheel_f"
    assert isinstance(made, swift.ORM)
    assert made(REPLIES, solution=TRUTHS, trainer_state=object(), messages=[[]] * 4) == EXPECTED
    assert swift.orms["mer_wheel_recall"]()(REPLIES, solution=TRUTHS) == wheel_recall(REPLIES, openset=TRUTHS)
    assert swift.orms["mer_format"]()(REPLIES) == [1.0, 0.0, 0.0, 0.0]


def test_openrlhf_gives_prompt_and_answer_in_one_text():
    module = load("openrlhf")
    prompts = ["<|im_start|>user\nfeel? <answer>joy</answer><|im_end|>\n<|im_start|>assistant\n"] * 4
    queries = [f"{prompt}{reply}<|im_end|>" for prompt, reply in zip(prompts, REPLIES, strict=True)]
    found = module.reward_func(queries, prompts, TRUTHS)
    assert found["rewards"].tolist() == pytest.approx(EXPECTED, abs=1e-6)
    assert found["scores"].tolist() == pytest.approx(EXPECTED, abs=1e-6)
    assert found["extra_logs"]["labels"].tolist() == [2.0, 1.0, 0.0, 0.0]
    begun = module.reward_func([f"<s> {query}" for query in queries], prompts, TRUTHS)
    assert begun["rewards"].tolist() == found["rewards"].tolist()
    naming = "<think></think>feel? joy, happy\n"
    silent = module.reward_func([f"<s> {naming}</s>", f"<s> {naming}happy</s>"], [naming] * 2, ["happy"] * 2)
    assert silent["rewards"].tolist() == [0.0, 1.0], "what the prompt names is no answer"
    one = module.reward_func(queries[:1], prompts[:1], [None])
    assert one["rewards"].tolist() == [0.0]


def test_easyr1_gives_a_batch_of_mappings():
    module = load("easyr1")
    assert (module.REWARD_NAME, module.REWARD_TYPE) == ("merunibench", "batch")
    given = [
        {"response": reply, "response_length": len(reply), "ground_truth": truth}
        for reply, truth in zip(REPLIES, TRUTHS, strict=True)
    ]
    found = module.compute_score(given, format_weight=0.2)
    form = [1.0, 0.0, 0.0, 0.0]
    assert [each["format"] for each in found] == form
    assert [each["overall"] for each in found] == pytest.approx(
        [0.8 * value + 0.2 * right for value, right in zip(EXPECTED, form, strict=True)]
    )
    assert all(isinstance(value, float) for each in found for value in each.values())
    assert module.compute_score(given, format_weight=0, figure="recall")[0]["overall"] == 1.0
    assert module.compute_score([{"ground_truth": None}])[0]["overall"] == 0.0


def test_every_file_is_there_and_the_line_names_it(run):  # noqa: F811
    listed = run("integrations").out
    assert listed == run("integrations", "list").out
    for name, each in INTEGRATIONS.items():
        assert each.path.is_file()
        assert f"{name}: {each.about}\n  {each.path}\n  {each.line}\n" in listed
        assert run("integrations", "path", name).out == f"{each.path}\n"
    refused = run("integrations", "path", "ms-swft")
    assert (refused.code, refused.out) == (2, "")
    assert "'ms-swft' is not an integration" in refused.err
    assert "did you mean ms-swift?" in refused.err
