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
    if any(each.start <= mention.start < each.end for each in sentence.grammar["far_negators"]):
        return True  # the `alone` of `let alone`
    exempt = [(each.start, each.end) for each in sentence.grammar["not_negators"]]
    for sign in sentence.grammar["indicators"]:
        if (
            sign.end > mention.start
            or mention.start - sign.end > _REACH
            or not _reaches(sentence, sign.end, mention.start)
        ):
            continue
        for negator in sentence.grammar["far_negators"]:
            if any(start <= negator.start < end for start, end in exempt) or sign.start - negator.end > _FARTHEST:
                continue
            if negator.end <= sign.start and _governs(sentence.tokens[negator.end : sign.start]):
                return True
            if negator.start == sign.start:  # `let alone` is both
                return True
    return False


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
    listed = {index - start for each in sentence.emotions for index in range(each.start, each.end)}
    return all(index in listed or word in _IN_LISTS for index, word in enumerate(between)) or _or_closes(
        sentence, start, end
    )


def _or_closes(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a comma between belongs to a list that `or` closes, before or just behind the emotion."""
    return "and" not in sentence.tokens[start:end] and bool(_OR & set(sentence.tokens[start : end + 4]))


def is_not_applicable(sentence: Sentence, mention: Mention) -> bool:
    """Whether the list that the emotion stands in is said not to apply, just behind it."""
    listed = {index for each in sentence.emotions for index in range(each.start, each.end)}
    return any(
        mention.end <= denial.start <= mention.end + _REACH
        and all(index in listed or sentence.tokens[index] in _IN_LISTS for index in range(mention.end, denial.start))
        for denial in sentence.grammar["not_applicable"]
    )


def continues_denied(sentence: Sentence, mention: Mention, denied: Mention | None) -> bool:
    """Whether the emotion stands in one list with one that is denied: `not the anger, the scorn and the envy`."""
    between = sentence.tokens[denied.end : mention.start] if denied else ()
    return bool(between) and set(between) <= _IN_LISTS and bool(_DETERMINERS & set(between))
