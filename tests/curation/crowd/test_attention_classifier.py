"""Attention classifiers on features kept as files; encoders of transformers, tiny and random."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from merunibench.curation.crowd.classifiers.attention import AttentionNetwork, AttentionOptions, train_attention
from merunibench.curation.crowd.classifiers.features import read_features
from merunibench.curation.crowd.classifiers.labelled import Labelled
from merunibench.curation.crowd.classifiers.saved import load_attention, save_attention
from merunibench.errors import InputError
from merunibench.hub import load_transformers

OPTIONS = AttentionOptions(hidden=16, dropout=0.1, rate=1e-2, epochs=25, folds=3)


@pytest.fixture
def labelled(tmp_path):
    return Labelled(
        names=tuple(f"c{number}" for number in range(60)),
        labels=tuple("sad happy angry".split()[number % 3] for number in range(60)),  # noqa: SIM905
        groups=tuple(f"g{number // 4}" for number in range(60)),
        task="emotion",
        valence=tuple(float(number % 3 - 1) for number in range(60)),
        texts=None,
        path=tmp_path / "human.csv",
    )


@pytest.fixture
def features(labelled):
    """Faces tell everything, the voice nothing."""
    rng = np.random.default_rng(0)
    face = np.eye(3, 8, dtype=np.float32)[[number % 3 for number in range(60)]] + rng.normal(0, 0.1, (60, 8))
    return {"clip": face.astype(np.float32), "hubert": rng.normal(size=(60, 5)).astype(np.float32)}


def test_the_network_is_merbenchs():
    """Against the form written out step by step."""
    torch.manual_seed(0)
    network = AttentionNetwork([4, 3], 5, 6, 0.5).eval()
    inputs = [torch.randn(2, 4), torch.randn(2, 3)]

    def mlp(layers, values):
        for linear in (layers[1], layers[3], layers[5]):
            values = torch.relu(values @ linear.weight.T + linear.bias)
        return values

    states = [mlp(layers, values) for layers, values in zip(network.modalities, inputs, strict=True)]
    weights = network.weights(mlp(network.attention, torch.cat(states, dim=1)))
    fused = weights[:, :1] * states[0] + weights[:, 1:] * states[1]
    scores, valence = network(inputs)
    assert torch.allclose(scores, network.classes(fused), atol=1e-6)
    assert torch.allclose(valence, network.valence(fused)[:, 0], atol=1e-6)


def test_it_learns_repeats_itself_and_is_saved_whole(labelled, features, tmp_path):
    features["clip"][7] = np.nan
    classifier, judged = train_attention(labelled, features, OPTIONS)
    truth = np.array([labelled.classes.index(label) for label in labelled.labels])
    known = ~np.isnan(judged).any(axis=1)
    assert known.sum() == 59
    assert (judged[known].argmax(axis=1) == truth[known]).mean() > 0.8
    again, _ = train_attention(labelled, features, OPTIONS)
    assert classifier.to_bytes() == again.to_bytes()
    settings = save_attention(tmp_path / "net", classifier, labelled, judged, {"hidden": 16})
    assert settings["validation"]["not_judged"] == 1
    read = load_attention(tmp_path / "net")
    assert np.array_equal(read.probabilities(features), classifier.probabilities(features), equal_nan=True)
    assert np.allclose(np.nansum(read.probabilities(features), axis=1)[known], 1)


def test_damaged_networks_are_refused(labelled, features, tmp_path):
    classifier, judged = train_attention(labelled, features, OPTIONS)
    save_attention(tmp_path / "net", classifier, labelled, judged, {"hidden": 16})
    with pytest.raises(InputError, match="needs features of the encoder 'hubert'"):
        classifier.probabilities({"clip": features["clip"]})
    with pytest.raises(InputError, match="have 4 values; the classifier needs 8"):
        classifier.probabilities({**features, "clip": features["clip"][:, :4]})
    settings = tmp_path / "net" / "settings.json"
    content = json.loads(settings.read_text())
    settings.write_text(json.dumps({**content, "options": {**content["options"], "hidden": 17}}))
    with pytest.raises(InputError, match=r"weights\.safetensors: invalid weights"):
        load_attention(tmp_path / "net")
    settings.write_text(json.dumps({**content, "options": {"hidden": 10**12, "encoders": {"clip": 8}}}))
    with pytest.raises(InputError, match="are invalid; train the classifier again"):
        load_attention(tmp_path / "net")


def test_features_are_read_from_files_and_tables(tmp_path):
    (tmp_path / "clip").mkdir()
    np.save(tmp_path / "clip" / "a.npy", np.array([1.0, 2.0]))
    np.save(tmp_path / "clip" / "b.npy", np.array([[1.0, 2.0], [3.0, 4.0]]))
    pq.write_table(pa.table({"name": ["b", "a"], "features": [[1.0], [2.0]]}), tmp_path / "hubert.parquet")
    found = read_features(tmp_path, ["a", "b", "c"])
    assert found["clip"][:2].tolist() == [[1.0, 2.0], [2.0, 3.0]]
    assert np.isnan(found["clip"][2]).all()
    assert found["hubert"][:2].tolist() == [[2.0], [1.0]]
    for name in ("../a", "", ".."):
        with pytest.raises(InputError, match="cannot be the name"):
            read_features(tmp_path, [name])
    with pytest.raises(InputError, match="contains no features of 'wavlm', only of clip, hubert"):
        read_features(tmp_path, ["a"], ["wavlm"])
    with pytest.raises(InputError, match="no features of any of the 1 clips"):
        read_features(tmp_path, ["z"])


@pytest.mark.parametrize("wrong", [np.array(["x"]), np.array([np.nan]), np.zeros((2, 2, 2)), np.array([{}], object)])
def test_features_that_are_no_numbers_are_refused(tmp_path, wrong):
    (tmp_path / "clip").mkdir()
    np.save(tmp_path / "clip" / "a.npy", wrong)
    with pytest.raises(InputError, match=r"a\.npy"):
        read_features(tmp_path, ["a"])


def test_features_of_different_lengths_are_refused(tmp_path):
    (tmp_path / "clip").mkdir()
    for name, size in (("a", 2), ("b", 3)):
        np.save(tmp_path / "clip" / f"{name}.npy", np.zeros(size))
    with pytest.raises(InputError, match="'b' has 3 values, but 'a' has 2"):
        read_features(tmp_path, ["a", "b"])


def test_a_speech_encoder_sums_its_last_four_layers(tmp_path):
    transformers = load_transformers()
    from merunibench.curation.crowd.classifiers.encoders import extract_features, load_encoders
    from merunibench.models.base import Sample
    from tests.clips import make_wave

    torch.manual_seed(0)
    config = transformers.HubertConfig(
        hidden_size=16, num_hidden_layers=5, num_attention_heads=2, intermediate_size=16, conv_dim=(8,) * 7,
        num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    model = transformers.HubertModel(config).eval()
    model.save_pretrained(tmp_path / "hubert")
    extractor = transformers.Wav2Vec2FeatureExtractor()
    extractor.save_pretrained(tmp_path / "hubert")
    make_wave(tmp_path / "a.wav", seconds=1.0)
    samples = [Sample("a", None, tmp_path / "a.wav"), Sample("b", None, tmp_path / "absent.wav")]
    encoders = load_encoders(None, str(tmp_path / "hubert"), device="cpu", frames=4)
    (done,) = extract_features(samples, encoders, tmp_path / "features")
    assert (done.written, done.kept, [*done.failed]) == (1, 0, ["b"])
    found = read_features(tmp_path / "features", ["a"])["hubert"][0]
    from merunibench.media.sound import read_sound

    inputs = extractor(read_sound(tmp_path / "a.wav").samples, sampling_rate=16_000, return_tensors="pt")
    with torch.inference_mode():
        output = model(**inputs, output_hidden_states=True)
    layers = [*output.hidden_states[2:-1], output.last_hidden_state]
    assert np.allclose(found, sum(layers[-4:])[0].mean(dim=0).numpy(), atol=1e-4)
    (again,) = extract_features(samples, encoders, tmp_path / "features")
    assert (again.written, again.kept) == (0, 1)
    with torch.no_grad():
        next(model.parameters()).add_(1.0)
    model.save_pretrained(tmp_path / "hubert")
    others = load_encoders(None, str(tmp_path / "hubert"), device="cpu", frames=4)
    with pytest.raises(InputError, match="made with another 'identity'"):
        extract_features(samples, others, tmp_path / "features")


def test_a_visual_encoder_averages_frames(tmp_path):
    transformers = load_transformers()
    from merunibench.curation.crowd.classifiers.encoders import extract_features, load_encoders
    from merunibench.models.base import Sample
    from tests.clips import make_clip

    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.CLIPConfig(
        text_config=small, vision_config=small | {"image_size": 32, "patch_size": 16}, projection_dim=12
    )
    transformers.CLIPModel(config).save_pretrained(tmp_path / "clip")
    transformers.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(
        tmp_path / "clip"
    )
    make_clip(tmp_path / "a.mp4", seconds=1.0)
    encoders = load_encoders(str(tmp_path / "clip"), None, device="cpu", frames=3)
    (done,) = extract_features([Sample("a", tmp_path / "a.mp4")], encoders, tmp_path / "features")
    assert (done.written, done.failed) == (1, {})
    assert read_features(tmp_path / "features", ["a"])["clip"].shape == (1, 12)
    with pytest.raises(InputError, match="no encoder given"):
        load_encoders(None, None, device="cpu", frames=3)
