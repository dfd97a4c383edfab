"""A whole tiny AffectGPT, from files to answers."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from merunibench.errors import InputError, MediaError
from merunibench.models import load_model
from merunibench.models.affectgpt.generation import AUTHORS
from merunibench.models.affectgpt.model import AffectGPT, checkpoints
from merunibench.models.affectgpt.prompt import MODES, QUESTIONS
from merunibench.models.base import Decoding, Generation
from tests.models.affectgpt.tiny import FRAME, make_checkpoint, variant

GREEDY = Generation(max_new_tokens=12, temperature=0)
SAMPLED = Generation(max_new_tokens=12)


def answers(model, samples, size):
    prepared = [model.prepare(sample) for sample in samples]
    return [text for start in range(0, len(samples), size) for text in model.answer(prepared[start : start + size])]


@pytest.mark.parametrize("generation", [GREEDY, SAMPLED], ids=["greedy", "sampled"])
def test_batches_equal_one_at_a_time(checkpoint, options, samples, generation):
    model = load_model(f"affectgpt:{checkpoint}", options(replace(generation, max_new_tokens=24)))
    alone = answers(model, samples, 1)
    assert {answer.finish_reason for answer in alone} <= {"length", "stop"}
    assert answers(model, samples, 3) == alone == answers(model, samples, 2)
    assert len(set(alone)) == len(samples)


def test_same_seed_same_answers(checkpoint, options, samples):
    first, again, other = (
        answers(load_model(f"affectgpt:{checkpoint}", options(replace(SAMPLED, seed=seed))), samples, 3)
        for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize("mode", MODES)
def test_all_modes_answer_and_each_medium_moves_them(checkpoint, options, samples, mode):
    model = AffectGPT.from_pretrained(str(checkpoint), options(GREEDY, mode=mode))
    sample = samples[0]
    prepared = model.prepare(sample)
    assert set(prepared.payload.media) == model.mode.inputs
    network, ids = model.network, torch.tensor([prepared.payload.ids])

    def logits(media):
        with torch.no_grad():
            tokens = network.encode(model.mode, media)
            return network(ids, torch.ones_like(ids), model._loaded.tokens.placeholder_ids, tokens).logits

    media = {medium: tensor[None] for medium, tensor in prepared.payload.media.items()}
    before = logits(media)
    for medium, tensor in media.items():
        other = {**media, medium: (255 - tensor if tensor.dtype == torch.uint8 else tensor.flip(-1) ** 2)}
        assert (logits(other) - before).abs().max() > 1e-2, medium
    assert isinstance(model.answer([prepared])[0], str)


def test_face_mode_needs_no_video_and_frame_mode_no_faces(checkpoint, options, samples):
    face = AffectGPT.from_pretrained(str(checkpoint), options(GREEDY))
    frame = AffectGPT.from_pretrained(str(checkpoint), options(GREEDY, mode=FRAME))
    sample = samples[0]
    face.answer([face.prepare(replace(sample, video=None))])
    frame.answer([frame.prepare(replace(sample, face=None))])
    with pytest.raises(MediaError, match=r"clip0: has no faces \(an .npy file\)"):
        face.prepare(replace(sample, face=None))
    with pytest.raises(MediaError, match="clip0: has no video"):
        frame.prepare(replace(sample, video=None))
    with pytest.raises(MediaError, match="clip0: no audio file"):
        face.prepare(replace(sample, video=None, audio=None))


def test_sound_of_the_video_serves_without_a_wav(checkpoint, options, samples):
    model = AffectGPT.from_pretrained(str(checkpoint), options(GREEDY))
    prepared = model.prepare(replace(samples[1], audio=None))
    assert prepared.media["audio"] == {"seconds": pytest.approx(3, abs=0.1), "rate": 44100, "channels": 1}
    assert prepared.payload.media["audio"].shape == (8, 32000)


def test_what_was_made_of_a_sample_is_told(checkpoint, options, samples):
    model = AffectGPT.from_pretrained(str(checkpoint), options(GREEDY))
    prepared = model.prepare(replace(samples[2], subtitle=None))
    assert prepared.media["face"] == {"indices": [0, 1, 2, 2, 2, 2, 2, 2], "of": 3}
    assert prepared.media["subtitle"] == "not known: left empty"
    assert prepared.modalities == ("audio", "video", "text")


def test_settings_record_what_is_open_and_what_was_chosen(checkpoint, options):
    model = AffectGPT.from_pretrained(str(checkpoint), options(clip_spacing="7", face_order="swap"))
    found = model.settings
    assert (found["clip_spacing"], found["face_order"], found["mode"]) == (7, "swap", "multiface_audio_face_text")
    assert found["question"] == QUESTIONS["ovlabel"]
    assert found["checkpoint"]["epoch"] == 30
    assert found["llm"]["name"] == "llm"
    assert found["llm"]["revision"].startswith("sha256:")
    assert found["generation"]["max_new_tokens"] == 1200
    assert found["generation"]["extra"] == {"top_k": 20}
    assert found["tokens"] == {"audio": 1, "face": 1, "multi": 1}
    assert found["precision"] == {"llm": "float32", "autocast": "None"}


def test_open_questions_change_what_is_given(checkpoint, options, samples):
    def media(**extra):
        return AffectGPT.from_pretrained(str(checkpoint), options(**extra)).prepare(samples[1]).payload.media

    usual, spaced, swapped = media(), media(clip_spacing="7"), media(face_order="swap")
    assert not torch.equal(usual["audio"], spaced["audio"])
    assert torch.equal(usual["face"], swapped["face"].flip(1))


def test_questions(checkpoint, options, samples):
    for asked, text in (
        ("ovlabel", QUESTIONS["ovlabel"]),
        ("description", QUESTIONS["description"]),
        ("How {is} it?", "How {is} it?"),
    ):
        model = AffectGPT.from_pretrained(str(checkpoint), options(question=asked))
        ids = model.prepare(samples[0]).payload.ids
        assert f"information. {text} ###Assistant: " in model._loaded.tokens.decode(ids)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"colour": "red"}, "AffectGPT has no option 'colour'; it has llm"),
        ({"question": "labels"}, "question 'labels': must be ovlabel, description, or your own full question"),
        ({"clip_spacing": "9"}, "clip_spacing '9': must be 8 or 7"),
        ({"face_order": "bgr"}, "face_order 'bgr': must be stored or swap"),
        ({"mode": "faces"}, "mode 'faces' is not known"),
        ({"lora_alpha": "-1"}, "lora_alpha '-1': must be a positive number"),
    ],
)
def test_unknown_options_are_refused(checkpoint, options, extra, message):
    with pytest.raises(InputError, match=message):
        AffectGPT.from_pretrained(str(checkpoint), options(**extra))


def test_decoding(checkpoint, options):
    def found(generation=None, **extra):
        model = AffectGPT.from_pretrained(str(checkpoint), options(generation, **extra))
        return model._options.decoding

    assert found() == AUTHORS
    assert found(Generation(seed=7)) == replace(AUTHORS, seed=7)
    assert found(Generation(max_new_tokens=9)) == replace(AUTHORS, max_new_tokens=9)
    assert found(Generation(temperature=0)) == Decoding(max_new_tokens=1200)


def test_a_mode_is_refused_where_a_modality_is_left_out(checkpoint, options):
    with pytest.raises(InputError, match="needs video and text, which --modalities excludes"):
        AffectGPT.from_pretrained(str(checkpoint), replace(options(), modalities=("audio",)))
    AffectGPT.from_pretrained(str(checkpoint), replace(options(mode="audioonly"), modalities=("audio",)))


def test_a_checkpoint_without_configuration_needs_a_mode(tmp_path, options):
    path = make_checkpoint(tmp_path / "checkpoint_000001_loss_1.000.pth", mode=None)
    with pytest.raises(InputError, match="does not specify whether it uses faces or frames"):
        AffectGPT.from_pretrained(str(path), options())
    assert AffectGPT.from_pretrained(str(path), options(mode=FRAME)).mode.name == FRAME


def test_modes_that_a_checkpoint_has_no_parts_for(tmp_path, options):
    path = make_checkpoint(tmp_path / "a.pth", variant(image_pooling=None, pre_fusion=None))
    with pytest.raises(InputError, match="has no pre-fusion"):
        AffectGPT.from_pretrained(str(path), options())
    with pytest.raises(InputError, match="has no image_llama_proj"):
        AffectGPT.from_pretrained(str(path), options(mode="image"))
    AffectGPT.from_pretrained(str(path), options(mode="face"))


@pytest.mark.parametrize(
    "changes",
    [
        {"visual_pooling": "mean", "acoustic_pooling": "mean", "visual_tokens": 2, "multi_tokens": 3},
        {
            "visual_pooling": "qformer",
            "acoustic_pooling": "qformer",
            "pre_fusion": "qformer",
            "visual_tokens": 4,
            "acoustic_tokens": 3,
            "multi_tokens": 5,
        },
        {"acoustic_pooling": "qformer", "acoustic_tokens": 2},
    ],
    ids=["mean", "qformer", "mixed"],
)
def test_all_fusion_variants_answer(tmp_path, options, samples, changes):
    path = make_checkpoint(tmp_path / "checkpoint_000010_loss_1.000.pth", variant(**changes))
    model = AffectGPT.from_pretrained(str(path), options(GREEDY))
    prepared = model.prepare(samples[0])
    ids = prepared.payload.ids
    placeholders = model._loaded.tokens.placeholder_ids
    assert ids.count(placeholders["face"]) == changes.get("visual_tokens", 1)
    assert ids.count(placeholders["multi"]) == changes.get("multi_tokens", 1)
    assert answers(model, samples, 3) == answers(model, samples, 1)


def test_several_checkpoints_share_the_frozen_models(tmp_path, options, samples):
    paths = [make_checkpoint(tmp_path / f"checkpoint_0000{e}_loss_0.5.pth", seed=e, epoch=e) for e in (35, 30, 40)]
    found = checkpoints(str(tmp_path))
    assert found == {path.stem: str(path) for path in sorted(paths)}
    assert checkpoints(str(paths[0])) == {"": str(paths[0])}
    models = [AffectGPT.from_pretrained(path, options(GREEDY)) for path in found.values()]
    assert len({id(model._loaded) for model in models}) == 1
    assert [model.checkpoint.epoch for model in models] == [30, 35, 40]
    assert [model.name for model in models] == [f"checkpoint_0000{e}_loss_0.5" for e in (30, 35, 40)]
    together = [answers(model, samples, 3) for model in models]
    assert len({tuple(each) for each in together}) == 3
    assert [answers(model, samples, 3) for model in reversed(models)] == together[::-1]


def test_a_subtitle_with_a_placeholder_is_that_samples_failure(checkpoint, options, samples):
    model = AffectGPT.from_pretrained(str(checkpoint), options())
    with pytest.raises(MediaError, match=r"clip0: <AudioHere> occurs 2 times in the prompt, not 1 times in a row"):
        model.prepare(replace(samples[0], subtitle="see <AudioHere>"))


def test_a_long_subtitle_pushes_placeholders_out_and_the_row_says_so(checkpoint, options, samples):
    model = AffectGPT.from_pretrained(str(checkpoint), options(GREEDY))
    prepared = model.prepare(replace(samples[0], subtitle="la " * 250))
    assert len(prepared.payload.ids) == 800
    assert prepared.media["lost"] == ["audio", "face", "multi"]  # the row says so
    assert "lost" not in model.prepare(samples[0]).media
    assert not set(prepared.payload.ids) & set(model._loaded.tokens.placeholder_ids.values())
    assert isinstance(model.answer([prepared])[0], str)
    assert answers(model, [replace(samples[0], subtitle="la " * 250), samples[1]], 2) == [
        *model.answer([prepared]),
        *model.answer([model.prepare(samples[1])]),
    ]


def test_fusion_and_lora_have_gradients_and_the_encoders_none(checkpoint, options, samples):
    model = AffectGPT.from_pretrained(str(checkpoint), options())
    network, payload = model.network, model.prepare(samples[0]).payload
    ids = torch.tensor([payload.ids])
    tokens = network.encode(model.mode, {medium: tensor[None] for medium, tensor in payload.media.items()})
    network(
        ids, torch.ones_like(ids), model._loaded.tokens.placeholder_ids, tokens, labels=ids.clamp(max=255)
    ).loss.backward()
    trained = {name for name, value in network.named_parameters() if value.grad is not None}
    network.zero_grad()
    assert trained == {name for name in model._loaded.trained_shapes() if not name.startswith("fusion.image")}


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_near_and_lora_stays_in_single(checkpoint, options, samples, dtype):
    exact = AffectGPT.from_pretrained(str(checkpoint), options())
    half = AffectGPT.from_pretrained(str(checkpoint), replace(options(GREEDY), dtype=dtype))
    kinds = {name: value.dtype for name, value in half.network.named_parameters()}
    assert {kind for name, kind in kinds.items() if ".lora_" in name or not name.startswith("language")} == {
        torch.float32
    }
    assert kinds["language_model.base_model.model.lm_head.weight"] == getattr(torch, dtype)
    payload = exact.prepare(samples[0]).payload
    media = {medium: tensor[None] for medium, tensor in payload.media.items()}
    with torch.no_grad():
        reference = exact.network.encode(exact.mode, media)
        with torch.autocast("cpu", getattr(torch, dtype)):
            found = half.network.encode(half.mode, media)
    for medium, tokens in reference.items():
        error = (found[medium].float() - tokens).norm() / tokens.norm()
        assert error < 0.05, medium
    assert isinstance(half.answer([half.prepare(samples[0])])[0], str)


def test_states_of_the_published_shapes(checkpoint, options, samples):
    model = AffectGPT.from_pretrained(str(checkpoint), options())
    media = model.prepare(samples[0]).payload.media
    assert media["face"].shape == (8, 3, 224, 224)
    assert media["audio"].shape == (8, 32000)
    with torch.no_grad():
        visual = model.network.visual_encoder(media["face"][None])
        acoustic = model.network.acoustic_encoder(media["audio"][None])
    assert visual.shape == (1, 8, 12)
    assert acoustic.shape == (1, 8, 16)
    assert np.isfinite(acoustic.numpy()).all()
