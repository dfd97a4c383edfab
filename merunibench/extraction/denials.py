"""English denials from afar: `no raised notes that would indicate anger or fear`, `anger and fear do not apply`.

A denial that names what would speak for an emotion reaches over it, lists and relative clauses included, to the end of
the clause; what follows from something that is not there (`no smile, suggesting sadness`) is not denied.
"""

from merunibench.extraction.matching import Mention, Sentence

_FARTHEST = 30
"""Tokens between a denial and what would speak for an emotion, at most."""
_REACH = 14
"""Tokens between that and the emotion, at most."""
_ENDS = frozenset(
    (";", ":", ".", "but", "however", "instead", "rather", "yet", "although", "though", "because", "—", "–")
)
_OR = frozenset(("or", "nor"))
_IN_LISTS = frozenset(
    (",", "and", "or", "nor", "of", "strong", "any", "feelings", "emotions", "the", "a", "/", "as", "well", ":")
)
_DETERMINERS = frozenset(("the", "a", "any", "an"))


def is_denied_from_afar(sentence: Sentence, mention: Mention) -> bool:
    """Whether something that is said not to be there would speak for the emotion."""
    if not sentence.grammar["far_negators"]:
        return False
    if sentence.covers("far_negators", mention.start):
        return True  # the `alone` of `let alone`
    return any(
        _reaches(sentence, sign.end, mention.start) and _is_governed(sentence, sign)
        for sign in sentence.ending("indicators", mention.start - _REACH, mention.start)
    )


def _is_governed(sentence: Sentence, sign: Mention) -> bool:
    """Whether what would speak for an emotion is said not to be there."""
    before = sentence.ending("far_negators", sign.start - _FARTHEST, sign.start)
    both = sentence.starting("far_negators", sign.start, sign.start)  # `let alone`
    return any(
        not sentence.covers("not_negators", negator.start)
        and (negator.start == sign.start or _governs(sentence.tokens[negator.end : sign.start]))
        for negator in (*before, *both)
    )


def _governs(between: tuple[str, ...]) -> bool:
    """Whether a denial reaches over these tokens: no clause ends or begins among them."""
    if _ENDS & set(between) or "and" in between or between[-1:] == (",",):
        return False
    last_comma = max((index for index, word in enumerate(between) if word == ","), default=-1)
    return last_comma < 0 or bool(_OR & set(between[last_comma:]))


def _reaches(sentence: Sentence, start: int, end: int) -> bool:
    """Whether the emotions that something would speak for go on from one token to another."""
    between = sentence.tokens[start:end]
    if _ENDS & set(between):
        return False
    if "," not in between and "and" not in between:
        return True
    return _is_list(sentence, start, end) or _or_closes(sentence, start, end)


def _is_list(sentence: Sentence, start: int, end: int) -> bool:
    """Whether there are only emotions, and what joins them, from one token to another."""
    return all(index in sentence.emotion_tokens or sentence.tokens[index] in _IN_LISTS for index in range(start, end))


def _or_closes(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a comma between belongs to a list that `or` closes, before or just behind the emotion."""
    return "and" not in sentence.tokens[start:end] and bool(_OR & set(sentence.tokens[start : end + 4]))


def is_not_applicable(sentence: Sentence, mention: Mention) -> bool:
    """Whether the list that the emotion stands in is said not to apply, just behind it."""
    return any(
        _is_list(sentence, mention.end, denial.start)
        for denial in sentence.starting("not_applicable", mention.end, mention.end + _REACH)
    )


def continues_denied(sentence: Sentence, mention: Mention, denied: Mention | None) -> bool:
    """Whether the emotion stands in one list with the one before it, if that is denied.

    So in `not the anger, the scorn and the envy`.
    """
    between = sentence.tokens[denied.end : mention.start] if denied else ()
    return bool(between) and set(between) <= _IN_LISTS and bool(_DETERMINERS & set(between))
