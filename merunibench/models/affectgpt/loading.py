"""From a configuration and three frozen models to a network, with what was inferred about them checked.

Whatever a frozen model leaves at random (a key that its file lacks) is an error here: transformers would only warn.
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
"""Parameters that a file may lack: used in training alone."""

_KNOWN_VISUAL = {768: {"hidden_size": 1024, "num_hidden_layers": 24, "patch_size": 14}}
_KNOWN_ACOUSTIC = {1024: {"num_hidden_layers": 24, "num_attention_heads": 16}}
"""Width of the states -> what the published encoder of that width is."""


@dataclass(frozen=True)
class Precision:
    """In which precision to compute.

    Attributes:
        llm: Type of the language model's weights; those of encoders, fusion and LoRA are float32.
        autocast: Type in which the encoders and the fusion compute under autocast; None for float32.
    """

    llm: torch.dtype
    autocast: torch.dtype | None


def choose_precision(name: str, device: torch.device) -> Precision:
    """`auto`: as upstream, float16 on an accelerator and float32 on a CPU; else `float32`, `float16` or `bfloat16`.

    Raises:
        InputError: it is none of these.
    """
    if name == "auto":
        name = "float32" if device.type == "cpu" else "float16"
    half = {"float16": torch.float16, "bfloat16": torch.bfloat16}
    if name != "float32" and name not in half:
        raise InputError(f"precision {name!r}: AffectGPT computes in auto, float32, float16 or bfloat16")
    return Precision(half.get(name, torch.float32), half.get(name))


def choose_devices(name: str) -> tuple[torch.device, str | None]:
    """(device of encoders and fusion, device map of the language model).

    A device map (`balanced`, `sequential`) spreads the language model over all accelerators; the rest is on the first.
    Without an accelerator there is no map.

    Raises:
        InputError: no such device is here.
    """
    name = choose_device(name, maps=True)
    try:
        device = torch.device(name)
    except RuntimeError:  # a device map
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return device, None if device.type == "cpu" else name


@dataclass(eq=False)
class Loaded:
    """A network with everything that goes with it.

    Attributes:
        network: In evaluation mode, on its device; trained parts at random until a checkpoint is put in.
        tokens: The tokenizer.
        config: What it was built by.
        device: Of encoders and fusion.
        precision: In which it computes.
        frozen: Part (llm, visual, acoustic) -> its name and revision.
        holds: Identity of the checkpoint whose parameters are in it; empty for none.
    """

    network: AffectGPTNetwork
    tokens: PromptTokenizer
    config: AffectGPTConfig
    device: torch.device
    precision: Precision
    frozen: Mapping[str, Mapping[str, str | None]]
    holds: str = ""

    def trained_shapes(self) -> dict[str, tuple[int, ...]]:
        """Trained parameter -> shape: the fusion and LoRA."""
        return {name: tuple(value.shape) for name, value in self.network.state_dict().items() if is_trained(name)}

    def put_in(self, identity: str, parameters: Mapping[str, torch.Tensor]) -> None:
        """Give the trained parts these values, unless they have them already.

        Args:
            identity: What tells these values from others.
            parameters: By name; all of `trained_shapes`.
        """
        if self.holds != identity:
            self.network.load_state_dict(dict(parameters), strict=False)
            self.holds = identity


def load_network(config: AffectGPTConfig, dtype: str = "auto", device_name: str = "auto") -> Loaded:
    """Load the frozen models and build the network around them.

    Args:
        config: Names or folders of the three models, and everything else.
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
    """CLIP, in float32.

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
    """HuBERT, in float32.

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
    """(language model with new LoRA, its tokenizer).

    Raises:
        InputError: it cannot be loaded, is incomplete, or is not of Qwen2's family.
    """
    ensure_torchvision()
    from transformers import AutoModelForCausalLM

    with _quiet():
        llm = _frozen(AutoModelForCausalLM, config.llm, "llm", dtype, device_map)
    tokens = load_tokens(config, llm.config.vocab_size)
    return with_lora(llm, config), tokens


def load_tokens(config: AffectGPTConfig, rows: int) -> PromptTokenizer:
    """The language model's tokenizer, with the placeholders; `rows` of its embedding matrix."""
    from transformers import AutoTokenizer

    with _quiet():
        tokenizer = _from_hub(AutoTokenizer, config.llm, "llm", {})
    return prompt_tokenizer(tokenizer, rows)


def identities(config: AffectGPTConfig) -> dict[str, dict[str, str | None]]:
    """Part (llm, visual, acoustic) -> name and revision of its frozen model."""
    frozen = {"llm": config.llm, "visual": config.visual, "acoustic": config.acoustic}
    sources = {part: Source.parse(name) for part, name in frozen.items()}
    return {part: {"name": source.name, "revision": source.identity} for part, source in sources.items()}


def widths_of(config: AffectGPTConfig) -> tuple[AffectGPTConfig, int]:
    """The configuration with the widths of its frozen models, and the rows of the language model's vocabulary.

    Raises:
        InputError: one of them is not there.
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
    """How many layers the language model has; its weights are not loaded for that.

    Raises:
        InputError: it is not there, or has another width.
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
    """A model all of whose parameters came from its files."""
    options = {"dtype": dtype, "output_loading_info": True} | ({"device_map": device_map} if device_map else {})
    model, info = _from_hub(kind, name, part, options)
    lacking = sorted(key for key in info["missing_keys"] if key.rpartition(".")[2] not in _UNUSED)
    lacking += sorted(str(key) for key in info.get("mismatched_keys", ()))
    if lacking:
        raise InputError(f"--{part} {name}: not the model that AffectGPT needs: it lacks {listed(lacking)}")
    return model


def _from_hub(kind: Any, name: str, part: str, options: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """What a class of transformers loads from `owner/name`, `owner/name@revision` or a folder."""
    hint = f". Fetch it once with `hf download {name}`, or give the folder it lies in: --{part} FOLDER"
    with loading(f"--{part} {name}: cannot be loaded", hint):
        return Source.parse(name).load(kind, **options)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' report of what a file holds besides (the other half of CLIP): what it lacks is checked."""
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
    """What the model's preprocessor_config.json says, where it has one: the formulas here take it for granted."""
    from transformers.utils.hub import cached_file

    source = Source.parse(name)
    where = {"revision": source.revision, "_raise_exceptions_for_missing_entries": False}
    path = cached_file(source.path, "preprocessor_config.json", **where)
    if path is None:
        return
    found = read_json(Path(path))
    if not isinstance(found, dict):
        raise InputError(f"{path}: not what transformers writes")
    for key, value in expected.items():
        if key in found and found[key] != value:
            raise _misfit(part, name, f"{key} {found[key]} in its preprocessor_config.json", str(value))


def _misfit(part: str, name: str, found: str, expected: str) -> InputError:
    return InputError(f"--{part} {name}: does not fit this checkpoint: {found}, expected is {expected}")
