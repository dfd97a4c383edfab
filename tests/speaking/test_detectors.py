"""Learned detectors: the released checkpoints' answers, and checkpoints that are none."""

import hashlib
import math
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from merunibench.errors import InputError, UnsafeFileError

torch = pytest.importorskip("torch")

from merunibench.speaking.detectors import talknet as t  # noqa: E402
from merunibench.speaking.detectors.learned import FAMILIES, LONGEST, Learned, sound_of  # noqa: E402
from merunibench.speaking.detectors.weights import load_detector  # noqa: E402

RELEASED = {
    "light_finetuning_TalkSet": "light-asd",
    "light_pretrain_AVA_CVPR": "light-asd",
    "lr_finetuning_TalkSet": "lr-asd",
    "lr_pretrain_AVA": "lr-asd",
}
VALUES = {"light-asd": (192, 1_026_146), "lr-asd": (168, 841_086)}


@pytest.mark.parametrize("file", RELEASED)
def test_the_released_checkpoints_answer_as_the_authors_code_does(file, shared):
    path = shared / "official" / "curate" / "weights" / f"{file}.model"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    speaker = Learned(RELEASED[file], path)
    weights = speaker._network.state_dict()
    assert (len(weights), sum(value.numel() for value in weights.values())) == VALUES[RELEASED[file]]
    with np.load(shared / "fixtures" / "curate" / "asd_fixture.npz") as fixture:
        found = speaker.logits(fixture["faces"], fixture["mfcc"])
        np.testing.assert_allclose(found, fixture[f"logits_{file}"], rtol=0, atol=1e-4)


def saved(path, family, change=lambda weights: weights):
    """A checkpoint of a detector that nobody trained."""
    torch.manual_seed(0)
    torch.save(change(FAMILIES[family].network().state_dict()), path)
    return path


@pytest.mark.parametrize("family", FAMILIES)
def test_a_checkpoint_of_each_family(family, tmp_path):
    speaker = Learned(family, saved(tmp_path / "a.model", family))
    rng = np.random.default_rng(0)
    faces, coefficients = rng.integers(0, 256, (9, 112, 112)).astype(np.uint8), rng.normal(size=(36, 13))
    found = speaker.logits(faces, coefficients)
    assert found.shape == (9, 2)
    assert np.isfinite(found).all()
    assert speaker.name.startswith(f"{family}:")
    assert len(speaker.name) == len(family) + 17


@pytest.mark.parametrize("family", FAMILIES)
def test_names_of_parallel_training(family, tmp_path):
    parallel = saved(tmp_path / "b.model", family, lambda w: {f"module.{key}": value for key, value in w.items()})
    assert load_detector(parallel, FAMILIES[family].network, "it")


def test_a_files_hash_is_its_name(tmp_path):
    path, copy = saved(tmp_path / "a", "light-asd"), tmp_path / "b"
    copy.write_bytes(path.read_bytes())
    one, other = Learned("light-asd", path), Learned("light-asd", copy)
    assert one.name == other.name == f"light-asd:{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
    changed = saved(tmp_path / "c", "light-asd", lambda w: {**w, "lossAV.FC.bias": torch.ones(2)})
    assert Learned("light-asd", changed).name != one.name


def without(key):
    return lambda weights: {name: value for name, value in weights.items() if name != key}


