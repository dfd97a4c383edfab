"""`compute_metrics` for the Trainer of transformers: convert generated token ids to the scores of `evaluate`."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from merunibench.accumulator import Accumulator
from merunibench.errors import InputError


def compute_metrics(
    tokenizer: Any,  # noqa: ANN401 - of transformers
    dataset: str,
    names: Sequence[str],
    truths: Sequence[Any],
    **options: Any,  # noqa: ANN401
) -> Callable[[Any], dict[str, float]]:
    """Return a function for `Seq2SeqTrainer(compute_metrics=…)` with `predict_with_generate=True`.

    Args:
        tokenizer: Decodes the generated ids.
        dataset: Name of the data set.
        names: Names of the samples of the evaluation set, in its order.
        truths: Their truths.
        **options: Parameters of `evaluate`, such as `protocol="strict"` or `bootstrap=0`.

    Returns:
        A function that converts the Trainer's predictions, ids of shape (N, L), to `meld/score`, `meld/ci_low`, ….
    """

    def figures(predicted: Any) -> dict[str, float]:  # noqa: ANN401 - an EvalPrediction
        ids = predicted.predictions[0] if isinstance(predicted.predictions, tuple) else predicted.predictions
        if len(ids) != len(names):
            raise InputError(f"{len(ids)} predictions for {len(names)} named samples")
        # The Trainer pads rows with -100, which no tokenizer decodes.
        filled = np.where(np.asarray(ids) < 0, tokenizer.pad_token_id, ids)
        accumulator = Accumulator(dataset, **options)
        accumulator.update(names, tokenizer.batch_decode(filled, skip_special_tokens=True), truths)
        return accumulator.compute().scalars()

    return figures
