"""A classifier of features: MERBench's network, which weights modalities by attention. Needs PyTorch.

Each modality goes through dropout and three layers to h values. A network of the same form computes one weight per
modality, without softmax, from all of them; the weighted sum predicts the classes and, if it is known, the valence.

Source: Lian et al., MERBench (arXiv 2401.03429), and its code: architecture and hyper-parameters.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from merunibench._text import one_line, short_repr
from merunibench.curation.crowd.classifiers.folds import check_folds, group_folds, macro_f1
from merunibench.curation.crowd.classifiers.labelled import Labelled
from merunibench.errors import InputError

FloatArray = npt.NDArray[np.float64]
Features = Mapping[str, npt.NDArray[np.float32]]
State = Mapping[str, torch.Tensor]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class AttentionOptions:
    """Hyper-parameters; MERBench draws h from {64, 128, 256}, dropout from 0.2 to 0.5, the rate from {1e-3, 1e-4}.

    Attributes:
        hidden: Width h of all layers.
        dropout: Share of features that are dropped while training.
        rate: Learning rate of Adam.
        decay: Weight decay of Adam.
        batch: Samples per step.
        epochs: Passes over the training part; the best by macro F1 on the held-out fold is kept.
        folds: Number of folds.
        seed: Seed of folds, weights, order and dropout.
    """

    hidden: int = 128
    dropout: float = 0.3
    rate: float = 1e-3
    decay: float = 1e-5
    batch: int = 32
    epochs: int = 100
    folds: int = 5
    seed: int = 0


class AttentionNetwork(nn.Module):
    """The attention network.

    Args:
        widths: Number of features of each modality.
        classes: Number of classes.
        hidden: Width h.
        dropout: Share of features dropped.
    """

    def __init__(self, widths: Sequence[int], classes: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.modalities = nn.ModuleList(_encoder(width, hidden, dropout) for width in widths)
        self.attention = _encoder(hidden * len(widths), hidden, dropout)
        self.weights = nn.Linear(hidden, len(widths))
        self.classes = nn.Linear(hidden, classes)
        self.valence = nn.Linear(hidden, 1)

    def forward(self, features: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return scores of the classes, shape (b, K), and valence, shape (b,), from features of shape (b, D) each."""
        states = [encode(each) for encode, each in zip(self.modalities, features, strict=True)]
        weights = self.weights(self.attention(torch.cat(states, dim=1)))
        fused = (torch.stack(states, dim=2) @ weights[:, :, None])[:, :, 0]
        return self.classes(fused), self.valence(fused)[:, 0]


def _encoder(width: int, hidden: int, dropout: float) -> nn.Sequential:
    layers = [nn.Dropout(dropout)]
    for size in (width, hidden, hidden):
        layers += [nn.Linear(size, hidden), nn.ReLU()]  # type: ignore[list-item]
    return nn.Sequential(*layers)


