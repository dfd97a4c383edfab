"""All filters, in the order in which a dropped row is attributed to them: cheap ones first, the crowd last."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from merunibench._text import one_line
from merunibench.curation.crowd import Crowd
from merunibench.curation.crowd.groups import WORD_RULES
from merunibench.curation.filters.answered import Answered
from merunibench.curation.filters.base import Filter
from merunibench.curation.filters.crowd import CrowdEmotion, CrowdSentiment
from merunibench.curation.filters.duplicates import Unique
from merunibench.curation.filters.labels import Labels
from merunibench.curation.filters.language import LanguageIs
from merunibench.curation.filters.length import Length
from merunibench.curation.filters.refusal import Refusal
from merunibench.curation.filters.repetition import Repetition
from merunibench.curation.filters.speaker import Speaker
from merunibench.curation.settings import FilterSettings
from merunibench.errors import InputError
from merunibench.lexicon import Lexicon

GROUP = "merunibench.filters"
"""Group of entry points that are filters."""


def filters(settings: FilterSettings, lexicon: Lexicon, votes: Iterable[Path]) -> tuple[Filter, ...]:
    """Return the filters with their settings, in the declared order; those of other packages come last.

    Args:
        settings: Settings of the filters.
        lexicon: The lexicon of labels.
        votes: Files and folders of votes.

    Raises:
        InputError: votes cannot be read, or an entry point is not a filter.
    """
    paths = list(votes)
    # Rules by words need the tables of a release, by its name.
    by = settings.lexicon if settings.match in WORD_RULES else lexicon
    crowd = Crowd.load(paths, votes=settings.votes, lexicon=by, match=settings.match, agreement=settings.sentiment)
    own: list[Filter] = [
        Answered(),
        Refusal(lexicon),
        Repetition(settings.repetition),
        LanguageIs(settings.language),
        Length(settings.length, settings.length_unit),
        *([Unique()] if settings.unique else []),
        Labels(lexicon, settings.labels_max),
        Speaker(settings.speaker_least, settings.speech_least, settings.face_least),
        CrowdEmotion(crowd),
        CrowdSentiment(crowd),
    ]
    return (*own, *_of_others({each.name for each in own}))


def _of_others(taken: set[str]) -> Sequence[Filter]:
    """Return the filters that installed packages declare, sorted by name."""
    from importlib.metadata import entry_points

    found: list[Filter] = []
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        try:
            given = point.load()
            made = given() if isinstance(given, type) else given
        except Exception as error:
            raise InputError(f"filter {point.name!r} of {point.value}: cannot be loaded: {one_line(error)}") from error
        if not callable(getattr(made, "judge", None)) or not isinstance(getattr(made, "name", None), str):
            raise InputError(f"filter {point.name!r} of {point.value}: is not a filter: it has no name or no `judge`")
        if made.name in taken:
            raise InputError(f"filter {point.name!r} of {point.value}: a filter {made.name!r} already exists")
        taken.add(made.name)
        found.append(made)
    return found
