"""Makes torchvision importable beside a CPU build of torch.

transformers imports torchvision wherever it finds it installed, even for models of text. Its wheels on package
registries are built for CUDA; beside a CPU torch they fail at import, because two of the operators that they describe
were never registered. Those two are not needed to prepare frames, so describing them first is enough; decoding images
from files stays impossible, and processors must be given arrays.
"""

import sys
from types import ModuleType

_UNREGISTERED = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def ensure_torchvision() -> ModuleType | None:
    """Import torchvision, with the operators described that its own wheel failed to register.

    Call it before anything of transformers is loaded, in every process.

    Returns:
        The module; None where torchvision is not installed.

    Raises:
        RuntimeError: torchvision fails at import for another reason.
    """
    try:
        import torchvision
    except ImportError:
        return None
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
        torchvision = _import_described()
    module: ModuleType = torchvision
    return module


def _import_described() -> ModuleType:
    import torch

    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    for operator in _UNREGISTERED:
        torch.library.define(f"torchvision::{operator}", _SCHEMA)
    import torchvision

    module: ModuleType = torchvision
    return module
