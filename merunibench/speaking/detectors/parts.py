"""What the detectors have in common: their encoders' frame, their input's scale, a recurrent network from behind."""

from collections.abc import Callable

import torch
from torch import nn

NORM_EPS, NORM_MOMENTUM = 1e-3, 0.01
"""Of the batch normalisation of most layers; the momentum is for training alone."""
_MEAN, _DEVIATION = 0.4161, 0.1688


def normalised(faces: torch.Tensor) -> torch.Tensor:
    """Grey pixels 0 to 255 in the scale that the networks were trained on."""
    return (faces / 255 - _MEAN) / _DEVIATION


def from_behind(gru: nn.GRU, sequence: torch.Tensor) -> torch.Tensor:
    """The states of a recurrent network that reads a sequence, of shape (b, T, d), from its end."""
    states: torch.Tensor = gru(sequence.flip(1))[0]
    return states.flip(1)


class VisualEncoder(nn.Module):
    """Faces to states of 128 numbers a tick: three blocks of 3-D convolutions, the maximum over space."""

    def __init__(self, block: Callable[[int, int, int], nn.Module]) -> None:
        """Make a block of each (channels before, after, stride in space)."""
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
    """Coefficients to states of 128 numbers a tick: three blocks of 2-D convolutions, the mean over coefficients."""

    def __init__(self, block: Callable[[int, int], nn.Module]) -> None:
        """Make a block of each (channels before, after)."""
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
    """A linear layer under the name that training gave it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.FC = nn.Linear(width, 2)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Logits of (silent, speaking), of shape (…, 2)."""
        logits: torch.Tensor = self.FC(states)
        return logits


class Detector(nn.Module):
    """A network with the head that its checkpoints give it, and heads that only training needs.

    Args:
        network: Faces and coefficients to states of shape (b, T, width).
        width: How many numbers a state has.
        of_training: Name of a further head -> its width; unused, and in every checkpoint.
    """

    def __init__(self, network: nn.Module, width: int, **of_training: int) -> None:
        super().__init__()
        self.model = network
        self.lossAV = Head(width)
        for name, size in of_training.items():
            self.add_module(name, Head(size))

    def forward(self, faces: torch.Tensor, mfcc: torch.Tensor) -> torch.Tensor:
        """Logits of (silent, speaking) for each tick, of shape (b, T, 2).

        Args:
            faces: Of shape (b, T, 112, 112), grey, 0 to 255.
            mfcc: Of shape (b, 4T, 13).
        """
        logits: torch.Tensor = self.lossAV(self.model(faces, mfcc))
        return logits
