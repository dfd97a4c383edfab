"""TalkNet (Tao et al., Is Someone Speaking? Exploring Long-term Temporal Features, ACM Multimedia 2021).

```
faces (b, T, 112, 112) -> 3-D convolution, ResNet, temporal convolutions -> (b, T, 128) -\
                                                     attention to each other, then to all -> (b, T, 2)
mfcc  (b, 4T, 13)      -> SE-ResNet, mean over coefficients              -> (b, T, 128) -/
```

Random weights saved by the authors' classes load strictly and give the same logits to 1e-6 (487 entries, 15,762,236
values). The published weights were not available, so their results are not tested.
"""

import torch
from torch import nn

from merunibench.speaking.detectors.parts import NORM_EPS, NORM_MOMENTUM, Detector, normalised

_WIDTH = 128
_FACE_WIDTH = 512
_HEADS = 8


class TalkNet(Detector):
    """The TalkNet detector."""

    def __init__(self) -> None:
        super().__init__(_Network(), 2 * _WIDTH, lossA=_WIDTH, lossV=_WIDTH)


class _Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.visualFrontend = _VisualFrontend()
        self.visualTCN = _Holder(nn.Sequential(*(TemporalBlock() for _ in range(5))))
        self.visualConv1D = _Holder(
            nn.Sequential(
                nn.Conv1d(_FACE_WIDTH, 256, 5, padding=2), nn.BatchNorm1d(256), nn.ReLU(), nn.Conv1d(256, _WIDTH, 1)
            )
        )
        self.audioEncoder = AudioEncoder()
        self.crossA2V = AttentionLayer(_WIDTH)
        self.crossV2A = AttentionLayer(_WIDTH)
        self.selfAV = AttentionLayer(2 * _WIDTH)

    def forward(self, faces: torch.Tensor, mfcc: torch.Tensor) -> torch.Tensor:
        seen = self.visualFrontend(faces).transpose(1, 2)
        seen = self.visualConv1D(self.visualTCN(seen)).transpose(1, 2)
        heard = self.audioEncoder(mfcc)
        both = torch.cat([self.crossA2V(heard, seen), self.crossV2A(seen, heard)], dim=2)
        states: torch.Tensor = self.selfAV(both, both)
        return states


class _Holder(nn.Module):
    """A sequence with the name that it has in checkpoints."""

    def __init__(self, net: nn.Sequential) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.net(x)
        return result


class _VisualFrontend(nn.Module):
    """Encodes faces as 512 numbers per tick; only the first convolution mixes neighbouring ticks."""

    def __init__(self) -> None:
        super().__init__()
        self.frontend3D = nn.Sequential(
            nn.Conv3d(1, 64, (5, 7, 7), (1, 2, 2), (2, 3, 3), bias=False),
            nn.BatchNorm3d(64, NORM_EPS, NORM_MOMENTUM),
            nn.ReLU(),
            nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
        )
        self.resnet = _ResNet()

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """(b, T, 112, 112) -> (b, T, 512)."""
        x = self.frontend3D(normalised(faces)[:, None]).transpose(1, 2)
        states: torch.Tensor = self.resnet(x.flatten(0, 1)).view(*x.shape[:2], _FACE_WIDTH)
        return states