@dataclass(frozen=True, eq=False)
class AttentionClassifier:
    """The networks of all folds, whose probabilities are averaged.

    Attributes:
        classes: The K classes.
        widths: Encoder -> number of features.
        hidden: Width h of the networks.
        states: The weights of each network.
    """

    classes: tuple[str, ...]
    widths: Mapping[str, int]
    hidden: int
    states: tuple[State, ...]

    def probabilities(self, features: Features) -> FloatArray:
        """Return the probability of each class for each sample, shape (N, K); NaN if a modality has no features.

        Raises:
            InputError: an encoder is missing, or the number of its features differs from training.
        """
        inputs = _tensors(features, self.widths)
        total = np.zeros((len(inputs[0]), len(self.classes)))
        for state in self.states:
            total += _probabilities(self._network(state), inputs)
        return total / len(self.states)

    def _network(self, state: State) -> AttentionNetwork:
        network = AttentionNetwork(list(self.widths.values()), len(self.classes), self.hidden, 0.0)
        network.load_state_dict(state)
        return network.eval()

    def to_bytes(self) -> bytes:
        """Return the weights in the safetensors format."""
        from safetensors.torch import save

        tensors = {f"fold{k}.{name}": tensor for k, state in enumerate(self.states) for name, tensor in state.items()}
        return save(tensors)

    @classmethod
    def from_bytes(
        cls, content: bytes, classes: Sequence[str], widths: Mapping[str, int], hidden: int, where: str
    ) -> "AttentionClassifier":
        """Load the result of `to_bytes`.

        Raises:
            InputError: the content is invalid, or the weights do not fit the classes and widths.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load

        try:
            tensors = load(content)
            states: dict[str, dict[str, torch.Tensor]] = {}
            for name, tensor in sorted(tensors.items()):
                fold, _, rest = name.partition(".")
                states.setdefault(fold, {})[rest] = tensor
            found = cls(tuple(classes), dict(widths), hidden, tuple(states[fold] for fold in sorted(states)))
            for state in found.states:
                found._network(state)
        except (SafetensorError, RuntimeError, ValueError, KeyError) as error:
            raise InputError(f"{where}: invalid weights: {one_line(error)}; train the classifier again") from None
        if not states:
            raise InputError(f"{where}: contains no weights; train the classifier again")
        return found


def train_attention(
    labelled: Labelled, features: Features, options: AttentionOptions, progress: Progress | None = None
) -> tuple[AttentionClassifier, FloatArray]:
    """Train one network per fold, on all samples outside the fold.

    As in MERBench, the epoch is chosen on the fold that is also used for validation, so the scores are a little too
    good.

    Args:
        labelled: The N samples.
        features: Encoder -> features, shape (N, D), NaN for samples without features.
        options: Hyper-parameters.
        progress: Called with the name of the fold, the number of epochs done, and their total.

    Returns:
        The classifier, and out-of-fold probabilities, shape (N, K), NaN without features.

    Raises:
        InputError: there is not enough to train on.
    """
    fold_of = group_folds(labelled.groups, options.folds, options.seed)
    check_folds(labelled, fold_of)
    widths = {name: each.shape[1] for name, each in features.items()}
    inputs = _tensors(features, widths)
    whole = ~np.any([np.isnan(each).any(axis=1) for each in features.values()], axis=0)
    truth = torch.tensor([labelled.classes.index(label) for label in labelled.labels])
    valence = None if labelled.valence is None else torch.tensor(labelled.valence, dtype=torch.float32)
    found, states = np.full((len(truth), len(labelled.classes)), np.nan), []
    for fold in range(options.folds):
        seen, held = (np.flatnonzero(whole & (fold_of != fold)), np.flatnonzero(whole & (fold_of == fold)))
        if not len(held) or len(set(truth[seen].tolist())) < len(labelled.classes):
            raise InputError(f"{labelled.path}: too few samples with features to divide into {options.folds} folds")
        task = _Fold(inputs, truth, valence, torch.from_numpy(seen), torch.from_numpy(held), len(labelled.classes))
        told = None if progress is None else (lambda done, k=fold: progress(f"fold {k + 1}", done, options.epochs))
        state, found[held] = _train_fold(task, list(widths.values()), options, fold, told)
        states.append(state)
    return AttentionClassifier(labelled.classes, widths, options.hidden, tuple(states)), found


@dataclass(frozen=True, eq=False)
class _Fold:
    """Training and validation data of one network."""

    inputs: Sequence[torch.Tensor]
    truth: torch.Tensor
    valence: torch.Tensor | None
    seen: torch.Tensor
    held: torch.Tensor
    classes: int


def _train_fold(
    fold: _Fold, widths: Sequence[int], options: AttentionOptions, number: int, told: Callable[[int], None] | None
) -> tuple[State, FloatArray]:
    """Return the weights of the best epoch, and its probabilities on the held-out fold."""
    best, chosen = -1.0, ({}, np.zeros((0, 0)))  # type: tuple[float, tuple[State, FloatArray]]
    held = [each[fold.held] for each in fold.inputs]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed * 1000 + number)
        network = AttentionNetwork(widths, fold.classes, options.hidden, options.dropout)
        optimiser = torch.optim.Adam(network.parameters(), lr=options.rate, weight_decay=options.decay)
        for epoch in range(options.epochs):
            network.train()
            for rows in _batches(fold.seen, options.batch):
                scores, valence = network([each[rows] for each in fold.inputs])
                loss = nn.functional.cross_entropy(scores, fold.truth[rows])
                if fold.valence is not None:
                    loss = loss + nn.functional.mse_loss(valence, fold.valence[rows])
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            probabilities = _probabilities(network.eval(), held)
            score = _macro_f1(fold, probabilities)
            if score > best:
                state = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
                best, chosen = score, (state, probabilities)
            if told:
                told(epoch + 1)
    return chosen


def _batches(rows: torch.Tensor, size: int) -> Iterator[torch.Tensor]:
    yield from torch.split(rows[torch.randperm(len(rows))], size)


def _macro_f1(fold: _Fold, probabilities: FloatArray) -> float:
    confusion = np.zeros((fold.classes, fold.classes), int)
    np.add.at(confusion, (fold.truth[fold.held].numpy(), probabilities.argmax(axis=1)), 1)
    return macro_f1(confusion)


def _probabilities(network: AttentionNetwork, inputs: Sequence[torch.Tensor]) -> FloatArray:
    with torch.inference_mode():
        scores, _ = network(inputs)
        shares: FloatArray = scores.double().softmax(dim=1).numpy()
    return shares


def _tensors(features: Features, widths: Mapping[str, int]) -> list[torch.Tensor]:
    for name, width in widths.items():
        if name not in features:
            raise InputError(f"the classifier needs features of the encoder {short_repr(name)}")
        if features[name].shape[1] != width:
            raise InputError(
                f"features of {short_repr(name)} have {features[name].shape[1]} values; the classifier needs {width}"
            )
    return [torch.from_numpy(np.ascontiguousarray(features[name], np.float32)) for name in widths]


def options_to_dict(options: AttentionOptions) -> dict[str, Any]:
    """Return the options as plain data, for settings."""
    return asdict(options)
