"""The trained part of AffectGPT as a module whose output is the loss: what a trainer is given.

Encoders do not belong to it: their states come with the batch. HuBERT alone may, where its states shall be drawn anew
at each step, as upstream.
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
    """Fusion and language model; parameters are named as in `AffectGPTNetwork`.

    Args:
        fusion: Trained, but for what the mode leaves without a gradient.
        language_model: A `PeftModel`, whose LoRA is trained.
        mode: Which media the prompts mention.
        placeholder_ids: Medium -> id of its word.
        acoustic_encoder: Where batches hold sound instead of HuBERT's states. It runs in training mode, with what
            dropout and masked steps its configuration has, and normalises the sound of a batch as a whole; both as
            upstream, where that is no intention. Upstream also runs backward through it, to no effect.
    """

    accepts_loss_kwargs = True
    """The Trainer then says how many tokens are learnt in all micro-batches of a step together."""
    _keys_to_ignore_on_save = None
    """The Trainer asks for it when it loads a state without the frozen weights."""

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
        # What gets no gradient would keep its values anyhow; frozen, no process of several waits for it.
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
        """The loss: the mean of minus log-likelihood over all tokens that are learnt, not over samples.

        Args:
            input_ids: Of shape (b, L).
            labels: Of shape (b, L), -100 where nothing is learnt.
            attention_mask: Of shape (b, L).
            states: Of the encoders, (b, t, h) for each of the mode's inputs; sound (b, t, samples) where the acoustic
                encoder is here.
            num_items_in_batch: What the sum is divided by, if not the number of tokens learnt here.

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
        """Embeddings of prompts, of shape (b, L, D), with the media's in their places; see `forward`."""
        if self.acoustic_encoder is not None and "audio" in states:
            clips = states["audio"]
            with torch.no_grad():  # normalised as if all were one sample's
                heard = self.acoustic_encoder(clips.flatten(0, 1)[None])
            states = {**states, "audio": heard.reshape(*clips.shape[:2], -1)}
        tokens = self.fusion(self.mode, states)
        return splice(self.language_model.get_input_embeddings(), input_ids, self.placeholder_ids, tokens)

    def trained(self) -> dict[str, torch.Tensor]:
        """Name -> what a checkpoint holds: all of the fusion and of LoRA, trained in this mode or not."""
        return {name: value for name, value in self.state_dict().items() if is_trained(name)}
