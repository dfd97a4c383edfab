"""The settings of `curate filter`; they are stored in `curate.toml`."""

import re
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, NonNegativeFloat, PositiveInt

from merunibench.settings import Settings, option

SECTION = "filter"
"""The section of `curate.toml` with these settings."""

_text = partial(option, panel="Texts and labels")
_speaker = partial(option, panel="Speaker")
_crowd = partial(option, panel="Crowd")

_LENGTH = re.compile(r"sigma:(?P<sigma>[0-9]*\.?[0-9]+)|quantile:(?P<quantile>0?\.[0-9]+)|(?P<least>\d+)-(?P<most>\d+)")
_MATCH = re.compile(r"any|majority|all|forms|synonyms|wheel[1-8](@[12])?")


def parse_length(text: str) -> dict[str, float]:
    """Parse a rule of lengths into numbers: `sigma`, `quantile`, or `least` and `most`.

    Raises:
        ValueError: the text is not a rule.

    Example:
        >>> parse_length("sigma:2"), parse_length("50-170")
        ({'sigma': 2.0}, {'least': 50.0, 'most': 170.0})
    """
    found = _LENGTH.fullmatch(text)
    rule = {name: float(value) for name, value in found.groupdict().items() if value} if found else {}
    if not rule or rule.get("quantile", 0.1) >= 0.5 or rule.get("least", 0) > rule.get("most", 0):
        raise ValueError(f"must be a rule such as sigma:2, quantile:.01 or 50-170, not {text!r}")
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
        raise ValueError(f"must be keep, drop, or FILTER=POLICY such as speaker=drop, not {text!r}")
    return text


class FilterSettings(Settings):
    """Settings of the filters."""

    length: Annotated[str, AfterValidator(_known_length)] = _text(
        "sigma:2",
        "Lengths that pass: sigma:K (mean ± K standard deviations), quantile:Q (without the Q shortest and the Q "
        "longest), or LEAST-MOST; in words, or in characters for languages without spaces.",
        "RULE",
    )
    length_unit: Literal["auto", "words", "characters"] = _text(
        "auto", "Unit of lengths; auto: chosen by each row's language."
    )
    repetition: Annotated[float, Field(ge=0, le=1)] = _text(
        0.2, "Minimum ratio of the text's compressed length to its length.", "RATIO"
    )
    language: tuple[str, ...] = _text((), "Two-letter code of a language that passes; repeatable.", "CODE", shown="any")
    labels_max: PositiveInt = _text(
        8, "Maximum number of labels per row; longer lists would raise recall by chance.", "N"
    )
    unique: bool = _text(False, "Drop rows that repeat the clip or the text of an earlier row.")
    speaker_least: Annotated[float, Field(ge=0, le=1)] | None = _speaker(
        None,
        "Minimum share of the speech during which a visible person seems to speak.",
        "SHARE",
        shown="the detector's: 0.5 for learned ones, else 0.15",
    )
    speech_least: Annotated[float, Field(ge=0, le=1)] = _speaker(
        0.1, "Minimum share of the clip that is speech; below it there is no verdict.", "SHARE"
    )
    face_least: NonNegativeFloat = _speaker(
        40.0, "Minimum height of the face in pixels; below it there is no verdict.", "N"
    )
    votes: Literal["majority", "accuracy", "dawid-skene"] = _crowd("majority", "How votes are weighted.")
    vote_files: tuple[Path, ...] = _crowd(
        (), "Votes in addition to those in DIR/votes: a file, or a folder of such files; repeatable.", "PATH"
    )
    match: Annotated[str, AfterValidator(_known_match)] = _crowd(
        "majority",
        "When a description agrees with the voted emotion: on any, the majority (if most have a vote) or all of the "
        "wheels; on one wheel (wheelN, wheelN@2); by forms; or by synonyms.",
        "RULE",
    )
    sentiment: Literal["equal", "opposite"] = _crowd(
        "equal", "equal: a sentiment fails unless it equals the voted one; opposite: only if it is the opposite."
    )
    lexicon: str = _crowd(
        "builtin",
        "builtin, an installed lexicon (mer2025), a release's folder, or your own lexicon.",
        "NAME|PATH",
    )
    undecided: tuple[Annotated[str, AfterValidator(_known_policy)], ...] = option(
        (),
        "Rows on which a filter has no verdict: keep or drop, or FILTER=keep for one filter; repeatable. "
        "Missing measures never drop a row.",
        "POLICY",
        shown="keep, but drop for crowd.*",
    )

    def drops_undecided(self, name: str) -> bool:
        """Whether a filter drops rows on which it has no verdict."""
        policy = "drop" if name.startswith("crowd.") else "keep"
        for text in self.undecided:
            which, _, given = text.rpartition("=")
            if which in ("", name):
                policy = given
        return policy == "drop"
