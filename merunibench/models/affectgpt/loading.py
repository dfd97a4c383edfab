"""Build a network from a configuration and three frozen models, and check that they fit together.

Parameters that are missing in a frozen model's file, and so would stay random, are an error; transformers only warns.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from merunibench._text import listed
from merunibench.errors import InputError
from merunibench.files.json_text import read_json
from merunibench.hub import Source, choose_device, ensure_torchvision, loading
from merunibench.models.affectgpt.configuration import AffectGPTConfig, with_changes
from merunibench.models.affectgpt.encoders import CLIP_MEAN, CLIP_STD, LAST_LAYERS, AcousticEncoder, VisualEncoder
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.network import AffectGPTNetwork, is_trained, with_lora
from merunibench.models.affectgpt.prompt import PromptTokenizer, prompt_tokenizer
from merunibench.models.affectgpt.visual_input import SIZE

_UNUSED = frozenset({"masked_spec_embed"})
"""Parameters that a file may lack, because only training uses them."""

_KNOWN_VISUAL = {768: {"hidden_size": 1024, "num_hidden_layers": 24, "patch_size": 14}}
_KNOWN_ACOUSTIC = {1024: {"num_hidden_layers": 24, "num_attention_heads": 16}}
"""Width of the states -> configuration of the published encoder of that width."""


@dataclass(frozen=True)
class Precision:
    """Numerical precision.

    Attributes:
        llm: Data type of the language model's weights; encoders, fusion and LoRA use float32 weights.
        autocast: Autocast data type of the encoders and the fusion; None for float32.
    """

    llm: torch.dtype
    autocast: torch.dtype | None


def choose_precision(name: str, device: torch.device) -> Precision:
    """Choose the precision. `auto`: as upstream, float16 on an accelerator and float32 on a CPU.

    Raises:
        InputError: the name is not auto, float32, float16 or bfloat16.
    """
    if name == "auto":
        name = "float32" if device.type == "cpu" else "float16"
    half = {"float16": torch.float16, "bfloat16": torch.bfloat16}
    if name != "float32" and name not in half:
        raise InputError(f"precision {name!r}: must be auto, float32, float16 or bfloat16 for AffectGPT")
    return Precision(half.get(name, torch.float32), half.get(name))


def choose_devices(name: str) -> tuple[torch.device, str | None]:
    """Return (device of encoders and fusion, device map of the language model).

    A device map (`balanced`, `sequential`) distributes the language model over all accelerators; the rest is on the
    first one. Without an accelerator there is no map.

    Raises:
        InputError: the device does not exist.
    """
    name = choose_device(name, maps=True)
    try:
        device = torch.device(name)
    except RuntimeError:  # a device map
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return device, None if device.type == "cpu" else name


@dataclass(eq=False)
class Loaded:
    """A loaded network with its tokenizer and settings.

    Attributes:
        network: The network in evaluation mode, on its device; trained parts are random until `put_in` is called.
        tokens: The tokenizer.
        config: The configuration of the network.
        device: Device of encoders and fusion.
        precision: Numerical precision.
        frozen: Part (llm, visual, acoustic) -> name and revision.
        holds: Identity of the checkpoint whose parameters are loaded; empty for none.
    """

    network: AffectGPTNetwork
    tokens: PromptTokenizer
    config: AffectGPTConfig
    device: torch.device
    precision: Precision
    frozen: Mapping[str, Mapping[str, str | None]]
    holds: str = ""

    def trained_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the trained parameters: fusion and LoRA."""
        return {name: tuple(value.shape) for name, value in self.network.state_dict().items() if is_trained(name)}

    def put_in(self, identity: str, parameters: Mapping[str, torch.Tensor]) -> None:
        """Set the parameters of the trained parts, unless they are already loaded.

        Args:
            identity: Identity of these values.
            parameters: Parameters by name; all of `trained_shapes`.
        """
        if self.holds != identity:
            self.network.load_state_dict(dict(parameters), strict=False)
            self.holds = identity


