"""A classifier of subtitles: TF-IDF and logistic regression, trained by scikit-learn and applied without it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench._text import one_line
from merunibench.curation.crowd.classifiers.folds import check_folds, group_folds
from merunibench.curation.crowd.classifiers.labelled import Labelled
from merunibench.curation.crowd.classifiers.tfidf import ANALYZERS, Analyzer, TfIdf, analyzer_for, longest
from merunibench.errors import InputError
from merunibench.files.json_text import parse_json

FloatArray = npt.NDArray[np.float64]

KIND = "text"
LEAST_TEXTS = 2
"""Minimum number of texts in which an n-gram must occur."""
INVERSE_REGULARISATION = 5.0
_ITERATIONS = 5000


@dataclass(frozen=True, eq=False)
class TextClassifier:
    """A classifier of texts.

    Attributes:
        classes: The K classes.
        features: The features of a text.
        coefficients: Coefficient of each class and n-gram, shape (K, V); for two classes only the second, (1, V).
        intercepts: Intercept of each class, shape (K,); for two classes only the second, shape (1,).
    """

    classes: tuple[str, ...]
    features: TfIdf
    coefficients: FloatArray
    intercepts: FloatArray

    def probabilities(self, texts: Sequence[str]) -> FloatArray:
        """Return the probability of each class for each text, shape (N, K); NaN for texts without a known n-gram."""
        scores = np.full((len(texts), len(self.intercepts)), np.nan)
        for row, text in enumerate(texts):
            places, weights = self.features.weights(text)
            if len(places):
                scores[row] = self.coefficients[:, places] @ weights + self.intercepts
        return _softmax(scores if len(self.classes) > 2 else np.hstack([np.zeros_like(scores), scores]))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the classifier as plain arrays."""
        return {
            "classes": np.array(self.classes),
            "analyzer": np.array(self.features.analyzer),
            # As JSON, since NumPy's text type would lose trailing NULs, and n-grams may contain any character.
            "vocabulary": np.frombuffer(json.dumps(self.features.vocabulary).encode(), np.uint8),
            "idf": self.features.idf,
            "coefficients": self.coefficients,
            "intercepts": self.intercepts,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[Any]], where: str) -> "TextClassifier":
        """Load the result of `to_arrays`.

        Raises:
            InputError: the arrays are not those of a text classifier.
        """
        try:
            vocabulary = tuple(map(str, parse_json(arrays["vocabulary"].tobytes(), where)))
            classes = tuple(map(str, arrays["classes"].tolist()))
            analyzer = str(arrays["analyzer"].item())
            idf, coefficients, intercepts = (
                np.array(arrays[key], np.float64) for key in ("idf", "coefficients", "intercepts")
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise InputError(f"{where}: is not a text classifier: {one_line(error)}; train it again") from None
        rows = 1 if len(classes) == 2 else len(classes)
        shapes = (idf.shape, coefficients.shape, intercepts.shape)
        if analyzer not in ANALYZERS or shapes != ((len(vocabulary),), (rows, len(vocabulary)), (rows,)) or rows == 0:
            raise InputError(f"{where}: is not a text classifier: its arrays do not fit together; train it again")
        if not all(np.isfinite(array).all() for array in (idf, coefficients, intercepts)):
            raise InputError(f"{where}: is not a text classifier: some values are not finite; train it again")
        kind: Analyzer = "words" if analyzer == "words" else "characters"
        return cls(classes, TfIdf(kind, vocabulary, idf), coefficients, intercepts)


def train_text(
    labelled: Labelled, *, analyzer: Analyzer | None = None, folds: int = 5, seed: int = 0
) -> tuple[TextClassifier, FloatArray]:
    """Train on all samples, and once more without each fold.

    Args:
        labelled: The samples, with texts.
        analyzer: Parts of n-grams; by default chosen by the texts.
        folds: Number of folds.
        seed: Seed of the folds.

    Returns:
        The classifier, and out-of-fold probabilities, shape (N, K), NaN without a known n-gram.

    Raises:
        InputError: scikit-learn is not installed, or there is not enough to train on.
    """
    texts = labelled.texts
    if texts is None or not any(map(str.strip, texts)):
        raise InputError(f"{labelled.path}: no sample has a text; give the column of the texts")
    analyzer = analyzer or analyzer_for(texts)
    fold_of = group_folds(labelled.groups, folds, seed)
    check_folds(labelled, fold_of)
    labels, found = np.array(labelled.labels), np.full((len(texts), len(labelled.classes)), np.nan)
    for fold in range(folds):
        seen, held = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        classifier = fit([texts[row] for row in seen], labels[seen].tolist(), analyzer, str(labelled.path))
        columns = [labelled.classes.index(name) for name in classifier.classes]
        found[held[:, None], columns] = classifier.probabilities([texts[row] for row in held])
    return fit(texts, labels.tolist(), analyzer, str(labelled.path)), found


def fit(texts: Sequence[str], labels: Sequence[str], analyzer: Analyzer, where: str) -> TextClassifier:
    """Train one classifier.

    Raises:
        InputError: scikit-learn is not installed, or no n-gram occurs in two texts.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise InputError("training on texts needs scikit-learn: pip install 'merunibench[curate]'") from error
    vectorizer = TfidfVectorizer(
        analyzer="word" if analyzer == "words" else "char",
        ngram_range=(1, longest(analyzer)),
        min_df=LEAST_TEXTS,
        sublinear_tf=True,
    )
    try:
        features = vectorizer.fit_transform(texts)
    except ValueError as error:
        raise InputError(f"{where}: too few texts to train on: {one_line(error)}") from None
    model = LogisticRegression(C=INVERSE_REGULARISATION, class_weight="balanced", max_iter=_ITERATIONS)
    model.fit(features, labels)
    terms = tuple(map(str, vectorizer.get_feature_names_out()))
    return TextClassifier(
        tuple(map(str, model.classes_)),
        TfIdf(analyzer, terms, np.asarray(vectorizer.idf_, np.float64)),
        np.asarray(model.coef_, np.float64),
        np.asarray(model.intercept_, np.float64),
    )


def _softmax(scores: FloatArray) -> FloatArray:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: FloatArray = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities
