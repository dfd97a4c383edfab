"""AffectGPT as one `nn.Module`: encoders, fusion, and Qwen2.5 with LoRA; it supports gradients.

```
frames -> CLIP   -> V (b, 8, 768)  -> pooling -> projection -> <FaceHere> or <FrameHere>
sound  -> HuBERT -> A (b, 8, 1024) -> pooling -> projection -> <AudioHere>
          V, A   -> pre-fusion                -> projection -> <MultiHere>
prompt with these embeddings    -> Qwen2.5 + LoRA -> answer
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
    """The network of AffectGPT.

    Attributes:
        visual_encoder: CLIP, frozen.
        acoustic_encoder: HuBERT, frozen.
        fusion: Temporal pooling, pre-fusion and projection, trained.
        language_model: A `PeftModel`: the frozen language model with trained LoRA.
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
        """Return embeddings of the language model for every medium of a mode, each of shape (b, n, D).

        Args:
            mode: The mode, which determines the media of the prompt and of pre-fusion.
            media: `face`, `frame`: (b, t, 3, 224, 224), integers from 0 to 255; `image`: with t = 1; `audio`: clips of
                shape (b, 8, 32000). All of `mode.inputs` are required.
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
        """Return embeddings of prompts, shape (b, L, D), with those of media in place of their placeholders."""
        return splice(self.language_model.get_input_embeddings(), input_ids, placeholder_ids, tokens)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        placeholder_ids: Mapping[Medium, int],
        tokens: Mapping[Medium, torch.Tensor],
        labels: torch.Tensor | None = None,
    ) -> Any:  # noqa: ANN401 - the language model's output
        """Return logits of shape (b, L, vocabulary), and with labels (b, L; -100 is ignored) the loss for training."""
        embeddings = self.embed(input_ids, placeholder_ids, tokens)
        return self.language_model(inputs_embeds=embeddings, attention_mask=attention_mask, labels=labels)


def is_trained(name: str) -> bool:
    """Whether a parameter belongs to the fusion or LoRA."""
    return name.startswith("fusion.") or ".lora_" in name


def left_padded(rows: Sequence[Sequence[int]], padding_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids of prompts as one (b, L) array, padded on the left, and the attention mask (b, L).

    Padding ids within a prompt are masked too, as upstream.
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
    """Return embeddings of prompts, with those of placeholders replaced by the embeddings of media.

    Args:
        embed: The language model's embedding of ids.
        input_ids: Of shape (b, L).
        placeholder_ids: Medium -> id; ids may be beyond the embedding matrix, since they are never looked up.
        media: Medium -> embeddings of shape (b, n, D); each prompt contains its placeholder n times or not at all.

    Returns:
        Embeddings of shape (b, L, D), with the data type of the language model's embeddings.

    Raises:
        MediaError: a prompt contains a placeholder for which there is no medium.
    """
    places = {medium: input_ids == number for medium, number in placeholder_ids.items()}
    any_place = torch.stack(list(places.values())).any(dim=0)
    embeddings: torch.Tensor = embed(input_ids.masked_fill(any_place, 0))
    for medium, place in places.items():
        present = place.any(dim=1)
        if not present.any():
            continue
        if medium not in media:
            raise MediaError(f"the prompt contains {PLACEHOLDERS[medium]}, but there is no {medium} to replace it")
        tokens = media[medium][present].to(embeddings.dtype).flatten(0, 1)
        embeddings = embeddings.masked_scatter(place[..., None], tokens)
    return embeddings


def with_lora(llm: Any, config: AffectGPTConfig) -> Any:  # noqa: ANN401 - transformers, peft
    """Return a `PeftModel` of the language model: `W x + (alpha / r) · B A x` for each module, as in training.

    With a base in half precision, LoRA's weights stay in float32, and its branch is computed in float32. It is not
    merged, since merging would round differently.

    Args:
        llm: A causal language model of transformers.
        config: Rank, alpha and modules.
    """
    from peft import LoraConfig, get_peft_model

    # Every call gives all sampling settings; those of Qwen's file, such as a repetition penalty, must not be added.
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
        warnings.simplefilter("ignore", FutureWarning)  # peft uses the old name of a property of transformers
        return get_peft_model(llm, lora)
