"""The language model: Qwen2.5 with LoRA beside its linear maps, not merged, as it was trained and is run upstream."""

import warnings
from typing import Any

from transformers import GenerationConfig

from merunibench.models.affectgpt.configuration import AffectGPTConfig


def with_lora(llm: Any, config: AffectGPTConfig) -> Any:  # noqa: ANN401 - transformers, peft
    """A `PeftModel` of the language model: `W x + (alpha / r) · B A x` for each of the modules.

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
