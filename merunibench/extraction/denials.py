"""Long-range negation in English: `no raised notes that would indicate anger or fear`, `anger and fear do not apply`.

A negation of an indicator of an emotion ("no raised notes that would indicate") reaches to the end of the clause,
including lists and relative clauses. An emotion inferred from the absence (`no smile, suggesting sadness`) is not
negated.
"""

from merunibench.extraction.matching import Mention, Sentence

_FARTHEST = 30
"""Maximum number of tokens between a negation and the indicator of an emotion."""
_REACH = 14
"""Maximum number of tokens between the indicator and the emotion."""
_ENDS = frozenset(
    (";", ":", ".", "but", "however", "instead", "rather", "yet", "although", "though", "because", "—", "–")
)
_OR = frozenset(("or", "nor"))
_IN_LISTS = frozenset(
    (",", "and", "or", "nor", "of", "strong", "any", "feelings", "emotions", "the", "a", "/", "as", "well", ":")
)
_DETERMINERS = frozenset(("the", "a", "any", "an"))


def is_denied_from_afar(sentence: Sentence, mention: Mention) -> bool:
    """Return whether the emotion is negated through an indicator that is stated to be absent."""
    if not sentence.grammar["far_negators"]:
        return False
    if sentence.covers("far_negators", mention.start):
        return True  # the `alone` of `let alone`
    return any(
        _reaches(sentence, sign.end, mention.start) and _is_governed(sentence, sign)
        for sign in sentence.ending("indicators", mention.start - _REACH, mention.start)
    )


def _is_governed(sentence: Sentence, sign: Mention) -> bool:
    """Return whether an indicator of an emotion is negated."""
    before = sentence.ending("far_negators", sign.start - _FARTHEST, sign.start)
    both = sentence.starting("far_negators", sign.start, sign.start)  # `let alone`
    return any(
        not sentence.covers("not_negators", negator.start)
        and (negator.start == sign.start or _governs(sentence.tokens[negator.end : sign.start]))
        for negator in (*before, *both)
    )


def _governs(between: tuple[str, ...]) -> bool:
    """Return whether a negation reaches over these tokens: no clause ends or begins among them."""
    if _ENDS & set(between) or "and" in between or between[-1:] == (",",):
        return False
    last_comma = max((index for index, word in enumerate(between) if word == ","), default=-1)
    return last_comma < 0 or bool(_OR & set(between[last_comma:]))


def _reaches(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether the emotions of an indicator continue from one token to another."""
    between = sentence.tokens[start:end]
    if _ENDS & set(between):
        return False
    if "," not in between and "and" not in between:
        return True
    return _is_list(sentence, start, end) or _or_closes(sentence, start, end)


def _is_list(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether there are only emotions and list connectors from one token to another."""
    return all(index in sentence.emotion_tokens or sentence.tokens[index] in _IN_LISTS for index in range(start, end))


def _or_closes(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether a comma between belongs to a list that ends with `or`, before or just after the emotion."""
    return "and" not in sentence.tokens[start:end] and bool(_OR & set(sentence.tokens[start : end + 4]))


def is_not_applicable(sentence: Sentence, mention: Mention) -> bool:
    """Return whether the list that contains the emotion is directly followed by "does not apply" or similar."""
    return any(
        _is_list(sentence, mention.end, denial.start)
        for denial in sentence.starting("not_applicable", mention.end, mention.end + _REACH)
    )


def continues_denied(sentence: Sentence, mention: Mention, denied: Mention | None) -> bool:
    """Return whether the emotion is in one list with the preceding, negated one.

    Example: `not the anger, the scorn and the envy`.
    """
    between = sentence.tokens[denied.end : mention.start] if denied else ()
    return bool(between) and set(between) <= _IN_LISTS and bool(_DETERMINERS & set(between))
