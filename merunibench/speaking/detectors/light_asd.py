"""Light-ASD (Liao et al., A Light Weight Model for Active Speaker Detection, CVPR 2023).

```
faces (b, T, 112, 112) -> three 3-D blocks, maximum over space -> (b, T, 128) \
                                                                               + -> GRU both ways -> (b, T, 2)
mfcc  (b, 4T, 13)      -> three 2-D blocks, mean over coefficients -> (b, T, 128) /
```
"""

import torch
from torch import nn

from merunibench.speaking.detectors.parts import (
    NORM_EPS,
    NORM_MOMENTUM,
    AudioEncoder,
    Detector,
    VisualEncoder,
    from_behind,
)

KERNELS = (3, 5)


class LightASD(Detector):
    """The Light-ASD detector."""

    def __init__(self) -> None:
        super().__init__(_Network(), 128, lossV=128)


class _Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.visualEncoder = VisualEncoder(_VisualBlock)
        self.audioEncoder = AudioEncoder(_AudioBlock)
        self.GRU = _BothWays()

    def forward(self, faces: torch.Tensor, mfcc: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self.GRU(self.visualEncoder(faces) + self.audioEncoder(mfcc))
        return states


class _Block(nn.Module):
    """Two branches with short and long kernels: over space or coefficients (`first`), then over time."""

    first: str

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._step("last", self._branch(x, KERNELS[0]) + self._branch(x, KERNELS[1]))

    def _branch(self, x: torch.Tensor, kernel: int) -> torch.Tensor:
        return self._step(f"t_{kernel}", self._step(f"{self.first}_{kernel}", x))

    def _step(self, name: str, x: torch.Tensor) -> torch.Tensor:
        convolved = self.get_submodule(name)(x)
        return torch.relu(self.get_submodule(f"bn_{name}")(convolved))


class _VisualBlock(_Block):
    first = "s"

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        for k in KERNELS:
            space = nn.Conv3d(before, after, (1, k, k), (1, stride, stride), (0, k // 2, k // 2), bias=False)
            self._add(f"s_{k}", space)
            self._add(f"t_{k}", nn.Conv3d(after, after, (k, 1, 1), padding=(k // 2, 0, 0), bias=False))
        self._add("last", nn.Conv3d(after, after, 1, bias=False))

    def _add(self, name: str, convolution: nn.Conv3d) -> None:
        self.add_module(name, convolution)
        self.add_module(f"bn_{name}", nn.BatchNorm3d(convolution.out_channels, NORM_EPS, NORM_MOMENTUM))


class _AudioBlock(_Block):
    first = "m"

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        for k in KERNELS:
            self._add(f"m_{k}", nn.Conv2d(before, after, (k, 1), padding=(k // 2, 0), bias=False))
            self._add(f"t_{k}", nn.Conv2d(after, after, (1, k), padding=(0, k // 2), bias=False))
        self._add("last", nn.Conv2d(after, after, 1, bias=False))

    def _add(self, name: str, convolution: nn.Conv2d) -> None:
        self.add_module(name, convolution)
        self.add_module(f"bn_{name}", nn.BatchNorm2d(convolution.out_channels, NORM_EPS, NORM_MOMENTUM))


class _BothWays(nn.Module):
    """A forward recurrent network, followed by a backward one on its states."""

    def __init__(self) -> None:
        super().__init__()
        self.gru_forward = nn.GRU(128, 128, batch_first=True)
        self.gru_backward = nn.GRU(128, 128, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.gelu(self.gru_forward(x)[0])
        return nn.functional.gelu(from_behind(self.gru_backward, x))