class _ResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer1 = ResNetLayer(64, 64, 1)
        self.layer2 = ResNetLayer(64, 128, 2)
        self.layer3 = ResNetLayer(128, 256, 2)
        self.layer4 = ResNetLayer(256, _FACE_WIDTH, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        pooled: torch.Tensor = nn.functional.avg_pool2d(x, 4, 1)
        return pooled


class ResNetLayer(nn.Module):
    """Two residual units; the skip connection of the second is the first one's sum before normalisation."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.conv1a = _three(before, after, stride)
        self.bn1a = _norm(after)
        self.conv2a = _three(after, after)
        self.downsample = nn.Conv2d(
            before, after, 1, stride, bias=False
        )  # in checkpoints, but unused if the stride is 1
        self.outbna = _norm(after)
        self.conv1b = _three(after, after)
        self.bn1b = _norm(after)
        self.conv2b = _three(after, after)
        self.outbnb = _norm(after)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, before, H, W) -> (n, after, H / stride, W / stride)."""
        around = x if self.stride == 1 else self.downsample(x)
        first = self.conv2a(torch.relu(self.bn1a(self.conv1a(x)))) + around
        x = torch.relu(self.outbna(first))
        second = self.conv2b(torch.relu(self.bn1b(self.conv1b(x)))) + first
        return torch.relu(self.outbnb(second))


def _three(before: int, after: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(before, after, 3, stride, 1, bias=False)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, NORM_EPS, NORM_MOMENTUM)


class TemporalBlock(nn.Module):
    """A residual unit of separable convolutions over time."""

    def __init__(self, width: int = _FACE_WIDTH) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.ReLU(),
            nn.BatchNorm1d(width),
            nn.Conv1d(width, width, 3, padding=1, groups=width, bias=False),
            nn.PReLU(),
            GlobalLayerNorm(width),
            nn.Conv1d(width, width, 1, bias=False),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(b, d, T) -> (b, d, T)."""
        result: torch.Tensor = x + self.net(x)
        return result


class GlobalLayerNorm(nn.Module):
    """Normalisation over a whole sequence: channels and time together."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, width, 1))
        self.beta = nn.Parameter(torch.zeros(1, width, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(b, d, T) -> (b, d, T)."""
        variance, mean = torch.var_mean(x, dim=(1, 2), correction=0, keepdim=True)
        result: torch.Tensor = self.gamma * (x - mean) / torch.sqrt(variance + 1e-8) + self.beta
        return result


class AudioEncoder(nn.Module):
    """Encodes coefficients as 128 numbers per tick: a ResNet with squeeze and excitation."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 7, (2, 1), 3, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = _units(16, 16, 3, 1)
        self.layer2 = _units(16, 32, 4, 2)
        self.layer3 = _units(32, 64, 6, 2)
        self.layer4 = _units(64, _WIDTH, 3, 1)

    def forward(self, mfcc: torch.Tensor) -> torch.Tensor:
        """(b, 4T, 13) -> (b, T, 128)."""
        x = torch.relu(self.bn1(self.conv1(mfcc[:, None].transpose(2, 3))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        states: torch.Tensor = x.mean(dim=2).transpose(1, 2)
        return states


def _units(before: int, after: int, count: int, stride: int) -> nn.Sequential:
    first = SEBlock(before, after, stride)
    return nn.Sequential(first, *(SEBlock(after, after, 1) for _ in range(count - 1)))


class SEBlock(nn.Module):
    """A residual unit with squeeze and excitation."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = _three(before, after, stride)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = _three(after, after)
        self.bn2 = nn.BatchNorm2d(after)
        self.se = SqueezeExcitation(after)
        changes = stride != 1 or before != after
        around = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))
        self.downsample = around if changes else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(b, before, H, W) -> (b, after, H / stride, W / stride)."""
        around = x if self.downsample is None else self.downsample(x)
        inner = self.bn1(torch.relu(self.conv1(x)))
        return torch.relu(self.se(self.bn2(self.conv2(inner))) + around)


class SqueezeExcitation(nn.Module):
    """Weights channels by a function of their means (Hu et al., 2018)."""

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        less = channels // reduction
        self.fc = nn.Sequential(nn.Linear(channels, less), nn.ReLU(), nn.Linear(less, channels), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(b, c, H, W) -> (b, c, H, W)."""
        weights: torch.Tensor = self.fc(x.mean(dim=(2, 3)))
        return x * weights[:, :, None, None]


class AttentionLayer(nn.Module):
    """A transformer layer whose queries come from the other sequence."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, _HEADS, batch_first=True)
        self.linear1 = nn.Linear(width, 4 * width)
        self.linear2 = nn.Linear(4 * width, width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """(b, T, d), (b, T, d) -> (b, T, d): `target` gives queries, `source` keys, values and the skip connection."""
        asked = self.self_attn(target, source, source, need_weights=False)[0]
        x = self.norm1(source + asked)
        result: torch.Tensor = self.norm2(x + self.linear2(torch.relu(self.linear1(x))))
        return result
