"""Common parts of the detectors: the structure of their encoders, input normalisation, backward recurrent networks."""

from collections.abc import Callable

import torch
from torch import nn

NORM_EPS, NORM_MOMENTUM = 1e-3, 0.01
"""Parameters of most batch normalisations; the momentum only matters in training."""
_MEAN, _DEVIATION = 0.4161, 0.1688


def normalised(faces: torch.Tensor) -> torch.Tensor:
    """Normalise grey pixels from 0 to 255, as in training."""
    return (faces / 255 - _MEAN) / _DEVIATION


def from_behind(gru: nn.GRU, sequence: torch.Tensor) -> torch.Tensor:
    """Return the states of a recurrent network that reads a sequence of shape (b, T, d) backwards."""
    states: torch.Tensor = gru(sequence.flip(1))[0]
    return states.flip(1)


class VisualEncoder(nn.Module):
    """Encodes faces as 128 numbers per tick: three blocks of 3-D convolutions, then the maximum over space."""

    def __init__(self, block: Callable[[int, int, int], nn.Module]) -> None:
        """Make the blocks from (input channels, output channels, spatial stride)."""
        super().__init__()
        self.block1, self.block2, self.block3 = block(1, 32, 2), block(32, 64, 1), block(64, 128, 1)
        self.pool1 = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        self.pool2 = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """(b, T, 112, 112) -> (b, T, 128)."""
        x = self.pool1(self.block1(normalised(faces)[:, None]))
        x = self.block3(self.pool2(self.block2(x)))
        states: torch.Tensor = x.amax(dim=(3, 4)).transpose(1, 2)
        return states


class AudioEncoder(nn.Module):
    """Encodes coefficients as 128 numbers per tick: three blocks of 2-D convolutions, mean over coefficients."""

    def __init__(self, block: Callable[[int, int], nn.Module]) -> None:
        """Make the blocks from (input channels, output channels)."""
        super().__init__()
        self.block1, self.block2, self.block3 = block(1, 32), block(32, 64), block(64, 128)
        self.pool1 = nn.MaxPool2d((1, 3), (1, 2), (0, 1))
        self.pool2 = nn.MaxPool2d((1, 3), (1, 2), (0, 1))

    def forward(self, mfcc: torch.Tensor) -> torch.Tensor:
        """(b, 4T, 13) -> (b, T, 128)."""
        x = self.pool1(self.block1(mfcc[:, None].transpose(2, 3)))
        x = self.block3(self.pool2(self.block2(x)))
        states: torch.Tensor = x.mean(dim=2).transpose(1, 2)
        return states


class Head(nn.Module):
    """A linear layer with the name that it has in checkpoints."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.FC = nn.Linear(width, 2)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return logits of (silent, speaking), shape (…, 2)."""
        logits: torch.Tensor = self.FC(states)
        return logits


class Detector(nn.Module):
    """A network with its head, and the heads that only training needs.

    Args:
        network: Maps faces and coefficients to states of shape (b, T, width).
        width: Width of a state.
        of_training: Name of a further head -> its width. These are unused but in every checkpoint.
    """

    def __init__(self, network: nn.Module, width: int, **of_training: int) -> None:
        super().__init__()
        self.model = network
        self.lossAV = Head(width)
        for name, size in of_training.items():
            self.add_module(name, Head(size))

    def forward(self, faces: torch.Tensor, mfcc: torch.Tensor) -> torch.Tensor:
        """Return logits of (silent, speaking) for each tick, shape (b, T, 2).

        Args:
            faces: Of shape (b, T, 112, 112), grey, 0 to 255.
            mfcc: Of shape (b, 4T, 13).
        """
        logits: torch.Tensor = self.lossAV(self.model(faces, mfcc))
        return logits
