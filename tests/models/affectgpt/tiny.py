"""A tiny but complete AffectGPT: CLIP, HuBERT, Qwen2 and a tokenizer as folders, and checkpoints as they are released.

Random weights; key names and nesting as in the authors' files.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import torch
import transformers as t
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from merunibench.hub import ensure_torchvision
from merunibench.models.affectgpt.checkpoint import released_name
from merunibench.models.affectgpt.configuration import AffectGPTConfig, QFormerConfig
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.network import with_lora

ensure_torchvision()

SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
LAYERS = 2
CONFIG = AffectGPTConfig(
    visual_width=12,
    acoustic_width=16,
    llm_width=32,
    qformer=QFormerConfig(width=24, heads=12, inner_width=16, layers=2),
    lora_rank=4,
)
FACE, FRAME = "multiface_audio_face_text", "multiframe_audio_frame_text"


@dataclass(frozen=True)
class Tiny:
    """Folders of the frozen models."""

    llm: Path
    visual: Path
    acoustic: Path

    @property
    def extra(self) -> dict[str, str]:
        """As `Options.extra`."""
        return {"llm": str(self.llm), "visual": str(self.visual), "acoustic": str(self.acoustic)}


def make_backbones(folder: Path) -> Tiny:
    """Save the frozen models."""
    torch.manual_seed(0)
    tiny = Tiny(folder / "llm", folder / "clip", folder / "hubert")
    _clip().save_pretrained(tiny.visual)
    _hubert().save_pretrained(tiny.acoustic)
    tokenizer = make_tokenizer()
    _qwen(len(tokenizer)).save_pretrained(tiny.llm)
    tokenizer.save_pretrained(tiny.llm)
    return tiny


def make_tokenizer():
    """Bytes, and `##`, `###` as in Qwen's vocabulary."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {word: number for number, word in enumerate([*alphabet, "##", "###"])}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[("#", "#"), ("##", "#")]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(word, special=True) for word in SPECIALS])
    return t.PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>")


def make_checkpoint(path: Path, config: AffectGPTConfig = CONFIG, mode: str | None = FACE, seed: int = 1, epoch=30):
    """Save random trained parameters as the authors' training does; returns the path."""
    torch.manual_seed(seed)
    parameters = {f"fusion.{name}": value for name, value in AffectGPTFusion(config).state_dict().items()}
    llm = with_lora(_qwen(300), config)
    parameters |= {f"language_model.{name}": value for name, value in llm.state_dict().items() if ".lora_" in name}
    released = {released_name(name): torch.randn(value.shape) * 0.3 for name, value in parameters.items()}
    for name in ("video", "audio", "multi"):
        if f"{name}_query_tokens" in released:
            released[f"{name}_Qformer.bert.embeddings.position_ids"] = torch.arange(512)[None]
    content = {
        "model": released,
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}},
        "scaler": {"scale": 1.0},
        "epoch": epoch,
    }
    if mode is not None:
        content["config"] = sections(config, mode)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, path)
    return path


def sections(config: AffectGPTConfig = CONFIG, mode: str = FACE):
    """The authors' configuration, as far as it decides inference."""
    return {
        "model": {
            "arch": "affectgpt",
            "llama_model": "Qwen25",
            "visual_encoder": "CLIP_VIT_LARGE",
            "acoustic_encoder": "HUBERT_LARGE",
            "video_fusion_type": config.visual_pooling,
            "audio_fusion_type": config.acoustic_pooling,
            "image_fusion_type": config.image_pooling or "mean",
            "multi_fusion_type": config.pre_fusion or "attention",
            "num_video_query_token": config.visual_tokens,
            "num_audio_query_token": config.acoustic_tokens,
            "num_multi_query_token": config.multi_tokens,
            "num_image_query_token": config.image_tokens,
            "vis_processor": {"train": {"name": "alpro_video_train", "n_frms": config.frames, "image_size": 224}},
            "lora_r": config.lora_rank,
        },
        "datasets": {"mercaptionplus": {"data_type": "video", "face_or_frame": mode, "label_type": "hybird"}},
        "run": {"seed": 42, "amp": True},
    }


def variant(**changes) -> AffectGPTConfig:
    """The tiny configuration with some fields replaced."""
    return replace(CONFIG, **changes)


def _clip():
    vision = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 224,
        "patch_size": 56,
        "projection_dim": 12,
        "initializer_range": 0.3,
    }
    text = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "vocab_size": 9}
    return t.CLIPModel(t.CLIPConfig(vision_config=vision, text_config=text, projection_dim=12, initializer_factor=5.0))


def _hubert():
    return t.HubertModel(
        t.HubertConfig(
            hidden_size=16,
            num_hidden_layers=5,
            num_attention_heads=2,
            intermediate_size=24,
            conv_dim=(8, 8, 8),
            conv_kernel=(40, 8, 4),
            conv_stride=(20, 8, 2),
            conv_bias=True,
            do_stable_layer_norm=True,
            feat_extract_norm="layer",
            num_conv_pos_embeddings=16,
            num_conv_pos_embedding_groups=2,
            initializer_range=0.3,
        )
    )


def _qwen(vocabulary: int):
    llm = t.Qwen2ForCausalLM(
        t.Qwen2Config(
            vocab_size=vocabulary,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=LAYERS,
            num_attention_heads=4,
            num_key_value_heads=2,
            initializer_range=0.3,
            bos_token_id=None,
            eos_token_id=None,
        )
    )
    # Were it heeded, no answer would be as the authors': Qwen's own file has such a penalty as well.
    llm.generation_config.repetition_penalty = 5.0
    return llm
