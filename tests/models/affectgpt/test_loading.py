"""The frozen models: what does not fit is said at once, with the option to change."""

import json
import shutil

import pytest
import torch
import transformers

from merunibench.errors import InputError
from merunibench.models.affectgpt.loading import choose_devices, choose_precision
from merunibench.models.affectgpt.model import AffectGPT
from merunibench.models.affectgpt.prompt import QWEN_VOCABULARY, prompt_tokenizer
from tests.models.affectgpt.tiny import make_tokenizer


@pytest.fixture
def copied(tiny, tmp_path):
    """A frozen model's folder, to be changed."""

    def make(part):
        folder = tmp_path / part
        shutil.copytree(getattr(tiny, part), folder)
        return folder

    return make


def set_config(folder, name="config.json", **changes):
    path = folder / name
    values = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(values | changes))
    return str(folder)


def refused(checkpoint, options, message, **extra):
    with pytest.raises(InputError, match=message):
        AffectGPT.from_pretrained(str(checkpoint), options(**extra))


def test_a_model_that_is_not_there(checkpoint, options, tmp_path):
    refused(checkpoint, options, "--llm .*nowhere: cannot be loaded: .*hf download", llm=str(tmp_path / "nowhere"))


def test_another_width_of_the_language_model(checkpoint, options, tmp_path, tiny):
    llm = transformers.Qwen2ForCausalLM(
        transformers.Qwen2Config(
            vocab_size=300,
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=1,
        )
    )
    llm.save_pretrained(tmp_path / "llm")
    make_tokenizer().save_pretrained(tmp_path / "llm")
    message = r"--llm .*: does not fit this checkpoint: width 16, expected width 32"
    refused(checkpoint, options, message, llm=str(tmp_path / "llm"))


def test_another_preprocessing_than_the_one_written_out_here(checkpoint, options, copied):
    visual = set_config(copied("visual"), "preprocessor_config.json", image_mean=[0.5, 0.5, 0.5])
    refused(checkpoint, options, "--visual .*image_mean .* in its preprocessor_config.json", visual=visual)
    acoustic = set_config(copied("acoustic"), "preprocessor_config.json", do_normalize=False)
    refused(checkpoint, options, "--acoustic .*do_normalize False in its preprocessor_config.json", acoustic=acoustic)


def test_an_acoustic_encoder_of_another_kind(checkpoint, options, copied):
    acoustic = set_config(copied("acoustic"), do_stable_layer_norm=False)
    refused(checkpoint, options, "--acoustic .*do_stable_layer_norm False, expected True", acoustic=acoustic)


def test_a_frozen_model_with_a_part_at_random_is_refused(checkpoint, options, copied):
    from safetensors.torch import load_file, save_file

    folder = copied("visual")
    tensors = load_file(folder / "model.safetensors")
    del tensors["visual_projection.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    refused(checkpoint, options, r"it lacks visual_projection\.weight", visual=str(folder))


def test_a_file_that_lacks_what_training_alone_uses_will_do(checkpoint, options, copied):
    from safetensors.torch import load_file, save_file

    folder = copied("acoustic")
    tensors = load_file(folder / "model.safetensors")
    del tensors["masked_spec_embed"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    AffectGPT.from_pretrained(str(checkpoint), options(acoustic=str(folder)))


def test_weight_norm_by_its_former_names(checkpoint, options, copied, tiny, samples):
    """Chinese HuBERT-large is stored as a pickle of tensors with the names that torch's weight norm had."""
    from safetensors.torch import load_file

    folder = copied("acoustic")
    tensors = load_file(folder / "model.safetensors")
    prefix = "encoder.pos_conv_embed.conv."
    for old, new in (("weight_g", "original0"), ("weight_v", "original1")):
        tensors[prefix + old] = tensors.pop(f"{prefix}parametrizations.weight.{new}")
    (folder / "model.safetensors").unlink()
    torch.save(tensors, folder / "pytorch_model.bin")
    states = [
        AffectGPT.from_pretrained(str(checkpoint), options(acoustic=str(place))).network.acoustic_encoder(
            torch.linspace(-1, 1, 8 * 32000).reshape(1, 8, 32000)
        )
        for place in (folder, tiny.acoustic)
    ]
    assert torch.equal(*states)


def test_ids_are_checked_where_the_vocabulary_is_the_real_one():
    with pytest.raises(InputError, match=r"is not Qwen2\.5's: <\|endoftext\|> is 258, not 151643"):
        prompt_tokenizer(make_tokenizer(), QWEN_VOCABULARY)


def test_a_tokenizer_without_the_chat_tokens():
    plain = make_tokenizer()
    plain.backend_tokenizer.add_tokens([])
    other = transformers.PreTrainedTokenizerFast(
        tokenizer_object=transformers.PreTrainedTokenizerFast(
            tokenizer_object=plain.backend_tokenizer
        ).backend_tokenizer.from_str(plain.backend_tokenizer.to_str().replace("<|im_end|>", "<|other|>"))
    )
    with pytest.raises(InputError, match=r"no token <\|im_end\|>"):
        prompt_tokenizer(other, 300)


def test_precision():
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    assert choose_precision("auto", cpu) == choose_precision("float32", cuda)
    assert choose_precision("auto", cuda) == choose_precision("float16", cuda)
    half = choose_precision("bfloat16", cpu)
    assert (half.llm, half.autocast) == (torch.bfloat16, torch.bfloat16)
    with pytest.raises(InputError, match="precision 'int8'"):
        choose_precision("int8", cpu)


def test_devices(monkeypatch):
    assert choose_devices("cpu") == (torch.device("cpu"), None)
    for accelerator, expected in ((True, (torch.device("cuda"), "balanced")), (False, (torch.device("cpu"), None))):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=accelerator: there)
        assert choose_devices("balanced") == expected
    with pytest.raises(InputError, match="device 'warp:3' cannot be used here"):
        choose_devices("warp:3")
