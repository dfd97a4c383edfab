"""A model trained by GRPO with the reward learns to answer what is true, and no more than that.

The model's vocabulary is emotion words, so that an untrained one answers lists of labels and the reward varies.
"""

from importlib.metadata import requires, version

import pytest
from packaging.requirements import Requirement

from merunibench.hub import ensure_torchvision
from merunibench.lexicon import load_lexicon
from merunibench.rewards import WheelReward, wheel_precision
from tests.oracle import reward as oracle

pytestmark = pytest.mark.filterwarnings("ignore")  # those of trl, torch and their like

WORDS = ["happy", "sad", "angry", "afraid", "surprised", "disgusted", "calm", "proud", "lonely", "anxious", "relieved"]
WORDS += ["qwertz"]
SPECIALS = ["<pad>", "<end>", "<unk>", "user", "assistant", "feel?"]
TRUTH = ["happy", "relieved"]
COMPLETIONS = 16


class Recorded(WheelReward):
    """The reward, and all replies that it saw."""

    def __init__(self):
        super().__init__(name="wheel_f")
        self.replies = []

    def rewards(self, replies, truths):
        self.replies.append(list(replies))
        return super().rewards(replies, truths)


def word_model():
    """A model of 30,000 weights whose tokens are words with a comma, and its tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    ensure_torchvision()
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    vocabulary = {word: code for code, word in enumerate([*SPECIALS, *(f"{word}, " for word in WORDS)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.WhitespaceSplit(), decoders.Fuse()
    # The words of the prompt are no part of an answer: they are left out where it is decoded.
    specials = {
        "pad_token": "<pad>",
        "eos_token": "<end>",
        "unk_token": "<unk>",
        "additional_special_tokens": SPECIALS[3:],
    }
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, clean_up_tokenization_spaces=False, **specials)
    fast.chat_template = (
        "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}"
        "{% if add_generation_prompt %}assistant{% endif %}"
    )
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    tokens = {"bos_token_id": None, "eos_token_id": 1, "pad_token_id": 0}
    config = Qwen2Config(
        vocab_size=len(vocabulary), num_key_value_heads=1, max_position_embeddings=128, **sizes, **tokens
    )
    return Qwen2ForCausalLM(config), fast


def train(folder, steps, *rewards):
    """What is logged at each of so many steps."""
    model, tokenizer = word_model()
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    prompts = [[{"role": "user", "content": "feel?"}]] * COMPLETIONS
    settings = GRPOConfig(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=COMPLETIONS,
        num_generations=COMPLETIONS,
        max_completion_length=6,
        learning_rate=2e-2,
        logging_steps=1,
        report_to=[],
        use_cpu=True,
        bf16=False,
        save_strategy="no",
        disable_tqdm=True,
        log_completions=False,
        gradient_checkpointing=False,
        seed=0,
    )
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=list(rewards),
        args=settings,
        train_dataset=Dataset.from_dict({"prompt": prompts, "openset": [TRUTH] * COMPLETIONS}),
        processing_class=tokenizer,
    )
    trainer.train()
    return [entry for entry in trainer.state.log_history if "rewards/wheel_f/mean" in entry]


def test_three_steps_log_the_reward_of_what_was_answered(tmp_path):
    reward, lexicon = Recorded(), load_lexicon("builtin")
    log = train(tmp_path, 3, reward, wheel_precision)
    assert len(log) == len(reward.replies) == 3
    for entry, replies in zip(log, reward.replies, strict=True):
        assert len(replies) == COMPLETIONS
        labels = [[word for word in reply.split(", ") if word] for reply in replies]
        said = [oracle.reward(list(dict.fromkeys(each)), TRUTH, lexicon) for each in labels]
        assert entry["rewards/wheel_f/mean"] == pytest.approx(sum(said) / COMPLETIONS, abs=1e-6)
        distinct = [set(each) for each in labels]
        assert entry["labels_per_sample"] == pytest.approx(sum(map(len, distinct)) / COMPLETIONS, abs=1e-6)
        unknown = sum("qwertz" in each for each in distinct) / sum(map(len, distinct))
        assert entry["unknown_share"] == pytest.approx(unknown, abs=1e-6)
    assert any(entry["unknown_share"] > 0 for entry in log)
    assert all(0 < entry["rewards/wheel_precision/mean"] < 1 for entry in log)


@pytest.mark.slow
def test_thirty_steps_teach_the_truth_and_not_more_words(tmp_path):
    log = train(tmp_path, 30, WheelReward())
    first, last = log[0], log[-1]
    assert first["rewards/wheel_f/mean"] < 0.4
    assert last["rewards/wheel_f/mean"] > 0.8
    assert last["unknown_share"] < first["unknown_share"]
    labels_of_an_answer = [entry["labels_per_sample"] / (1 - entry["empty_share"]) for entry in (first, last)]
    assert labels_of_an_answer[1] < labels_of_an_answer[0]


def test_trl_and_the_models_extra_are_installed_together():
    """Every requirement of both, in the versions that are installed under constraints.txt."""
    wanted = [Requirement(text) for text in requires("trl") if "extra ==" not in text]
    wanted += [
        requirement
        for requirement in map(Requirement, requires("merunibench"))
        if requirement.marker is None or requirement.marker.evaluate({"extra": "models"})
    ]
    assert len(wanted) > 20
    unmet = [str(each) for each in wanted if not each.specifier.contains(version(each.name), prereleases=True)]
    assert unmet == []
