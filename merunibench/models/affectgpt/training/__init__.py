"""Training AffectGPT's fusion and LoRA, as its authors do (`merunibench affectgpt train`).

In the order of the data:

    config      the TOML file
    questions   what is asked, and the answer: the authors' label types
    data        tables and media -> examples
    draws       which example, and which question to it, comes when
    targets     prompt and answer -> ids, labels, mask; a batch
    features    states of the frozen encoders, computed once
    network     the trained part as a module whose output is the loss
    schedule    the learning rate of a step
    trainer     transformers' Trainer, which saves and resumes
    plan        all that is known before a model is loaded; a dry run
    run         all of it
    held_out    answers on clips that are left out of training

The command and `selfcheck_training` alone import this package. docs/affectgpt.md says what of it was verified.
"""

from merunibench.hub import ensure_torchvision

ensure_torchvision()  # the Trainer imports it
