"""Extract labels from free descriptions: the emotions that a text ascribes to the person described.

Every mention gets a weight from its sentence (a conclusion weighs more than a cue) and its clause (hedged, about other
people, negated). The weights of a concept's mentions add up. Concepts much weaker than the strongest are dropped.
"""

import re
from collections.abc import Iterable, Mapping

from merunibench.extraction.denials import continues_denied, is_denied_from_afar, is_not_applicable
from merunibench.extraction.matching import Mention, Sentence, read_sentences
from merunibench.extraction.polarities import label_polarity
from merunibench.extraction.tracing import Fate, Trace
from merunibench.extraction.words import load_words
from merunibench.lexicon import load_lexicon

CONCLUSION = 2.5
"""Weight of a mention in a sentence that draws a conclusion; 1 in other sentences."""
STATED = 6.0
"""Weight of a mention that is explicitly stated to be the emotion: `the emotional state is …`."""
HEDGED = 0.6
"""Factor for a mention in a hedged clause."""
VAGUE = 0.5
"""Factor for a word that hardly indicates which emotion is meant."""
OF_A_SITUATION = 0.1
"""Factor for an adjective that describes a conversation, a scene or an event."""
LONG = 4
"""Number of sentences from which a text describes voice and face separately: an excited voice may belong to anger."""
AROUSAL_SHARE = 1.0
"""Arousal words are dropped if unpleasant emotions weigh at least this many times as much, and pleasant ones little."""
THRESHOLD = 0.35
"""Concepts below this share of the strongest concept's weight are dropped."""

_SPEECH = re.compile(r"[\"“”«](?P<said>[^\"“”«»]{0,2000})[\"“”»]")
_LISTING = re.compile(r"\b(emotions|feelings),(?= (?:including|such as|like)\b)", re.IGNORECASE)
"""A comma before a list, which would separate the list from its heading."""
_PREPOSITIONS = load_words().lists["prepositions"]
_SITUATIONS = frozenset((noun,) for noun in load_words().lists["situations"])
_SOMETHING = frozenset((("something",), ("things",)))
_NOT_FELT = frozenset(("please", "reasoning", "certainty"))
"""Words that address the reader or refer to the text itself, and do not name a feeling in running text."""
_ARTICLES = frozenset((word,) for word in ("the", "a", "this", "his", "her", "another"))
_MAIN = load_words().lists["main"]
_NEGATOR_REACH = 9
_STATED_REACH = 9
"""Maximum number of tokens between `the emotional state is` and the emotion."""
_BEHIND = 4
"""Maximum number of tokens between an emotion and a negation after it."""
_FARTHEST = 40
"""Maximum number of tokens between a negator and what it negates; avoids quadratic time for long sentences."""
_SAME_STEM = 3
_ONLY_A_CUE = "a bodily cue; counts only if no emotion is named"


def describe(text: str, *, far: bool = True, trace: Trace | None = None) -> list[str]:
    """Return the labels of a description, in the order in which they are first named.

    Bodily cues (a smile, furrowed brows) count only if the text names no emotion at all.

    Args:
        text: The description.
        far: Whether to recognise explicit statements and long-range negation, which rules@1 did not.
        trace: Records what was found, and what happened to it.

    Example:
        >>> describe("He looks annoyed at first, but his laughter shows relief; he is not angry.")
        ['annoyed', 'relief']
    """
    text = _SPEECH.sub(_without_speech, text)
    sentences = read_sentences(_LISTING.sub(r"\1", text) if far else text, places=trace is not None)
    weights: dict[str, float] = {}
    forms: dict[str, list[str]] = {}
    stated: dict[str, list[str]] = {}
    for sentence in sentences:
        base = CONCLUSION if sentence.grammar["conclusions"] else 1.0
        for mention in ascribed(sentence, sentence.emotions, far=far, trace=trace):
            if far and _is_not_felt(sentence, mention):
                if trace is not None:
                    trace.mention(sentence, mention, Fate.NOT_FELT, "refers to the text, a person or an effect")
                continue
            concept = _concept(mention.text)
            is_stated = far and _is_stated(sentence, mention)
            certainty = _certainty(sentence, mention)
            weights[concept] = weights.get(concept, 0.0) + (STATED if is_stated else base * certainty)
            (stated if is_stated else forms).setdefault(concept, []).append(mention.text)
            if trace is not None:
                trace.mention(sentence, mention, Fate.TAKEN, _in_words(base, certainty, is_stated), concept=concept)
    if not weights:
        return _from_cues(sentences, far=far, trace=trace)
    forms |= stated
    dropped = _drop(weights, forms, stated, is_long=len(sentences) >= LONG)
    least = THRESHOLD * max(weights.values())
    kept = [concept for concept, weight in weights.items() if weight >= least]
    labels = [form for concept in kept for form in _distinct(forms[concept])]
    if trace is not None:
        trace.settle(labels, kept, dropped)
        for sentence in sentences:
            for cue in sentence.cues:
                trace.mention(sentence, cue, Fate.CUE, _ONLY_A_CUE, label=load_words().cues[cue.text])
    return labels


