"""What a data set is filtered by: the settings of `curate filter`, which `curate.toml` keeps."""

import re
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, NonNegativeFloat, PositiveInt

from merunibench.settings import Settings, option

SECTION = "filter"
"""The section of `curate.toml` that holds them."""

_text = partial(option, panel="Texts and labels")
_speaker = partial(option, panel="Speaker")
_crowd = partial(option, panel="Crowd")

_LENGTH = re.compile(r"sigma:(?P<sigma>[0-9]*\.?[0-9]+)|quantile:(?P<quantile>0?\.[0-9]+)|(?P<least>\d+)-(?P<most>\d+)")
_MATCH = re.compile(r"any|majority|all|forms|synonyms|wheel[1-8](@[12])?")


def parse_length(text: str) -> dict[str, float]:
    """A rule of lengths as numbers: `sigma`, `quantile`, or `least` and `most`.

    Raises:
        ValueError: it is none.

    Example:
        >>> parse_length("sigma:2"), parse_length("50-170")
        ({'sigma': 2.0}, {'least': 50.0, 'most': 170.0})
    """
    found = _LENGTH.fullmatch(text)
    rule = {name: float(value) for name, value in found.groupdict().items() if value} if found else {}
    if not rule or rule.get("quantile", 0.1) >= 0.5 or rule.get("least", 0) > rule.get("most", 0):
        raise ValueError(f"must be such as sigma:2, quantile:.01 or 50-170, not {text!r}")
    return rule


def _known_length(text: str) -> str:
    parse_length(text)
    return text


def _known_match(text: str) -> str:
    if not _MATCH.fullmatch(text):
        raise ValueError(f"must be any, majority, all, wheelN, wheelN@2, forms or synonyms, not {text!r}")
    return text


def _known_policy(text: str) -> str:
    name, sign, policy = text.rpartition("=")
    if policy not in ("keep", "drop") or bool(sign) != bool(name):
        raise ValueError(f"must be keep, drop, or such as speaker=drop, not {text!r}")
    return text


class FilterSettings(Settings):
    """What rows are judged by."""

    length: Annotated[str, AfterValidator(_known_length)] = _text(
        "sigma:2",
        "Lengths that pass: sigma:K (mean ± K standard deviations), quantile:Q (without the Q shortest and the Q "
        "longest), LEAST-MOST. Words, or characters where a language has no blanks.",
        "RULE",
    )
    length_unit: Literal["auto", "words", "characters"] = _text(
        "auto", "Unit of lengths; auto: by each row's language."
    )
    repetition: Annotated[float, Field(ge=0, le=1)] = _text(
        0.2, "Least ratio of the text's compressed length to its length.", "RATIO"
    )
    language: tuple[str, ...] = _text(
        (), "Language that passes, as its two-letter code; repeat for several.", "CODE", shown="any"
    )
    labels_max: PositiveInt = _text(8, "Most labels of a row: more are stuffing.", "N")
    unique: bool = _text(False, "Drop rows that repeat the clip or the text of an earlier row.")
    speaker_least: Annotated[float, Field(ge=0, le=1)] | None = _speaker(
        None,
        "Least share of speech during which a visible person must seem to speak.",
        "SHARE",
        shown="the detector's: 0.5 for learned ones, else 0.15",
    )
    speech_least: Annotated[float, Field(ge=0, le=1)] = _speaker(
        0.1, "Least share of the clip that must be speech; below it there is no verdict.", "SHARE"
    )
    face_least: NonNegativeFloat = _speaker(
        40.0, "Least height of the face in pixels; below it there is no verdict.", "N"
    )
    votes: Literal["majority", "accuracy", "dawid-skene"] = _crowd("majority", "How votes are weighed.")
    vote_files: tuple[Path, ...] = _crowd(
        (), "Further votes, besides those in DIR/votes: a file, or a folder of such; repeat for several.", "PATH"
    )
    match: Annotated[str, AfterValidator(_known_match)] = _crowd(
        "majority",
        "When a description agrees with the voted emotion: on any, the majority (if most have a vote) or all of the "
        "wheels, on one (wheelN, wheelN@2), by forms, by synonyms.",
        "RULE",
    )
    sentiment: Literal["equal", "opposite"] = _crowd(
        "equal", "When a sentiment fails: unless it is equal to the voted one, or only if it is opposite."
    )
    lexicon: str = _crowd(
        "builtin",
        "builtin, an installed lexicon (mer2025), a release's folder, or one of your own.",
        "NAME|PATH",
    )
    undecided: tuple[Annotated[str, AfterValidator(_known_policy)], ...] = option(
        (),
        "What becomes of rows on which a filter has no verdict: keep or drop, or FILTER=keep for one of them; repeat. "
        "What was not measured drops nothing.",
        "POLICY",
        shown="keep, but drop for crowd.*",
    )

    def drops_undecided(self, name: str) -> bool:
        """Whether a filter without a verdict on a row drops it."""
        policy = "drop" if name.startswith("crowd.") else "keep"
        for text in self.undecided:
            which, _, given = text.rpartition("=")
            if which in ("", name):
                policy = given
        return policy == "drop"
