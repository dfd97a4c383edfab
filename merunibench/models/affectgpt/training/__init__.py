"""Training AffectGPT's fusion and LoRA, as its authors do (`merunibench affectgpt train`).

In the order of the data:

    config      the TOML file
    questions   questions and answers: the authors' label types
    data        tables and media -> examples
    draws       the order of examples and their questions
    targets     prompt and answer -> ids, labels, mask; a batch
    features    states of the frozen encoders, computed once
    network     the trained part as a module whose output is the loss
    schedule    the learning rate of a step
    trainer     transformers' Trainer, which saves and resumes
    plan        everything known before a model is loaded; a dry run
    run         the training itself
    held_out    evaluation on clips that are left out of training

Only the command and `selfcheck_training` import this package. docs/affectgpt.md describes what was verified.
"""

from merunibench.hub import ensure_torchvision

ensure_torchvision()  # the Trainer imports it
