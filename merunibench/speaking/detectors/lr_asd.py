"""LR-ASD (Liao et al., LR-ASD: Lightweight and Robust Network for Active Speaker Detection, IJCV 2025).

Like Light-ASD, but blocks have one branch with two kernels, and gates replace sums.
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

_KERNELS = (5, 3)


class LRASD(Detector):
    """The LR-ASD detector."""

    def __init__(self) -> None:
        super().__init__(_Network(), 128, lossV=128)


class _Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.visualEncoder = VisualEncoder(_VisualBlock)
        self.audioEncoder = AudioEncoder(_AudioBlock)
        self.fusion = Gate(256)
        self.detector = _BothWays()

    def forward(self, faces: torch.Tensor, mfcc: torch.Tensor) -> torch.Tensor:
        both = torch.cat([self.audioEncoder(mfcc), self.visualEncoder(faces)], dim=2)
        states: torch.Tensor = self.detector(self.fusion(both))
        return states


class _Block(nn.Module):
    """Four convolutions: two over space or coefficients (`first`), two over time."""

    first: str

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for kind in (self.first, "t"):
            for place in (1, 2):
                convolved = self.get_submodule(f"{kind}_{place}")(x)
                x = torch.relu(self.get_submodule(f"{kind}_norm_{place}")(convolved))
        return x


class _VisualBlock(_Block):
    first = "s"

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        for place, k in enumerate(_KERNELS, start=1):
            wide = (before, after // 2) if place == 1 else (after // 2, after)
            steps = (1, stride, stride) if place == 1 else (1, 1, 1)
            space = nn.Conv3d(wide[0], wide[1], (1, k, k), steps, (0, k // 2, k // 2), bias=False)
            self._add("s", place, space)
            self._add("t", place, nn.Conv3d(after, after, (k, 1, 1), padding=(k // 2, 0, 0), bias=False))

    def _add(self, kind: str, place: int, convolution: nn.Conv3d) -> None:
        self.add_module(f"{kind}_{place}", convolution)
        norm = nn.BatchNorm3d(convolution.out_channels, NORM_EPS, NORM_MOMENTUM)
        self.add_module(f"{kind}_norm_{place}", norm)


class _AudioBlock(_Block):
    first = "m"

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        for place, k in enumerate(_KERNELS, start=1):
            wide = (before, after // 2) if place == 1 else (after // 2, after)
            mel = nn.Conv2d(wide[0], wide[1], (k, 1), padding=(k // 2, 0), bias=False)
            self._add("m", place, mel)
            self._add("t", place, nn.Conv2d(after, after, (1, k), padding=(0, k // 2), bias=False))

    def _add(self, kind: str, place: int, convolution: nn.Conv2d) -> None:
        self.add_module(f"{kind}_{place}", convolution)
        norm = nn.BatchNorm2d(convolution.out_channels, NORM_EPS, NORM_MOMENTUM)
        self.add_module(f"{kind}_norm_{place}", norm)


class Gate(nn.Module):
    """Multiplies states by weights that are computed from the states."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention = nn.Conv1d(width, width, 1, bias=False)
        self.bn = nn.BatchNorm1d(width, NORM_EPS, NORM_MOMENTUM)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(b, T, d) -> (b, T, d)."""
        weights = torch.sigmoid(self.bn(self.attention(states.transpose(1, 2))))
        return states * weights.transpose(1, 2)


class _BothWays(nn.Module):
    """A forward and a backward recurrent network, and a gate over their concatenated states."""

    def __init__(self) -> None:
        super().__init__()
        self.gru_forward = nn.GRU(256, 64, batch_first=True)
        self.gru_backward = nn.GRU(256, 64, batch_first=True)
        self.attention = Gate(128)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        both = torch.cat([self.gru_forward(x)[0], from_behind(self.gru_backward, x)], dim=2)
        states: torch.Tensor = self.attention(both)
        return states