def load_network(config: AffectGPTConfig, dtype: str = "auto", device_name: str = "auto") -> Loaded:
    """Load the frozen models and build the network around them.

    Args:
        config: Names or folders of the three models, and all other settings.
        dtype: auto, float32, float16, bfloat16.
        device_name: auto, cpu, cuda, cuda:1, mps, or a device map.

    Raises:
        InputError: a model cannot be loaded, is incomplete, or does not fit the configuration.
    """
    check_llm(config)
    device, device_map = choose_devices(device_name)
    precision = choose_precision(dtype, device)
    visual, acoustic = load_visual(config), load_acoustic(config)
    language_model, tokens = load_language_model(config, precision.llm, device_map)
    network = AffectGPTNetwork(visual, acoustic, AffectGPTFusion(config), language_model)
    for part in (network.visual_encoder, network.acoustic_encoder, network.fusion):
        part.to(device)
    return Loaded(network.eval(), tokens, config, device, precision, identities(config))


def load_visual(config: AffectGPTConfig) -> VisualEncoder:
    """Load CLIP in float32.

    Raises:
        InputError: it cannot be loaded, is incomplete, or does not fit the configuration.
    """
    ensure_torchvision()
    from transformers import CLIPVisionModelWithProjection

    with _quiet():
        clip = _frozen(CLIPVisionModelWithProjection, config.visual, "visual", torch.float32)
    _check_visual(clip.config, config)
    return VisualEncoder(clip)


def load_acoustic(config: AffectGPTConfig) -> AcousticEncoder:
    """Load HuBERT in float32.

    Raises:
        InputError: it cannot be loaded, is incomplete, or does not fit the configuration.
    """
    ensure_torchvision()
    from transformers import HubertModel

    with _quiet():
        hubert = _frozen(HubertModel, config.acoustic, "acoustic", torch.float32)
    _check_acoustic(hubert.config, config)
    return AcousticEncoder(hubert)


def load_language_model(
    config: AffectGPTConfig, dtype: torch.dtype, device_map: str | None = None
) -> tuple[Any, PromptTokenizer]:
    """Load (language model with newly initialised LoRA, its tokenizer).

    Raises:
        InputError: it cannot be loaded, is incomplete, or is not of the Qwen2 family.
    """
    ensure_torchvision()
    from transformers import AutoModelForCausalLM

    with _quiet():
        llm = _frozen(AutoModelForCausalLM, config.llm, "llm", dtype, device_map)
    tokens = load_tokens(config, llm.config.vocab_size)
    return with_lora(llm, config), tokens


def load_tokens(config: AffectGPTConfig, rows: int) -> PromptTokenizer:
    """Load the language model's tokenizer with the placeholders; `rows` is the size of its embedding matrix."""
    from transformers import AutoTokenizer

    with _quiet():
        tokenizer = _from_hub(AutoTokenizer, config.llm, "llm", {})
    return prompt_tokenizer(tokenizer, rows)


def identities(config: AffectGPTConfig) -> dict[str, dict[str, str | None]]:
    """Return name and revision of each frozen model (llm, visual, acoustic)."""
    frozen = {"llm": config.llm, "visual": config.visual, "acoustic": config.acoustic}
    sources = {part: Source.parse(name) for part, name in frozen.items()}
    return {part: {"name": source.name, "revision": source.identity} for part, source in sources.items()}


def widths_of(config: AffectGPTConfig) -> tuple[AffectGPTConfig, int]:
    """Return the configuration with the widths of its frozen models, and the language model's vocabulary size.

    Raises:
        InputError: a model does not exist.
    """
    ensure_torchvision()
    from transformers import AutoConfig, CLIPVisionConfig

    llm = _from_hub(AutoConfig, config.llm, "llm", {})
    visual = _from_hub(CLIPVisionConfig, config.visual, "visual", {})
    acoustic = _from_hub(AutoConfig, config.acoustic, "acoustic", {})
    widths = {
        "llm_width": llm.hidden_size,
        "visual_width": visual.projection_dim,
        "acoustic_width": acoustic.hidden_size,
    }
    return with_changes(config, widths), llm.vocab_size


