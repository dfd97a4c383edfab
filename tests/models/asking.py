"""What the tests of models share: loading one, and asking it."""

from functools import cache

from merunibench.models import Generation, Options, Sample, load_model

PROMPT = "They say: {subtitle}\nHow do they feel?"


def options(*modalities, **others):
    """Options for short answers."""
    others.setdefault("generation", Generation(max_new_tokens=8))
    others.setdefault("prompt", PROMPT)
    return Options(modalities=modalities or ("audio", "video", "text"), **others)


def samples(clips):
    """Two samples with unlike media and subtitles of unlike length."""
    return [
        Sample("a", clips["a"], subtitle="I am so happy to see you all here today"),
        Sample("b", clips["b"], subtitle="No."),
    ]


@cache
def loaded(folder, *modalities, **others):
    """A model, loaded once per process and set of modalities."""
    return load_model(str(folder), options(*modalities, **others))


def logits(model, *samples):
    """What the model makes of a batch of samples, for the first token of each answer; of shape (samples, tokens)."""
    import torch

    return torch.from_numpy(model._first_logits([model.prepare(sample).payload for sample in samples]))
