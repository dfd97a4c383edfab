"""`text-lexicon`: a baseline that uses only the subtitle, with the same interface as the models.

A multimodal model should beat it.
"""

from collections.abc import Mapping, Sequence

from merunibench.baselines import text_lexicon
from merunibench.errors import InputError
from merunibench.models.base import Json, Model, Options, Prepared, Sample
from merunibench.models.prompting import resolve_modalities, subtitle_of


class TextLexicon(Model):
    """Answers with the emotions that a table of everyday cues finds in the subtitle."""

    def __init__(self, argument: str, options: Options) -> None:
        """Create the baseline; it takes no argument.

        Raises:
            InputError: An argument or an option is given, or the text modality is not.
        """
        if argument:
            raise InputError(f"text-lexicon takes no argument, but {argument!r} was given")
        options.refuse("text-lexicon", "processor", "template", "extra")
        self.name = "text-lexicon"
        self.modalities = frozenset(("text",))
        self._given = resolve_modalities(options, self.modalities, self.name)

    @property
    def settings(self) -> Mapping[str, Json]:
        """See `Model.settings`; prompt and generation settings are not included, since they have no effect."""
        return {"kind": "text-lexicon", "modalities": list(self._given)}

    def prepare(self, sample: Sample) -> Prepared:
        """See `Model.prepare`."""
        return Prepared(sample, self._given, {}, None, subtitle_of(sample))

    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """Return the labels as a comma-separated list."""
        return [", ".join(text_lexicon(one.payload)[0]) for one in batch]
