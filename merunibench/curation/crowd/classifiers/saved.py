"""The folder of a trained classifier: settings, weights as plain arrays, and votes on its training samples.

    settings.json         task, classes, training data, validation, options
    weights.npz           of a text classifier; weights.safetensors of an attention classifier
    out-of-fold.jsonl     votes on each training sample by the fold that did not see it: name, label, probabilities

So the folder itself is a source of votes; with its weights, the classifier votes on other samples.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from merunibench.curation.crowd.classifiers.features import MOST_VALUES
from merunibench.curation.crowd.classifiers.folds import FloatArray, validation
from merunibench.curation.crowd.classifiers.labelled import Labelled
from merunibench.curation.crowd.classifiers.text import KIND, TextClassifier
from merunibench.curation.crowd.sources import SETTINGS
from merunibench.errors import InputError
from merunibench.files import open_atomic, read_plain, whole_set, write_bytes, write_text
from merunibench.files.json_text import read_json
from merunibench.files.npz import read_npz

if TYPE_CHECKING:
    from merunibench.curation.crowd.classifiers.attention import AttentionClassifier

SCHEMA = "merunibench.classifier/1"
WEIGHTS, TENSORS, OUT_OF_FOLD = "weights.npz", "weights.safetensors", "out-of-fold.jsonl"
ATTENTION = "attention"
_LONGEST = 1 << 30

Row = dict[str, Any]


def is_classifier(folder: Path) -> bool:
    """Whether a folder contains a trained classifier rather than only votes."""
    path = folder / SETTINGS
    return path.is_file() and _settings(path).get("schema") == SCHEMA


def read_classifier_settings(folder: Path) -> dict[str, Any]:
    """Read the settings of a trained classifier.

    Raises:
        InputError: the folder is not a trained classifier.
    """
    settings = _settings(folder / SETTINGS)
    if settings.get("schema") != SCHEMA:
        raise InputError(f"{folder}: is not a trained classifier; train one (`merunibench curate train`)")
    return settings


def _settings(path: Path) -> dict[str, Any]:
    settings = read_json(path)
    return settings if isinstance(settings, dict) else {}


def describe(
    labelled: Labelled, probabilities: FloatArray, kind: str, options: Mapping[str, Any], weights: bytes
) -> dict[str, Any]:
    """Return the settings of a trained classifier, with its training data and validation."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "task": labelled.task,
        "classes": list(labelled.classes),
        "training": {
            "data": labelled.path.name,
            "sha256": labelled.sha256,
            "samples": len(labelled.names),
            "groups": len(set(labelled.groups)),
            "left_out": labelled.left_out,
        },
        "validation": validation(labelled, probabilities),
        "options": dict(options),
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }


def save_text(
    out: Path, classifier: TextClassifier, labelled: Labelled, probabilities: FloatArray, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a text classifier as a folder, atomically; return its settings.

    Raises:
        InputError: it cannot be written.
    """
    weights = npz_bytes(classifier.to_arrays())
    options = {"analyzer": classifier.features.analyzer, "n_grams": len(classifier.features.vocabulary), **options}
    settings = describe(labelled, probabilities, KIND, options, weights)
    save(out, settings, {WEIGHTS: weights}, labelled, probabilities)
    return settings


def save(
    out: Path,
    settings: Mapping[str, Any],
    weights: Mapping[str, bytes],
    labelled: Labelled,
    probabilities: FloatArray,
) -> None:
    """Write the folder of a classifier, atomically.

    Raises:
        InputError: it cannot be written.
    """
    with whole_set(out) as folder:
        for name, content in weights.items():
            write_bytes(folder / name, content)
        write_votes(folder / OUT_OF_FOLD, vote_rows(labelled.names, labelled.classes, probabilities))
        write_text(folder / SETTINGS, json.dumps(settings, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def npz_bytes(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return arrays as the bytes of an `.npz` file; the same arrays give the same bytes."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type] # its members have no dates
    return stream.getvalue()


def load_text(folder: Path) -> TextClassifier:
    """Load the text classifier in a folder.

    Raises:
        InputError: it is damaged.
        UnsafeFileError: its weights are not plain arrays, or are very large.
    """
    path = folder / WEIGHTS
    return TextClassifier.from_arrays(read_npz(path, max_bytes=_LONGEST), str(path))


def vote_rows(names: Sequence[str], classes: Sequence[str], probabilities: FloatArray) -> Iterator[Row]:
    """Yield rows of votes: the most likely class, and the probabilities; the label is null if they are NaN."""
    for name, row in zip(names, probabilities, strict=True):
        if np.isnan(row).any():
            yield {"name": name, "label": None, "probability": None}
            continue
        shares = dict(zip(classes, row.round(6).tolist(), strict=True))
        best = int(row.argmax())
        yield {"name": name, "label": classes[best], "probability": shares[classes[best]], "probabilities": shares}


def write_votes(path: Path, rows: Iterable[Row]) -> None:
    """Write votes as JSON Lines.

    Raises:
        InputError: the file cannot be written.
    """
    with open_atomic(path) as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)


def save_attention(
    out: Path,
    classifier: "AttentionClassifier",
    labelled: Labelled,
    probabilities: FloatArray,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Write an attention classifier as a folder, atomically; return its settings.

    Raises:
        InputError: it cannot be written.
    """
    weights = classifier.to_bytes()
    options = {"encoders": dict(classifier.widths), **options}
    settings = describe(labelled, probabilities, ATTENTION, options, weights)
    save(out, settings, {TENSORS: weights}, labelled, probabilities)
    return settings


def load_attention(folder: Path) -> "AttentionClassifier":
    """Load the attention classifier in a folder.

    Raises:
        InputError: it is damaged, or PyTorch is not installed.
    """
    try:
        from merunibench.curation.crowd.classifiers.attention import AttentionClassifier
    except ImportError as error:
        raise InputError(f"attention classifiers need {error.name}: pip install 'merunibench[models]'") from error
    settings, path = read_classifier_settings(folder), folder / TENSORS
    classes, options = settings.get("classes"), settings.get("options")
    encoders = options.get("encoders") if isinstance(options, dict) else None
    hidden = options.get("hidden") if isinstance(options, dict) else None
    texts = isinstance(classes, list) and len(classes) > 1 and all(isinstance(each, str) for each in classes)
    widths = encoders if isinstance(encoders, dict) and encoders else {}
    sizes = [hidden, *widths.values()]
    if not texts or not widths or not all(type(each) is int and 0 < each <= MOST_VALUES for each in sizes):
        raise InputError(f"{folder / SETTINGS}: classes, encoders or hidden are invalid; train the classifier again")
    content = read_plain(path, _LONGEST)
    return AttentionClassifier.from_bytes(content, cast("list[str]", classes), widths, cast("int", hidden), str(path))