def _drop(
    weights: dict[str, float], forms: dict[str, list[str]], stated: Mapping[str, list[str]], *, is_long: bool
) -> dict[str, str]:
    """Drop concepts that other emotions rule out; return concept -> reason."""
    given = dict.fromkeys(weights)
    dropped: dict[str, str] = {}
    if len(weights) > 1 and "neutral" not in stated and weights.pop("neutral", None) is not None:
        dropped["neutral"] = "neutral next to other emotions"
    if is_long:
        _drop_arousal(weights, forms)
    why = "arousal next to unpleasant emotions"
    dropped |= {concept: why for concept in given if concept not in weights and concept not in dropped}
    _drop_mere_valence(weights, forms)
    why = "only says that the mood is bad, but an emotion is named"
    return dropped | {concept: why for concept in given if concept not in weights and concept not in dropped}


def _in_words(base: float, certainty: float, is_stated: bool) -> str:
    """Return what determined the weight of a mention."""
    if is_stated:
        return "stated explicitly"
    said = ["in a conclusion"] if base > 1 else []
    return ", ".join([*said, *(["hedged or vague"] if certainty < 1 else [])])


def ascribed(
    sentence: Sentence, mentions: Iterable[Mention], *, far: bool = True, trace: Trace | None = None
) -> list[Mention]:
    """Return the mentions that the sentence neither negates nor ascribes to another person."""
    kept: list[Mention] = []
    denied: Mention | None = None
    for each in mentions:
        if _is_denied(sentence, each) or (far and _is_denied_at_length(sentence, each, denied)):
            denied = each
            if trace is not None:
                trace.mention(sentence, each, Fate.DENIED, "the sentence negates it")
            continue
        denied = None
        if not _is_of_others(sentence, each):
            kept.append(each)
        elif trace is not None:
            trace.mention(sentence, each, Fate.OTHERS, "the sentence ascribes it to another person")
    return kept


def _is_denied_at_length(sentence: Sentence, mention: Mention, denied: Mention | None) -> bool:
    return (
        is_denied_from_afar(sentence, mention)
        or is_not_applicable(sentence, mention)
        or continues_denied(sentence, mention, denied)
    )


def _without_speech(match: re.Match[str]) -> str:
    """Replace quoted speech, which is not a description; one or two quoted words are kept, as they may be a label."""
    said = match["said"].strip()
    return f" {said} " if len(said.split()) <= 2 and said[-1:] not in (".", "!", "?", "…") else " speech "


def _concept(word: str) -> str:
    lexicon = load_lexicon("builtin")
    known = lexicon.words_of(word)
    concept = lexicon.fallback.concept_of(known[0]) if known and lexicon.fallback else None
    return concept or word


def _certainty(sentence: Sentence, mention: Mention) -> float:
    hedges = sentence.starting("hedges", sentence.clause_start(mention.start), mention.start - 1)
    weight = HEDGED if hedges else 1.0
    if _is_of_a_situation(sentence, mention):
        weight *= OF_A_SITUATION
    return weight * VAGUE if mention.text in load_words().lists["vague"] else weight


def _is_not_felt(sentence: Sentence, mention: Mention) -> bool:
    """Return whether the word refers to the text itself (`the reasoning`), a person (`the patient`) or an effect."""
    before = sentence.tokens[max(0, mention.start - 1) : mention.start]
    return (
        mention.text in _NOT_FELT
        or (before in _ARTICLES and sentence.covers("others", mention.start))
        or (mention.text == "reflection" and sentence.tokens[mention.end : mention.end + 1] == ("of",))
    )


def _is_stated(sentence: Sentence, mention: Mention) -> bool:
    """Return whether the sentence states explicitly that the person feels this; a bad mood is not an emotion."""
    before = sentence.ending("statements", mention.start - _STATED_REACH, mention.start)
    return bool(before) and mention.text not in load_words().lists["bad_mood"]


def _is_of_a_situation(sentence: Sentence, mention: Mention) -> bool:
    """Return whether the mention describes an event, not a feeling: a tense conversation, something unpleasant."""
    return (
        sentence.tokens[mention.end : mention.end + 1] in _SITUATIONS
        or sentence.tokens[max(0, mention.start - 1) : mention.start] in _SOMETHING
    )


def _drop_arousal(weights: dict[str, float], forms: dict[str, list[str]]) -> None:
    """Drop arousal words (an excited voice) if the other emotions are mostly unpleasant."""
    arousal = load_words().lists["arousal"]
    aroused = {concept for concept in weights if any(form in arousal for form in forms[concept])}
    rest = [
        (weight, label_polarity(forms[concept][0]) or 0.0)
        for concept, weight in weights.items()
        if concept not in aroused
    ]
    unpleasant = sum(weight for weight, value in rest if value < 0)
    pleasant = sum(weight for weight, value in rest if value > 0)
    strongest = max((weights[concept] for concept in aroused), default=0.0)
    if unpleasant >= AROUSAL_SHARE * strongest and unpleasant > 2 * pleasant:
        for concept in aroused:
            del weights[concept]


