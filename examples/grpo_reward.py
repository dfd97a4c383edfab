"""Train a model with the wheel metric as its reward, by TRL's GRPO; on a CPU in half a minute.

python examples/grpo_reward.py [STEPS]        # pip install '.[models]' trl --constraint constraints.txt

The model is a toy whose tokens are emotion words, so that it answers label lists from the start. For a real one, give
`GRPOTrainer` its name and leave the tokenizer out; rewards and data set stay as they are.
"""

import sys
import tempfile

from merunibench.hub import ensure_torchvision
from merunibench.rewards import WheelReward

ensure_torchvision()  # before transformers and trl: they import torchvision, which not every build of torch can load

import torch  # noqa: E402
from datasets import Dataset  # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: E402
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM  # noqa: E402
from trl import GRPOConfig, GRPOTrainer  # noqa: E402

WORDS = ["happy", "sad", "angry", "afraid", "surprised", "disgusted", "calm", "proud", "lonely", "anxious", "relieved"]
SPECIALS = ["<pad>", "<end>", "<unk>", "user", "assistant", "feel?"]
SAMPLES = 16


def word_model():
    """A model of two small layers, and a tokenizer whose tokens are words with a comma."""
    vocabulary = {token: code for code, token in enumerate([*SPECIALS, *(f"{word}, " for word in WORDS)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.WhitespaceSplit(), decoders.Fuse()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<end>",
        unk_token="<unk>",
        additional_special_tokens=SPECIALS[3:],
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = (
        "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}"
        "{% if add_generation_prompt %}assistant{% endif %}"
    )
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=128,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=0,
    )
    return Qwen2ForCausalLM(config), fast


def main(steps):
    """Train, and print the mean reward and the number of labels as they change."""
    model, tokenizer = word_model()
    prompt = [{"role": "user", "content": "feel?"}]
    data = Dataset.from_dict({"prompt": [prompt] * SAMPLES, "openset": [["happy", "relieved"]] * SAMPLES})
    with tempfile.TemporaryDirectory() as scratch:
        settings = GRPOConfig(
            output_dir=scratch,
            max_steps=steps,
            per_device_train_batch_size=SAMPLES,
            num_generations=SAMPLES,
            max_completion_length=6,
            learning_rate=2e-2,
            logging_steps=1,
            report_to=[],
            use_cpu=True,
            bf16=False,
            save_strategy="no",
            disable_tqdm=True,
            gradient_checkpointing=False,
        )
        rewards = [WheelReward("f", penalty="p3")]
        trainer = GRPOTrainer(
            model=model, reward_funcs=rewards, args=settings, train_dataset=data, processing_class=tokenizer
        )
        trainer.train()
    for entry in trainer.state.log_history:
        if "rewards/wheel_f/mean" in entry:
            reward, labels = entry["rewards/wheel_f/mean"], entry["labels_per_sample"]
            print(f"step {entry['step']}: reward {reward:.2f}, {labels:.1f} labels per sample")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
