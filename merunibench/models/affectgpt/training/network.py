"""The trained part of AffectGPT as a module for the Trainer, whose output is the loss.

It does not contain the encoders, whose states are in the batch. Only HuBERT may be included, if its states are to be
computed at each step, as upstream.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from merunibench.models.affectgpt.encoders import AcousticEncoder
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.network import is_trained, splice
from merunibench.models.affectgpt.prompt import Medium, Mode


class TrainedNetwork(nn.Module):
    """Fusion and language model; parameters have the names of `AffectGPTNetwork`.

    Args:
        fusion: The fusion; parts without a gradient in this mode are not trained.
        language_model: A `PeftModel`, whose LoRA is trained.
        mode: The mode, which determines the media of the prompts.
        placeholder_ids: Medium -> id of its word.
        acoustic_encoder: Needed if batches contain sound instead of HuBERT's states. It runs in training mode, with the
            dropout and masking of its configuration, and normalises the sound of a whole batch together; both as
            upstream, where it is not intended. Upstream also runs a backward pass through it, without effect.
    """

    accepts_loss_kwargs = True
    """Makes the Trainer pass the number of target tokens in all micro-batches of a step."""
    _keys_to_ignore_on_save = None
    """The Trainer needs this attribute to load a state without the frozen weights."""

    def __init__(
        self,
        fusion: AffectGPTFusion,
        language_model: Any,  # noqa: ANN401 - peft
        mode: Mode,
        placeholder_ids: Mapping[Medium, int],
        acoustic_encoder: AcousticEncoder | None = None,
    ) -> None:
        super().__init__()
        self.fusion = fusion
        self.language_model = language_model
        self.acoustic_encoder = acoustic_encoder and acoustic_encoder.requires_grad_(requires_grad=False)
        self.mode = mode
        self.placeholder_ids = placeholder_ids
        # Parameters without a gradient would not change anyway; freezing them avoids waiting in distributed training.
        named = set(mode.placeholders)
        parts = {"visual": {"face", "frame"}, "acoustic": {"audio"}, "multi": {"multi"}, "image": {"image"}}
        for part, media in parts.items():
            if module := getattr(fusion, part):
                module.requires_grad_(requires_grad=bool(named & media))

    def forward(
        self,
        input_ids: torch.Tensor,
        labels: torch.Tensor,
        attention_mask: torch.Tensor,
        states: Mapping[Medium, torch.Tensor],
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> dict[str, torch.Tensor]:
        """Return the loss: the mean negative log-likelihood over all target tokens, not over samples.

        Args:
            input_ids: Of shape (b, L).
            labels: Of shape (b, L), -100 for tokens without a loss.
            attention_mask: Of shape (b, L).
            states: States of the encoders, (b, t, h), for each of the mode's inputs; or sound (b, t, samples) if the
                acoustic encoder is included.
            num_items_in_batch: Divisor of the sum, if not the number of target tokens in this batch.

        Returns:
            `loss`, and `logits` of shape (b, L, vocabulary).
        """
        output = self.language_model(
            inputs_embeds=self.embed(input_ids, states),
            attention_mask=attention_mask,
            labels=labels,
            use_cache=False,
            num_items_in_batch=num_items_in_batch,
        )
        return {"loss": output.loss, "logits": output.logits}

    def embed(self, input_ids: torch.Tensor, states: Mapping[Medium, torch.Tensor]) -> torch.Tensor:
        """Return embeddings of prompts, shape (b, L, D), with media in place of placeholders; see `forward`."""
        if self.acoustic_encoder is not None and "audio" in states:
            clips = states["audio"]
            with torch.no_grad():  # normalised as if all clips were one sample
                heard = self.acoustic_encoder(clips.flatten(0, 1)[None])
            states = {**states, "audio": heard.reshape(*clips.shape[:2], -1)}
        tokens = self.fusion(self.mode, states)
        return splice(self.language_model.get_input_embeddings(), input_ids, self.placeholder_ids, tokens)

    def trained(self) -> dict[str, torch.Tensor]:
        """Return the parameters of a checkpoint by name: all of fusion and LoRA, even if not trained in this mode."""
        return {name: value for name, value in self.state_dict().items() if is_trained(name)}