def _drop_mere_valence(weights: dict[str, float], forms: Mapping[str, list[str]]) -> None:
    """Drop words that only say that the mood is bad if an unpleasant emotion is named."""
    bad_mood = load_words().lists["bad_mood"]
    mere = {concept for concept in weights if bad_mood.issuperset(forms[concept])}
    if any((label_polarity(forms[concept][0]) or 0.0) < 0 for concept in weights if concept not in mere):
        for concept in mere:
            del weights[concept]


def _is_denied(sentence: Sentence, mention: Mention) -> bool:
    """Return whether a negator before the mention reaches it, or a phrase just after it negates it."""
    behind = sentence.starting("denied_after", mention.end, mention.end + _BEHIND)
    if any(not _stops(sentence, mention.end, denial.start) for denial in behind):
        return True
    return any(
        not sentence.covers("not_negators", negator.start) and not _stops(sentence, negator.end, mention.start)
        for negator in reversed(sentence.ending("negators", mention.start - _FARTHEST, mention.start))
    )


def _stops(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether a clause ends between two tokens, so that a negation does not reach from one to the other."""
    tokens, listed = sentence.tokens, sentence.emotion_starts
    reach = start
    for i in range(start, end):
        here = tokens[i]
        if here in (";", ":", ".", "(", ")", "—", "–"):
            return True
        if here == "," and not (i + 1 in listed or tokens[i + 1] in ("or", "nor")):
            return True
        if here == "," and sentence.last_or < i:
            return True
        if here == "and" and not (i + 1 in listed or tokens[i + 1] in ("not", "no")):
            return True
        if i in listed:
            reach = i + 1
        if i - reach > _NEGATOR_REACH:
            return True
    return bool(sentence.starting("boundaries", start + 1, end - 1))


def _is_of_others(sentence: Sentence, mention: Mention) -> bool:
    """Return whether the last person before the mention who can be its subject is not the person described."""
    nearby = sentence.ending("others", mention.start - _FARTHEST, mention.start)
    other = next((each.end for each in reversed(nearby) if _is_subject(sentence, each, mention)), -1)
    between = range(max(other, 0), mention.start)
    return other >= 0 and not any(
        sentence.tokens[i] in _MAIN and not any(each.start <= i < each.end for each in nearby) for i in between
    )


def _is_subject(sentence: Sentence, person: Mention, mention: Mention) -> bool:
    """Return whether the person, named before the mention, has the feeling and is not its object."""
    if person.end > mention.start:
        return False
    tokens = sentence.tokens
    after = tokens[person.end : person.end + 3]
    if after[:1] in (("'s",), ("'",)):
        # His friend's anger; but not: his friend's house makes him angry.
        return mention.start - person.end <= 3
    if "who" in after[:2]:
        # The relative clause is about this person, up to its comma.
        return "," not in tokens[person.end + after.index("who") : mention.start]
    before = [
        token
        for token in tokens[max(0, person.start - 2) : person.start]
        if token not in ("his", "her", "the", "their", "a", "an")
    ]
    if before and before[-1] in ("makes", "make", "made", "leaves", "leaving", "making"):
        return mention.start - person.end <= 3
    followed = any(person.end + i in sentence.verb_starts for i in range(len(after)) if "," not in after[:i])
    return followed and not (
        before and before[-1] in _PREPOSITIONS and person.start - 2 > 0 and not _opens_clause(sentence, person)
    )


def _opens_clause(sentence: Sentence, person: Mention) -> bool:
    return person.start - sentence.clause_start(person.start) <= 2


def _from_cues(sentences: Iterable[Sentence], *, far: bool, trace: Trace | None = None) -> list[str]:
    """Return the labels of bodily cues, for a text that names no emotion."""
    cues = load_words().cues
    found: dict[str, None] = {}
    for sentence in sentences:
        for each in ascribed(sentence, sentence.cues, far=far, trace=trace):
            if trace is not None:
                fate = Fate.REPEATED if cues[each.text] in found else Fate.TAKEN
                trace.mention(sentence, each, fate, "a bodily cue", label=cues[each.text])
            found[cues[each.text]] = None
    return list(found)


def _distinct(forms: list[str]) -> list[str]:
    """Remove repetitions, and other forms of a word that is already included (anger, angry), from one concept."""
    kept: list[str] = []
    for form in dict.fromkeys(forms):
        if not any(form[:_SAME_STEM] == other[:_SAME_STEM] for other in kept):
            kept.append(form)
    return kept
