"""`text-lexicon`: the baseline that reads the subtitle alone, behind the same door as every model.

What a model that sees and hears has to beat.
"""

from collections.abc import Mapping, Sequence

from merunibench.baselines import text_lexicon
from merunibench.errors import InputError
from merunibench.models.base import Json, Model, Options, Prepared, Sample
from merunibench.models.prompting import resolve_modalities, subtitle_of


class TextLexicon(Model):
    """Answers with the emotions that a table of everyday cues finds in the subtitle."""

    def __init__(self, argument: str, options: Options) -> None:
        """The baseline; it takes no argument.

        Raises:
            InputError: there is an argument or an option, or the subtitle is not to be given.
        """
        if argument:
            raise InputError(f"text-lexicon takes nothing after its name, but {argument!r} is there")
        options.refuse("text-lexicon", "processor", "template", "extra")
        self.name = "text-lexicon"
        self.modalities = frozenset(("text",))
        self._given = resolve_modalities(options, self.modalities, self.name)

    @property
    def settings(self) -> Mapping[str, Json]:
        """It heeds neither prompt nor generation settings, so they are no part of them."""
        return {"kind": "text-lexicon", "modalities": list(self._given)}

    def prepare(self, sample: Sample) -> Prepared:
        """See `Model.prepare`."""
        return Prepared(sample, self._given, {}, None, subtitle_of(sample))

    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """The labels, as a sentence would list them."""
        return [", ".join(text_lexicon(one.payload)[0]) for one in batch]