BROKEN = {
    "lacks": (without("lossAV.FC.bias"), r"lacks 1 of its 192 entries \(lossAV\.FC\.bias\)"),
    "more": (lambda w: {**w, "model.extra": torch.ones(1)}, r"has 1 unknown entries \(model\.extra\)"),
    "shape": (lambda w: {**w, "lossAV.FC.bias": torch.ones(3)}, r"lossAV\.FC\.bias is \(3,\) of torch\.float32"),
    "kind": (lambda w: {**w, "lossAV.FC.bias": torch.ones(2, dtype=torch.int64)}, r"is \(2,\) of torch\.int64"),
    "no tensor": (lambda w: {**w, "lossAV.FC.bias": [1.0, 2.0]}, "lossAV.FC.bias is not a tensor"),
    "sparse": (lambda w: {**w, "lossAV.FC.bias": torch.ones(2).to_sparse()}, "lossAV.FC.bias is not a tensor"),
    "no number": (lambda w: {**w, "lossAV.FC.bias": torch.tensor([1, math.nan])}, "values that are not finite"),
    "a list": (lambda w: list(w.values()), "contains no named tensors"),
    "a number": (lambda _: 3, "contains no named tensors"),
    "keys": (lambda _: {1: torch.ones(1)}, "contains no named tensors"),
    "wrapped": (lambda w: {"state_dict": w}, "lacks 192 of its 192 entries"),
    "nothing": (lambda _: OrderedDict(), "lacks 192 of its 192 entries"),
    "of LR-ASD": (lambda _: FAMILIES["lr-asd"].network().state_dict(), "not a Light-ASD checkpoint: lacks"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_other_weights_are_refused_by_name(kind, tmp_path):
    change, message = BROKEN[kind]
    path = saved(tmp_path / "bad.model", "light-asd", change)
    with pytest.raises(InputError, match=message) as refusal:
        Learned("light-asd", path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
def test_a_truncated_file(share, tmp_path):
    path = saved(tmp_path / "cut.model", "light-asd")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=r"cut\.model"):
        Learned("light-asd", path)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_a_pickle_that_would_run_something(tmp_path):
    harm = tmp_path / "harm"
    path = tmp_path / "bomb.model"
    torch.save({"lossAV.FC.bias": Bomb(harm)}, path)
    with pytest.raises(UnsafeFileError, match=r"bomb\.model"):
        Learned("light-asd", path)
    path.write_bytes(pickle.dumps(Bomb(harm)))
    with pytest.raises(InputError, match=r"bomb\.model"):
        Learned("light-asd", path)
    assert not harm.exists()


def test_a_file_that_is_too_large_is_not_opened(tmp_path):
    path = tmp_path / "large.model"
    with path.open("wb") as stream:
        stream.truncate((256 << 20) + 1)
    with pytest.raises(UnsafeFileError, match="are too large for a Light-ASD checkpoint"):
        Learned("light-asd", path)


def test_a_tensor_that_unpacks_to_far_more(tmp_path):
    """Eight bytes that say of themselves that they are a terabyte."""
    path = saved(tmp_path / "wide.model", "light-asd", lambda w: {**w, "lossAV.FC.bias": torch.ones(1).expand(1 << 38)})
    with pytest.raises(InputError, match=r"lossAV\.FC\.bias is"):
        Learned("light-asd", path)


def test_no_file(tmp_path):
    with pytest.raises(InputError, match="absent"):
        Learned("talknet", tmp_path / "absent")
    with pytest.raises(InputError):
        Learned("talknet", tmp_path)


def test_a_packed_archive(tmp_path):
    """A zip bomb: what it holds is not what it weighs."""
    path, whole = tmp_path / "packed.model", saved(tmp_path / "whole.model", "light-asd")
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("archive/data/more", bytes(300 << 20))
    with pytest.raises(InputError, match=r"packed\.model"):
        Learned("light-asd", path)


def test_sound_of_ticks():
    samples = np.random.default_rng(0).uniform(-1, 1, 40 * 640).astype(np.float32)
    whole = sound_of(samples, 0, 40)
    assert whole.shape == (160, 13)
    part = sound_of(samples, 10, 20)
    assert part.shape == (80, 13)
    # But for the first sample's emphasis and the last frame's end, a part has the coefficients of the whole.
    np.testing.assert_allclose(part[1:79], whole[41:119])
    assert sound_of(samples, 35, 20).shape == (80, 13)


def test_a_long_track_is_cut(tmp_path, monkeypatch):
    from merunibench.speaking.tracks import Track

    speaker = Learned("light-asd", saved(tmp_path / "a.model", "light-asd"))
    asked = []

    def logits(faces, coefficients):
        asked.append((len(faces), len(coefficients)))
        return np.stack([np.zeros(len(faces)), faces[:, 0, 0] - 100.0], axis=1)

    monkeypatch.setattr(speaker, "logits", logits)
    crops = np.zeros((LONGEST + 7, 112, 112), np.float32)
    crops[::2] = 200
    track = Track(3, np.zeros((len(crops), 6, 2)), len(crops), 1.0)
    found = speaker._speaking(track, crops, np.zeros(640 * 600, np.float32))
    assert asked == [(LONGEST, 4 * LONGEST), (7, 28)]
    assert found.tolist() == [k % 2 == 0 for k in range(LONGEST + 7)]


# TalkNet's weights could not be had; what its parts do is said here in other words.


def test_global_layer_norm():
    x = torch.randn(2, 5, 7)
    layer = t.GlobalLayerNorm(5)
    with torch.no_grad():
        layer.gamma.uniform_()
        layer.beta.uniform_()
    for item, found in zip(x.numpy(), layer(x).detach().numpy(), strict=True):
        flat = [value for row in item for value in row]
        mean = sum(flat) / 35
        variance = sum((value - mean) ** 2 for value in flat) / 35
        for channel in range(5):
            gamma, beta = (each[0, channel, 0].item() for each in (layer.gamma.detach(), layer.beta.detach()))
            expected = [gamma * (value - mean) / math.sqrt(variance + 1e-8) + beta for value in item[channel]]
            np.testing.assert_allclose(found[channel], expected, atol=1e-5)


def test_squeeze_and_excitation():
    layer, x = t.SqueezeExcitation(16), torch.randn(1, 16, 3, 4)
    first, _, second, _ = layer.fc
    means = x[0].mean(dim=(1, 2))
    hidden = torch.clamp(first.weight @ means + first.bias, min=0)
    weights = 1 / (1 + torch.exp(-(second.weight @ hidden + second.bias)))
    torch.testing.assert_close(layer(x)[0], x[0] * weights[:, None, None])


def test_attention_asks_with_one_sequence_and_answers_with_the_other():
    layer = t.AttentionLayer(16).eval()
    source, target = torch.randn(1, 6, 16), torch.randn(1, 6, 16)
    found = layer(source, target)[0]
    attention = layer.self_attn
    q, k, v = (
        each @ attention.in_proj_weight[16 * n : 16 * n + 16].T + attention.in_proj_bias[16 * n : 16 * n + 16]
        for n, each in enumerate((target[0], source[0], source[0]))
    )
    heads = []
    for head in range(8):
        part = slice(2 * head, 2 * head + 2)
        weights = torch.softmax(q[:, part] @ k[:, part].T / math.sqrt(2), dim=1)
        heads.append(weights @ v[:, part])
    asked = attention.out_proj(torch.cat(heads, dim=1))
    x = layer.norm1(source[0] + asked)
    expected = layer.norm2(x + layer.linear2(torch.relu(layer.linear1(x))))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_a_temporal_block_adds_to_what_it_is_given():
    block, x = t.TemporalBlock(8).eval(), torch.randn(1, 8, 11)
    with torch.no_grad():
        block.net[5].weight.zero_()
    torch.testing.assert_close(block(x), x)
    block = t.TemporalBlock(8).eval()
    y = torch.relu(x) / math.sqrt(1 + 1e-5)
    padded = torch.nn.functional.pad(y, (1, 1))
    y = sum(block.net[2].weight[:, 0, k][None, :, None] * padded[:, :, k : k + 11] for k in range(3))
    y = block.net[4](torch.where(y > 0, y, 0.25 * y))
    torch.testing.assert_close(block(x), x + torch.einsum("oc,bct->bot", block.net[5].weight[:, :, 0], y))


def test_shapes_of_talknets_encoders():
    network = t.TalkNet().eval().model
    with torch.no_grad():
        assert network.visualFrontend(torch.zeros(1, 6, 112, 112)).shape == (1, 6, 512)
        for ticks in (1, 5, 6, 25):
            assert network.audioEncoder(torch.zeros(1, 4 * ticks, 13)).shape == (1, ticks, 128)


def test_talknets_names_are_the_checkpoints():
    """As its authors' modules are called, e.g. in the listing of their checkpoint."""
    entries = t.TalkNet().state_dict()
    assert (len(entries), sum(entry.numel() for entry in entries.values())) == (487, 15_762_236)  # as theirs has
    assert {
        "model.visualFrontend.frontend3D.0.weight",
        "model.visualFrontend.resnet.layer1.conv1a.weight",
        "model.visualFrontend.resnet.layer4.outbnb.running_var",
        "model.visualTCN.net.4.net.4.gamma",
        "model.visualConv1D.net.3.bias",
        "model.audioEncoder.layer2.0.downsample.1.weight",
        "model.audioEncoder.layer4.2.se.fc.2.bias",
        "model.crossA2V.self_attn.in_proj_weight",
        "model.selfAV.linear1.weight",
        "lossAV.FC.weight",
        "lossA.FC.bias",
        "lossV.FC.bias",
    } <= entries.keys()
