"""The fixture that the authors' classes computed, computed anew; and that the check itself notices what is wrong."""

import numpy as np
import pytest

from merunibench.errors import InputError
from merunibench.models.affectgpt.selfcheck import GROUPS, TOLERANCE, selfcheck

COMPARED = {
    "frame_index": 4,
    "audio_clip": 3,
    "audio_chain": 3,
    "face_resize": 2,
    "hubert": 2,
    "clip": 2,
    "attn1": 19,
    "attn3": 12,
    "mean2": 12,
    "qformer": 12,
    "splice": 3,
}


@pytest.fixture(scope="module")
def fixture(shared):
    return shared / "fixtures" / "affectgpt_fusion_fixture.npz"


@pytest.fixture(scope="module")
def arrays(fixture):
    with np.load(fixture) as archive:
        return dict(archive)


@pytest.fixture
def changed(arrays, tmp_path):
    def make(change):
        content = {key: array.copy() for key, array in arrays.items()}
        change(content)
        np.savez(tmp_path / "changed.npz", **content)
        return {result.name: result for result in selfcheck(tmp_path / "changed.npz")}

    return make


def test_every_group_is_reproduced(fixture):
    results = selfcheck(fixture)
    assert {result.name: result.compared for result in results} == COMPARED
    assert max(result.largest for result in results) <= TOLERANCE == 1e-5
    assert not any(result.missing for result in results)


def test_every_output_of_the_fixture_is_compared(arrays):
    """All keys but inputs, weights and what the masked positions of the language model say."""
    outputs = {key for key in arrays if ".out." in key or ".mid." in key}
    assert len(outputs) == sum(COMPARED[case] for case in ("attn1", "attn3", "mean2", "qformer"))


@pytest.mark.parametrize("group", GROUPS)
def test_a_wrong_number_in_any_group_is_noticed(arrays, changed, group):
    results = {
        "frame_index": "frame_index.big_n8",
        "audio_clip": "audio_clip.start_if_clips_minus_1",
        "audio_chain": "audio_chain.input_values",
        "face_resize": "face_resize.out_sum",
        "hubert": "hubert.feature",
        "clip": "clip.features",
        "splice": "splice.loss",
    }
    key = results.get(group, f"{group}.out.multi_llm_4d")

    def change(content):
        content[key].flat[-1] += 1 if content[key].dtype.kind == "i" else 2e-5

    found = changed(change)
    assert not found[group].passed
    assert found[group].where == key
    assert all(result.passed for name, result in found.items() if name != group)


def test_a_wrong_weight_is_noticed(changed):
    def change(content):
        content["qformer.w.multi_Qformer.bert.encoder.layer.1.crossattention.self.key.weight"] += 0.1

    assert not changed(change)["qformer"].passed


def test_a_group_that_is_not_there_is_absent(arrays, changed):
    def change(content):
        for key in [key for key in content if key.startswith(("splice.", "audio_chain."))]:
            del content[key]

    found = changed(change)
    assert (found["splice"].compared, found["splice"].missing) == (0, "")
    assert found["splice"].to_line() == "splice       absent"
    assert found["hubert"].to_line() == "hubert       absent (audio_chain.input_values is missing)"
    assert found["qformer"].compared == COMPARED["qformer"]


def test_other_weights_and_sizes(arrays, tmp_path):
    """A fixture of one fusion case with other widths, computed by the plain formulas of docs/affectgpt.md."""
    random = np.random.default_rng(3)
    video, audio, width, llm = 6, 10, 10, 5

    def linear(name, out, size):
        return {f"{name}.weight": random.normal(size=(out, size)), f"{name}.bias": random.normal(size=out)}

    weights = {
        **linear("image_llama_proj", llm, video),
        **linear("video_attention_mlp", 1, video),
        **linear("affectgpt_proj", llm, video),
        **linear("audio_attention_mlp", 1, audio),
        **linear("audio_llama_proj", llm, audio),
        **linear("multi_audio_embs", width, audio),
        **linear("multi_video_embs", width, video),
        **linear("attention_mlp", width, 2 * width),
        **linear("fc_att", 2, width),
        **linear("multi_llama_proj", llm, width),
    }

    def apply(name, x):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    inputs = {
        "in.audio_hidden": random.normal(size=(3, 4, audio)),
        "in.video_hidden_3d": random.normal(size=(3, 7, video)),
        "in.video_hidden_4d": random.normal(size=(3, 7, 2, video)),
        "in.image_hidden_3d": random.normal(size=(3, 1, video)),
        "in.image_hidden_4d": random.normal(size=(3, 1, 2, video)),
    }
    sound = inputs["in.audio_hidden"]
    out = {
        "audio_store": sound,
        "audio_llm": apply("audio_llama_proj", (apply("audio_attention_mlp", sound) * sound).sum(1))[:, None],
    }
    for dimensions in ("3d", "4d"):
        states, image = (inputs[f"in.{name}_hidden_{dimensions}"] for name in ("video", "image"))
        frames = states if dimensions == "3d" else states.mean(2)
        flat = states.reshape(3, -1, video)
        v, a = apply("multi_video_embs", flat.mean(1)), apply("multi_audio_embs", sound.mean(1))
        gate = apply("fc_att", apply("attention_mlp", np.concatenate([v, a], 1)))
        fused = gate[:, :1] * v + gate[:, 1:] * a
        pooled = (apply("video_attention_mlp", frames) * frames).sum(1)
        out |= {
            f"video_store_{dimensions}": flat,
            f"video_llm_{dimensions}": apply("affectgpt_proj", pooled)[:, None],
            f"multi_hidden_{dimensions}": fused,
            f"multi_llm_{dimensions}": apply("multi_llama_proj", fused)[:, None],
            f"image_llm_{dimensions}": apply("image_llama_proj", image if dimensions == "3d" else image.mean(2)),
        }
    content = {
        **inputs,
        **{f"attn1.w.{key}": value for key, value in weights.items()},
        **{f"attn1.out.{key}": value for key, value in out.items()},
    }
    path = tmp_path / "other.npz"
    np.savez(path, **{key: value.astype(np.float32) for key, value in content.items()})
    found = {result.name: result for result in selfcheck(path)}
    # Numbers here are up to a thousand, so that float32 has no five decimals left: what counts is that all is compared.
    assert found["attn1"].compared == COMPARED["attn1"] - 7
    largest = max(np.abs(value).max() for value in out.values())
    assert found["attn1"].largest < 1e-5 * largest


def test_what_cannot_be_compared_is_said(arrays, changed, tmp_path):
    np.savez(tmp_path / "empty.npz", something=np.zeros(3))
    with pytest.raises(InputError, match="nothing to compare"):
        selfcheck(tmp_path / "empty.npz")

    def change(content):
        content["clip.features"] = content["clip.features"][:, :5]

    with pytest.raises(
        InputError, match=r"clip\.features has the shape \(5, 5\), but the recomputed shape is \(5, 12\)"
    ):
        changed(change)

    def unknown(content):
        content["attn1.w.surprise"] = np.zeros(2, np.float32)

    with pytest.raises(InputError, match=r"attn1\.w: unknown weights surprise"):
        changed(unknown)