def check_llm(config: AffectGPTConfig) -> int:
    """Return the number of layers of the language model, without loading its weights.

    Raises:
        InputError: the model does not exist, or has another width.
    """
    from transformers import AutoConfig

    found = _from_hub(AutoConfig, config.llm, "llm", {})
    if found.hidden_size != config.llm_width:
        raise _misfit("llm", config.llm, f"width {found.hidden_size}", f"width {config.llm_width}")
    layers: int = found.num_hidden_layers
    return layers


def _frozen(
    kind: Any,  # noqa: ANN401 - a class of transformers
    name: str,
    part: str,
    dtype: torch.dtype,
    device_map: str | None = None,
) -> Any:  # noqa: ANN401
    """Load a model; all of its parameters must be in its files."""
    options = {"dtype": dtype, "output_loading_info": True} | ({"device_map": device_map} if device_map else {})
    model, info = _from_hub(kind, name, part, options)
    lacking = sorted(key for key in info["missing_keys"] if key.rpartition(".")[2] not in _UNUSED)
    lacking += sorted(str(key) for key in info.get("mismatched_keys", ()))
    if lacking:
        raise InputError(f"--{part} {name}: is not the model that AffectGPT needs: it lacks {listed(lacking)}")
    return model


def _from_hub(kind: Any, name: str, part: str, options: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Load with a class of transformers from `owner/name`, `owner/name@revision` or a folder."""
    hint = f". Download it once with `hf download {name}`, or give its folder: --{part} FOLDER"
    with loading(f"--{part} {name}: cannot be loaded", hint):
        return Source.parse(name).load(kind, **options)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence transformers' report of unused weights (the text part of CLIP); missing weights are checked here."""
    from transformers import logging

    verbosity = logging.get_verbosity()
    logging.set_verbosity(40)  # errors
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)


def _check_visual(found: Any, config: AffectGPTConfig) -> None:  # noqa: ANN401 - a configuration of transformers
    expected = {"projection_dim": config.visual_width, "image_size": SIZE} | _KNOWN_VISUAL.get(config.visual_width, {})
    _check_config("visual", config.visual, found, expected)
    _check_preprocessor("visual", config.visual, {"image_mean": list(CLIP_MEAN), "image_std": list(CLIP_STD)})


def _check_acoustic(found: Any, config: AffectGPTConfig) -> None:  # noqa: ANN401
    expected = {"hidden_size": config.acoustic_width, "do_stable_layer_norm": True, "feat_extract_norm": "layer"}
    _check_config("acoustic", config.acoustic, found, expected | _KNOWN_ACOUSTIC.get(config.acoustic_width, {}))
    if found.num_hidden_layers < LAST_LAYERS:
        raise _misfit("acoustic", config.acoustic, f"{found.num_hidden_layers} layers", f"at least {LAST_LAYERS}")
    _check_preprocessor("acoustic", config.acoustic, {"do_normalize": True, "sampling_rate": 16_000})


def _check_config(part: str, name: str, found: Any, expected: Mapping[str, Any]) -> None:  # noqa: ANN401
    for key, value in expected.items():
        if getattr(found, key) != value:
            raise _misfit(part, name, f"{key} {getattr(found, key)}", str(value))


def _check_preprocessor(part: str, name: str, expected: Mapping[str, Any]) -> None:
    """Check the model's preprocessor_config.json, if it has one, against the formulas used here."""
    from transformers.utils.hub import cached_file

    source = Source.parse(name)
    where = {"revision": source.revision, "_raise_exceptions_for_missing_entries": False}
    path = cached_file(source.path, "preprocessor_config.json", **where)
    if path is None:
        return
    found = read_json(Path(path))
    if not isinstance(found, dict):
        raise InputError(f"{path}: must contain a JSON object")
    for key, value in expected.items():
        if key in found and found[key] != value:
            raise _misfit(part, name, f"{key} {found[key]} in its preprocessor_config.json", str(value))


def _misfit(part: str, name: str, found: str, expected: str) -> InputError:
    return InputError(f"--{part} {name}: does not fit this checkpoint: {found}, expected {expected}")
