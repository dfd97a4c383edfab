"""Checkpoints: the released key names, strictness, the authors' configuration, conversion, files that are none."""

import json
import pickle

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from merunibench.errors import InputError, UnsafeFileError
from merunibench.models.affectgpt.checkpoint import is_ignored, read_checkpoint, released_name
from merunibench.models.affectgpt.configuration import AffectGPTConfig, QFormerConfig, apply_authors, config_from_shapes
from merunibench.models.affectgpt.conversion import convert_checkpoint
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.inspection import inspect_checkpoint
from merunibench.models.affectgpt.model import AffectGPT
from merunibench.models.affectgpt.network import with_lora
from merunibench.models.base import Generation
from tests.models.affectgpt.tiny import CONFIG, FRAME, LAYERS, make_checkpoint, sections, variant

QFORMERS = variant(
    visual_pooling="qformer",
    acoustic_pooling="qformer",
    pre_fusion="qformer",
    visual_tokens=4,
    acoustic_tokens=3,
    multi_tokens=5,
)
PUBLISHED = {
    "best": AffectGPTConfig(),
    "qformer": AffectGPTConfig(
        visual_pooling="qformer",
        acoustic_pooling="qformer",
        pre_fusion="qformer",
        visual_tokens=32,
        acoustic_tokens=8,
        multi_tokens=16,
    ),
}


@pytest.fixture(scope="module")
def released_keys(shared):
    return json.loads((shared / "fixtures" / "affectgpt_checkpoint_keys.json").read_text())


@pytest.fixture
def altered(checkpoint, tmp_path):
    def make(change, name="checkpoint_000031_loss_0.600.pth"):
        content = torch.load(checkpoint, weights_only=True)
        change(content)
        torch.save(content, tmp_path / name)
        return tmp_path / name

    return make


@pytest.mark.parametrize("family", PUBLISHED)
def test_the_published_networks_have_exactly_the_released_keys(released_keys, family):
    """The real sizes, on the meta device: 412 and 575 keys with their shapes."""
    import transformers

    config = PUBLISHED[family]
    with torch.device("meta"):
        fusion = AffectGPTFusion(config)
        qwen = transformers.Qwen2Config(
            vocab_size=152064,
            hidden_size=3584,
            intermediate_size=18944,
            num_hidden_layers=28,
            num_attention_heads=28,
            num_key_value_heads=4,
        )
        llm = with_lora(transformers.Qwen2ForCausalLM(qwen), config)
    names = {f"fusion.{name}": value for name, value in fusion.state_dict().items()}
    names |= {f"language_model.{name}": value for name, value in llm.state_dict().items() if ".lora_" in name}
    found = {released_name(name): list(value.shape) for name, value in names.items()}
    expected = {key: shape for key, shape in released_keys[family].items() if not is_ignored(key)}
    assert found == expected
    assert len(released_keys[family]) == {"best": 412, "qformer": 575}[family]


@pytest.mark.parametrize("family", PUBLISHED)
def test_the_configuration_is_inferred_from_the_released_keys(released_keys, family):
    assert config_from_shapes({key: tuple(shape) for key, shape in released_keys[family].items()}) == PUBLISHED[family]


def test_the_tiny_checkpoint_has_the_released_key_names(released_keys, tmp_path):
    for family, config in (("best", CONFIG), ("qformer", QFORMERS)):
        tiny = read_checkpoint(make_checkpoint(tmp_path / f"{family}.pth", config))
        expected = {
            key
            for key in released_keys[family]
            if not key.startswith("llama_model.") or int(key.split(".layers.")[1].split(".")[0]) < LAYERS
        }
        assert set(tiny.tensors) == expected


@pytest.mark.parametrize("config", [CONFIG, QFORMERS, variant(pre_fusion=None, image_pooling=None)])
def test_keys_and_shapes_say_what_the_configuration_says(tmp_path, config):
    silent = read_checkpoint(make_checkpoint(tmp_path / "silent.pth", config, mode=None))
    telling = read_checkpoint(make_checkpoint(tmp_path / "telling.pth", config, mode=FRAME))
    assert silent.configured_by == "inferred from its keys and shapes"
    assert telling.config.mode == FRAME
    for found in (silent.config, telling.config):
        for field in ("visual_pooling", "acoustic_pooling", "pre_fusion", "visual_tokens", "multi_tokens", "lora_rank"):
            assert getattr(found, field) == getattr(config, field), field
    if config is QFORMERS:
        assert silent.config.qformer == QFormerConfig(24, 12, 16, 2, 32, 8, 264)


