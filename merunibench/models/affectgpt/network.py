"""AffectGPT as one network: encoders, fusion, Qwen2.5 with LoRA; an ordinary `nn.Module`, with gradients.

```
frames -> CLIP   -> V (b, 8, 768)  -> pooling -> projection -> <FaceHere> or <FrameHere>
sound  -> HuBERT -> A (b, 8, 1024) -> pooling -> projection -> <AudioHere>
          V, A   -> pre-fusion                -> projection -> <MultiHere>
prompt with these in their places -> Qwen2.5 + LoRA -> answer
```
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from transformers import GenerationConfig

from merunibench.errors import MediaError
from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.encoders import AcousticEncoder, VisualEncoder
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.prompt import PLACEHOLDERS, Medium, Mode


class AffectGPTNetwork(nn.Module):
    """The network.

    Attributes:
        visual_encoder: CLIP, frozen.
        acoustic_encoder: HuBERT, frozen.
        fusion: Trained.
        language_model: A `PeftModel`: frozen, with LoRA, trained.
    """

    def __init__(
        self,
        visual_encoder: VisualEncoder,
        acoustic_encoder: AcousticEncoder,
        fusion: AffectGPTFusion,
        language_model: Any,  # noqa: ANN401 - peft
    ) -> None:
        super().__init__()
        self.visual_encoder = visual_encoder.requires_grad_(requires_grad=False)
        self.acoustic_encoder = acoustic_encoder.requires_grad_(requires_grad=False)
        self.fusion = fusion
        self.language_model = language_model

    def encode(self, mode: Mode, media: Mapping[Medium, torch.Tensor]) -> dict[Medium, torch.Tensor]:
        """Embeddings of the language model for every medium of a mode, each of shape (b, n, D).

        Args:
            mode: Which media the prompt mentions, and which pre-fusion takes.
            media: `face`, `frame`: (b, t, 3, 224, 224), whole numbers 0 to 255; `image`: with t = 1; `audio`: clips of
                shape (b, 8, 32000). All of `mode.inputs` must be there.
        """
        states: dict[Medium, torch.Tensor] = {
            medium: (self.acoustic_encoder if medium == "audio" else self.visual_encoder)(media[medium])
            for medium in mode.inputs
        }
        tokens: dict[Medium, torch.Tensor] = self.fusion(mode, states)
        return tokens

    def embed(
        self,
        input_ids: torch.Tensor,
        placeholder_ids: Mapping[Medium, int],
        tokens: Mapping[Medium, torch.Tensor],
    ) -> torch.Tensor:
        """Embeddings of prompts, of shape (b, L, D), with the media's in the places of their placeholders."""
        return splice(self.language_model.get_input_embeddings(), input_ids, placeholder_ids, tokens)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        placeholder_ids: Mapping[Medium, int],
        tokens: Mapping[Medium, torch.Tensor],
        labels: torch.Tensor | None = None,
    ) -> Any:  # noqa: ANN401 - the language model's output
        """Logits of shape (b, L, vocabulary) and, with labels (b, L; -100 left out), the loss, for training."""
        embeddings = self.embed(input_ids, placeholder_ids, tokens)
        return self.language_model(inputs_embeds=embeddings, attention_mask=attention_mask, labels=labels)


def is_trained(name: str) -> bool:
    """Whether a parameter is of the fusion or of LoRA."""
    return name.startswith("fusion.") or ".lora_" in name


def left_padded(rows: Sequence[Sequence[int]], padding_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids of prompts as one (b, L) array, shorter ones filled up on the left, and the mask (b, L) of what counts.

    Padding ids within a prompt do not count either, as upstream.
    """
    longest = max(len(row) for row in rows)
    ids = torch.tensor([[padding_id] * (longest - len(row)) + list(row) for row in rows])
    return ids, (ids != padding_id).long()


def splice(
    embed: torch.nn.Module,
    input_ids: torch.Tensor,
    placeholder_ids: Mapping[Medium, int],
    media: Mapping[Medium, torch.Tensor],
) -> torch.Tensor:
    """Embeddings of prompts, those of placeholders replaced by the media's.

    Args:
        embed: The language model's embedding of ids.
        input_ids: Of shape (b, L).
        placeholder_ids: Medium -> id; these may lie beyond the embedding matrix, for they are never looked up.
        media: Medium -> embeddings of shape (b, n, D); each prompt holds its placeholder n times, or not at all.

    Returns:
        Embeddings of shape (b, L, D), of the type of the language model's.

    Raises:
        MediaError: a prompt holds a placeholder for which there is no medium.
    """
    places = {medium: input_ids == number for medium, number in placeholder_ids.items()}
    any_place = torch.stack(list(places.values())).any(dim=0)
    embeddings: torch.Tensor = embed(input_ids.masked_fill(any_place, 0))
    for medium, place in places.items():
        present = place.any(dim=1)
        if not present.any():
            continue
        if medium not in media:
            raise MediaError(f"the prompt holds {PLACEHOLDERS[medium]}, but there is nothing to put in its place")
        tokens = media[medium][present].to(embeddings.dtype).flatten(0, 1)
        embeddings = embeddings.masked_scatter(place[..., None], tokens)
    return embeddings


def with_lora(llm: Any, config: AffectGPTConfig) -> Any:  # noqa: ANN401 - transformers, peft
    """A `PeftModel` of the language model: `W x + (alpha / r) · B A x` for each of the modules, as it was trained.

    LoRA's weights stay in float32 on a base of half precision, and its branch is computed in it; merging the two would
    round differently.

    Args:
        llm: A causal language model of transformers.
        config: Rank, alpha and modules.
    """
    from peft import LoraConfig, get_peft_model

    # Sampling is said in full with every call: what Qwen's own file adds (a repetition penalty) is not wanted.
    llm.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    lora = LoraConfig(
        r=config.lora_rank,
        lora_alpha=config.lora_alpha,
        target_modules=list(config.lora_modules),
        lora_dropout=0.05,
        bias="none",
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a property by its old name
        return get_peft_model(llm, lora)
