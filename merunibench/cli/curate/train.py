"""`merunibench curate train`: train a classifier on human labels, as a source of votes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import NonNegativeInt, PositiveInt

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit, emit_json, log_stderr, terminal_width
from merunibench.cli._running import progress_bar
from merunibench.errors import InputError
from merunibench.settings import MAX_BYTES, Settings, option

if TYPE_CHECKING:
    from merunibench.curation.crowd.classifiers.labelled import Labelled


class LabelOptions(Settings):
    """Options for the training data of a classifier."""

    labels: Path = option(..., "Human labels: a table with name and label (a class, or a sentiment value).", "FILE")
    text: str | None = option(None, "Train on texts: their column.", "COLUMN")
    texts: Path | None = option(None, "Table with the texts.", "FILE", shown="the table of labels")
    features: Path | None = option(None, "Train on features: their folder, as `curate features` writes it.", "DIR")
    encoder: tuple[str, ...] = option((), "Encoder whose features are used; repeat for several.", "NAME", shown="all")
    task: Literal["emotion", "sentiment"] | None = option(
        None, "Kind of the labels.", shown="sentiment if they are polarities or numbers, else emotion"
    )
    group_regex: str | None = option(
        None,
        "The part of a name that identifies its dialogue, video or speaker; folds never split one.",
        "REGEX",
        shown="the column group, else one group per sample",
    )
    dataset: str | None = option(None, "Data set of the benchmark that the names belong to, for its groups.", "NAME")
    max_bytes: PositiveInt = MAX_BYTES

    def read(self) -> "Labelled":
        """Read the labels.

        Raises:
            InputError: neither or both of texts and features were given, or a table is invalid.
        """
        from merunibench.curation.crowd.classifiers.labelled import read_labelled

        if (self.text is None) == (self.features is None):
            raise InputError("give either texts (--text COLUMN) or features (--features DIR)")
        given = self.model_dump(exclude={"labels", "features", "encoder"})
        return read_labelled(self.labels, **given)


def train(
    settings: LabelOptions,
    out: Path = option(..., "Folder of the classifier; its name becomes the name of the source.", "DIR"),
    analyzer: Literal["words", "characters"] | None = option(
        None, "How texts are tokenized.", shown="according to their language"
    ),
    folds: PositiveInt = option(5, "Number of folds of the cross-validation.", "N"),
    seed: NonNegativeInt = option(0, "Seed of folds and training.", "SEED"),
    hidden: PositiveInt = option(128, "Width of the attention network.", "N"),
    dropout: float = option(0.3, "Dropout of the attention network.", "P", ge=0, lt=1),
    learning_rate: float = option(1e-3, "Learning rate of the attention network.", "RATE", gt=0),
    epochs: PositiveInt = option(100, "Epochs of the attention network; the best on the held-out fold is kept.", "N"),
    output_format: TableOrJson = FORMAT,
) -> None:
    """Train a classifier on human labels, validated on folds that share no group.

    For texts: TF-IDF and logistic regression. For features of faces and voice: MERBench's attention network.

    Example: `merunibench curate train --labels human.csv --text subtitle --out classifiers/human`
    """
    labelled = settings.read()
    if labelled.left_out:
        log_stderr(f"{labelled.path}: {labelled.left_out} rows without a label are left out")
    if settings.features is None:
        said = _on_texts(labelled, out, analyzer, folds, seed)
    else:
        from merunibench.curation.crowd.classifiers.attention import AttentionOptions

        options = AttentionOptions(hidden, dropout, learning_rate, epochs=epochs, folds=folds, seed=seed)
        said = _on_features(labelled, settings, out, options)
    if output_format == "json":
        emit_json(said)
    else:
        from merunibench.curation.crowd.classifiers.wording import settings_text

        emit(settings_text(said, width=terminal_width()))


def _on_texts(labelled: "Labelled", out: Path, analyzer: Any, folds: int, seed: int) -> dict[str, Any]:  # noqa: ANN401
    from merunibench.curation.crowd.classifiers.saved import save_text
    from merunibench.curation.crowd.classifiers.text import train_text

    classifier, judged = train_text(labelled, analyzer=analyzer, folds=folds, seed=seed)
    return save_text(out, classifier, labelled, judged, {"folds": folds, "seed": seed})


def _on_features(labelled: "Labelled", settings: LabelOptions, out: Path, options: Any) -> dict[str, Any]:  # noqa: ANN401
    from merunibench.curation.crowd.classifiers.attention import options_to_dict, train_attention
    from merunibench.curation.crowd.classifiers.features import read_features
    from merunibench.curation.crowd.classifiers.saved import save_attention

    features = read_features(settings.features or Path(), labelled.names, settings.encoder)
    with progress_bar() as progress:
        classifier, judged = train_attention(labelled, features, options, progress)
    return save_attention(out, classifier, labelled, judged, options_to_dict(options))