NAMED = "llama_model.base_model.model.model.layers.1.mlp.down_proj.lora_B.default.weight"


@pytest.mark.parametrize("key", ["fc_att.bias", "video_attention_mlp.weight", NAMED])
def test_a_missing_key_is_refused_by_name(altered, options, key):
    path = altered(lambda content: content["model"].pop(key))
    with pytest.raises(InputError, match=f"missing: {key}"):
        AffectGPT.from_pretrained(str(path), options())
    assert f"missing: {key}" in inspect_checkpoint(read_checkpoint(path)).problem


@pytest.mark.parametrize(
    "key", ["surprise.weight", "llama_model.model.embed_tokens.weight", NAMED.replace(".1.", ".2.")]
)
def test_an_extra_key_is_refused_by_name(altered, options, key):
    path = altered(lambda content: content["model"].update({key: torch.zeros(3)}))
    with pytest.raises(InputError, match=f"unexpected: {key}"):
        AffectGPT.from_pretrained(str(path), options())


@pytest.mark.parametrize("key", ["fc_att.weight", "multi_video_embs.weight", NAMED])
def test_a_misshapen_key_is_refused_by_name(altered, options, key):
    def change(content):
        content["model"][key] = content["model"][key][:-1]

    with pytest.raises(InputError, match=rf"misshapen: {key} \(\d+×\d+, not \d+×\d+\)"):
        AffectGPT.from_pretrained(str(altered(change)), options())


def test_a_tensor_of_whole_numbers_is_misshapen(altered, options):
    def change(content):
        content["model"]["fc_att.bias"] = torch.zeros(2, dtype=torch.int64)

    with pytest.raises(InputError, match=r"misshapen: fc_att\.bias"):
        AffectGPT.from_pretrained(str(altered(change)), options())


def test_the_image_projection_may_be_left_out(altered, options):
    def change(content):
        del content["model"]["image_llama_proj.weight"], content["model"]["image_llama_proj.bias"]

    assert AffectGPT.from_pretrained(str(altered(change)), options()).network.fusion.image is None


def test_another_configuration_than_the_keys_is_refused(checkpoint, tmp_path, options):
    path = tmp_path / "mean.yaml"
    path.write_text(yaml.safe_dump(sections(variant(visual_pooling="mean"))))
    message = r"unexpected: video_attention_mlp\.bias, video_attention_mlp\.weight"
    with pytest.raises(InputError, match=message):
        AffectGPT.from_pretrained(str(checkpoint), options(config=str(path)))


def test_the_authors_yaml_decides(tmp_path, options):
    path = make_checkpoint(tmp_path / "a.pth", variant(visual_tokens=3, frames=5), mode=None)
    authors = tmp_path / "frame.yaml"
    authors.write_text(yaml.safe_dump(sections(variant(visual_tokens=3, frames=5), FRAME)))
    found = read_checkpoint(path, authors)
    assert (found.config.visual_tokens, found.config.frames, found.config.mode) == (3, 5, FRAME)
    assert found.configured_by == "by frame.yaml"


@pytest.mark.parametrize(
    ("part", "option", "value", "message"),
    [
        ("model", "visual_encoder", "EVA_CLIP_G", "model.visual_encoder is 'EVA_CLIP_G'; only CLIP_VIT_LARGE"),
        ("model", "llama_model", "Vicuna", "only Qwen25 is supported"),
        ("model", "video_fusion_type", "max", "visual_pooling: 'max' is not known"),
        ("model", "num_audio_query_token", 0, "acoustic_tokens: 0 is not a positive number"),
        ("model", "num_audio_query_token", True, "acoustic_tokens: True is not a positive number"),
        ("datasets", "mercaptionplus", {"face_or_frame": "faces"}, "face_or_frame 'faces' is not known"),
        ("datasets", "ovmerd", {"face_or_frame": FRAME}, "data sets have different values of face_or_frame"),
    ],
)
def test_values_of_the_authors_that_cannot_be_run(part, option, value, message):
    values = sections()
    values[part][option] = value
    with pytest.raises(InputError, match=rf"here: .*{message}"):
        apply_authors(CONFIG, values, "here")


@pytest.mark.parametrize("text", ["a: [", "- 1", "model: 3", "!!python/object/apply:os.system ['true']"])
def test_what_is_no_configuration(checkpoint, tmp_path, text):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(InputError, match=r"a\.yaml"):
        read_checkpoint(checkpoint, tmp_path / "a.yaml")


class _Program:
    def __reduce__(self):
        return (print, ("a program was run",))


def test_a_program_in_a_checkpoint_is_not_run(tmp_path, capsys):
    torch.save({"model": _Program()}, tmp_path / "a.pth")
    (tmp_path / "b.pth").write_bytes(pickle.dumps(_Program()))
    for name in ("a.pth", "b.pth"):
        with pytest.raises(InputError, match=name):
            read_checkpoint(tmp_path / name)
    with pytest.raises(UnsafeFileError, match="none of its code was run"):
        read_checkpoint(tmp_path / "a.pth")
    assert "program was run" not in capsys.readouterr().out


def test_files_that_are_no_checkpoint(tmp_path, checkpoint):
    (tmp_path / "empty.pth").write_bytes(b"")
    (tmp_path / "cut.pth").write_bytes(checkpoint.read_bytes()[:5000])
    torch.save({"state_dict": {}}, tmp_path / "other.pth")
    torch.save({"model": {"a": 3}}, tmp_path / "numbers.pth")
    torch.save({"model": {"a": torch.zeros(2)}}, tmp_path / "foreign.pth")
    (tmp_path / "folder").mkdir()
    for name in ("empty.pth", "cut.pth", "other.pth", "numbers.pth", "foreign.pth", "absent.pth", "folder"):
        with pytest.raises(InputError, match=name):
            read_checkpoint(tmp_path / name)


def test_a_converted_checkpoint_answers_as_the_released_one(checkpoint, tmp_path, options, samples):
    released = read_checkpoint(checkpoint)
    out = convert_checkpoint(released, tmp_path / "hub" / "affectgpt-face")
    assert sorted(path.name for path in out.iterdir()) == ["README.md", "config.json", "model.safetensors"]
    tensors = load_file(out / "model.safetensors")
    assert len(tensors) == len(released.tensors)
    assert set(map(released_name, tensors)) == set(released.tensors)

    asked = options(Generation(max_new_tokens=8, temperature=0))
    first = AffectGPT.from_pretrained(str(checkpoint), asked)
    second = AffectGPT.from_pretrained(str(out), asked)
    answers = [model.answer([model.prepare(sample) for sample in samples]) for model in (first, second)]
    assert answers[0] == answers[1]
    assert second.name == "affectgpt-face"
    assert second.checkpoint.provenance == {
        "file": checkpoint.name,
        "sha256": released.sha256,
        "epoch": 30,
    }
    assert second.checkpoint.epoch == 30
    assert second.checkpoint.config == released.config


def test_conversion_overwrites_nothing_and_leaves_nothing_half_done(checkpoint, altered, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    convert_checkpoint(read_checkpoint(checkpoint), out)
    with pytest.raises(InputError, match="already exists"):
        convert_checkpoint(read_checkpoint(checkpoint), out)
    broken = read_checkpoint(altered(lambda content: content["model"].pop("fc_att.bias")))
    with pytest.raises(InputError, match=r"missing: fc_att\.bias"):
        convert_checkpoint(broken, tmp_path / "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint_000031_loss_0.600.pth", "out"]


def test_a_converted_folder_is_read_as_strictly(checkpoint, tmp_path, options):
    out = convert_checkpoint(read_checkpoint(checkpoint), tmp_path / "out")
    tensors = load_file(out / "model.safetensors")
    del tensors["fusion.multi.fusion.gate.bias"]
    save_file(tensors, out / "model.safetensors")
    with pytest.raises(InputError, match=r"missing: fusion\.multi\.fusion\.gate\.bias"):
        AffectGPT.from_pretrained(str(out), options())
    (out / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"model\.safetensors: cannot be read"):
        read_checkpoint(out)
    for text in ("[]", "{", '{"model_type": "bert"}', '{"model_type": "affectgpt", "colour": 1}'):
        (out / "config.json").write_text(text)
        with pytest.raises(InputError, match=r"config\.json"):
            read_checkpoint(out)


def test_inspection(checkpoint):
    found = inspect_checkpoint(read_checkpoint(checkpoint))
    assert found.problem == ""
    assert found.facts["epoch"] == 30
    assert found.facts["LoRA"] == {"rank": 4, "alpha": 32, "layers": LAYERS}
    assert found.facts["also in the file"] == ["optimizer", "scaler"]
    assert json.loads(found.to_json())["problem"] is None
    assert "pre-fusion" in found.to_text()


def test_what_is_no_checkpoint_is_said(tmp_path):
    (tmp_path / "checkpoint.pth").write_text("<html>404</html>")
    with pytest.raises(InputError, match="not a checkpoint"):
        read_checkpoint(tmp_path / "checkpoint.pth")
    with pytest.raises(InputError, match="contains no checkpoint"):
        read_checkpoint(tmp_path)
