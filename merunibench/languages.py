"""Emotion words in other languages than English, as labels of the builtin lexicon: one table for all who meet them.

The words, and how they are read, stand in `emotion_wheels/languages/`, one file per language, loaded when it is first
needed. `emotion_wheels/languages/README.md` says what a file holds.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from merunibench._resources import resource
from merunibench._scan import scan
from merunibench._text import compatible
from merunibench.files.toml import parse_toml

BY_SCRIPT: Mapping[str, str] = {
    "kana": "ja",
    "hangul": "ko",
    "han": "zh",
    "arabic": "ar",
    "devanagari": "hi",
    "cyrillic": "ru",
}
LATIN = ("es", "fr", "de", "pt", "it")
LANGUAGES = (*BY_SCRIPT.values(), *LATIN)
EMOJI = "emoji"
NOTHING = frozenset(
    {"none", "n/a", "na", "nil", "null", "nan", "unknown"} | {"no emotion", "no emotions", "no clear emotion"}
)
"""What English answers say where there is no emotion; for other languages see `answer_words("none")`."""

_SCRIPTS = (
    ("kana", re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d]")),
    ("hangul", re.compile(r"[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]")),
    ("han", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")),
    ("arabic", re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")),
    ("devanagari", re.compile(r"[\u0900-\u097f]")),
    ("cyrillic", re.compile(r"[\u0400-\u04ff]")),
)
_LATIN_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PART = re.compile(r"[^\W\d_]+(?:['’](?=[^\W\d_]))?")
"""A word, or what is elided before one (`l'`, `dell'`)."""
_ANSWERS = re.compile(r"^\[answers\]\n.*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        """
        the a an is are was were and or of in to that this he she they his her their it its with for on as at by from
        not but be been has have had which who person speaker character man woman feels seems appears feeling
        emotional emotion emotions very quite rather because while there what would could
        """,
    )
)
_DECIDED = 3
"""So many English function words make a text English."""
_TELLING = ("negators", "boundaries", "others", "main", "degrees")
_LEAD = 2
"""So many words must speak for the language of a text."""


@dataclass(frozen=True)
class Language:
    """What is known of a language; all words are in the form that `normal` gives.

    Attributes:
        code: ISO 639-1 code, or `emoji`.
        inside: Whether words stand anywhere between signs, not between blanks.
        at_start: Whether they stand at the beginning of a run of letters alone.
        words: Word -> label.
        doubtful: The same for words that in running text mostly mean something else.
        cues: Bodily cue -> label.
        grammar: Name of a list -> its words.
        answers: Likewise: heads of lists, words for "none", words for values, openings of refusals.
        function: Frequent words that say which language it is.
        vocabulary: All single words that say so.
        prefixes: What may stand before a word.
        endings: What may follow a word that is a label.
        lead: What may stand before a label: articles, words for degrees.
        fold: Sign -> the one that stands for it; None if it is left out.
    """

    code: str
    inside: bool
    at_start: bool
    words: Mapping[str, str]
    doubtful: Mapping[str, str]
    cues: Mapping[str, str]
    grammar: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, tuple[str, ...]]
    function: frozenset[str]
    vocabulary: frozenset[str]
    prefixes: tuple[str, ...]
    endings: tuple[str, ...]
    lead: re.Pattern[str]
    fold: Mapping[int, str | None]

    def normal(self, text: str) -> str:
        """The form in which words are compared."""
        return compatible(text).lower().replace("’", "'").translate(self.fold)

    def label_of(self, word: str) -> str | None:
        """The label that a word, given as a label, stands for; None if it is not known.

        Example:
            >>> load_language("fr").label_of("Une très grande peur")
            'fearful'
        """
        word = " ".join(self.normal(word).split())
        found = self._read(word)
        if found is None and (led := self.lead.match(word)) and led.end():
            found = self._read(word[led.end() :])
        return found

    def _read(self, word: str) -> str | None:
        """The label of a word, or of what its ending or prefix leaves of it."""
        found = self._known(word)
        if found is None and self.endings:
            # Verbs end as listed from their stem on; the word may hold some of it (怒っ|ている).
            shortest = max(0, len(word) - 1 - max(map(len, self.endings)))
            cuts = range(len(word) - 1, shortest, -1)
            stems = (word[:cut] for cut in cuts if any(end.endswith(word[cut:]) for end in self.endings))
            found = next(filter(None, map(self._known, stems)), None)
        if found is None:
            rests = (word[len(prefix) :] for prefix in self.prefixes if word.startswith(prefix))
            found = next(filter(None, map(self._known, rests)), None)
        return found

    def _known(self, word: str) -> str | None:
        return self.words.get(word) or self.doubtful.get(word)


@cache
def load_language(code: str) -> Language:
    """A language by its code."""
    path = resource("emotion_wheels", "languages", f"{code}.toml")
    table = parse_toml(path.read_bytes(), str(path))
    reading = table["reading"]
    fold: dict[int, str | None] = {ord(sign): None for part in _split(reading.get("drop", "")) for sign in part}
    fold |= {ord(pair[0]): pair[1] for pair in _split(reading.get("fold", ""))}
    nothing: frozenset[str] = frozenset()
    empty = Language(
        code,
        reading["match"] == "inside",
        reading.get("at_start", False),
        {},
        {},
        {},
        {},
        {},
        nothing,
        nothing,
        (),
        (),
        re.compile(""),
        fold,
    )

    def normal(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(empty.normal, _split(text))))

    forms = {sign: _split(patterns) for sign, patterns in table.get("forms", {}).items()}

    def by_word(labels: Mapping[str, str]) -> dict[str, str]:
        return {
            empty.normal(form): label
            for label, words in labels.items()
            for word in _split(words)
            for form in _forms(word, forms)
        }

    words, cues = by_word(table["words"]), by_word(table.get("cues", {}))
    grammar = {name: normal(listed) for name, listed in table.get("grammar", {}).items()}
    function = frozenset(normal(reading.get("function", "")))
    return replace(
        empty,
        words=words,
        doubtful=by_word(table.get("doubtful", {})),
        cues=cues,
        grammar=grammar,
        answers={name: normal(listed) for name, listed in table.get("answers", {}).items()},
        function=function,
        vocabulary=function.union(words, cues, *(grammar.get(name, ()) for name in _TELLING)),
        prefixes=tuple(sorted(normal(reading.get("prefixes", "")), key=len, reverse=True)),
        endings=normal(reading.get("endings", "")),
        lead=_lead(normal(reading.get("lead", "")), " ?")
        if empty.inside
        else _lead((*normal(reading.get("lead", "")), *grammar.get("degrees", ())), " "),
    )


def _lead(words: Iterable[str], blank: str) -> re.Pattern[str]:
    """Any number of these words, each with a blank after it, at least one sign before the end of the text."""
    each = sorted({re.escape(word) + ("" if word.endswith("'") else blank) for word in words}, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(each)})*(?=.)" if each else "")


@cache
def answer_words(name: str) -> frozenset[str]:
    """The words of a list of `[answers]` in all languages, in lower case, as they are written and as they are compared.

    Nothing else of the files is read: English lists need these words too, and should not wait for the tables.
    """
    return frozenset(word for code in LANGUAGES for word in _answers(code).get(name, ()))


@cache
def _answers(code: str) -> Mapping[str, tuple[str, ...]]:
    path = resource("emotion_wheels", "languages", f"{code}.toml")
    found = _ANSWERS.search(path.read_text(encoding="utf-8"))
    table = parse_toml(found.group().encode(), str(path))["answers"] if found else {}
    return {name: tuple(map(str.lower, _split(words))) for name, words in table.items()}


@lru_cache(maxsize=1 << 12)
def is_head(text: str) -> bool:
    """Whether a text stands before a list of emotions in one of the languages: `Las emociones`, 感情.

    Example:
        >>> is_head("Émotions"), is_head("La peur")
        (True, False)
    """
    words = " ".join(text.lower().replace("’", "'").split())
    heads = answer_words("heads")
    return words in heads or any(words.partition(sign)[2].strip() in heads for sign in (" ", "'") if sign in words)


def _split(text: str) -> list[str]:
    return [word for word in map(str.strip, text.split(",")) if word]


def _forms(word: str, forms: Mapping[str, list[str]]) -> Iterator[str]:
    """All forms of a word: a sign at the end of a part stands for each of its patterns in turn."""
    parts = word.split()
    signed = next((index for index, part in enumerate(parts) if part[-1:] in forms), None)
    if signed is None:
        yield word
        return
    stem = parts[signed][:-1]
    for pattern in forms[parts[signed][-1]]:
        yield " ".join([*parts[:signed], pattern.replace("-", stem, 1), *parts[signed + 1 :]])


def script_of(text: str) -> str | None:
    """The script other than Latin that most of a text is written in; None if Latin is, or there are no letters.

    Example:
        >>> script_of("他很 nervous"), script_of('She says "哎呀", which sounds surprised.')
        ('han', None)
    """
    if text.isascii():
        return None
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    if counts["kana"]:
        counts["kana"] += counts.pop("han")
    script, number = max(counts.items(), key=lambda each: each[1])
    latin = sum(1 for word in _LATIN_WORD.findall(text) if word[0] < "\u0250")
    # A sign of Chinese or Japanese is nearly a word; words of other scripts are counted by signs as well.
    return script if number > latin else None


def language_of(text: str, *, least: int = _LEAD) -> Language | None:
    """The language of a text; None for English, and where it is unknown.

    Args:
        text: A text, or the items of a list.
        least: Words that must speak for a language in Latin script, at least.
    """
    script = script_of(text)
    if script is not None:
        return language_of_script(script)
    words = [word.lower().replace("’", "'") for word in _PART.findall(text[:2000])]
    english = sum(word in _ENGLISH for word in words)
    if english >= _DECIDED or len(words) < 2:
        return None
    shares = {code: sum(word in language.vocabulary for word in words) for code, language in _latin()}
    best, second = sorted(shares.values(), reverse=True)[:2]
    only = [code for code, share in shares.items() if share == best]
    if best <= english or best < least:
        return None
    if len(only) > 1 or best - max(second, english) < 1:
        distinct = {code: sum(_is_only_of(code, word) for word in words) for code in only}
        only = [code for code in only if distinct[code] == max(distinct.values())]
    return load_language(only[0]) if len(only) == 1 or _agree(only, words) else None


def language_of_script(script: str) -> Language:
    """The language that is read where a script is met, as `script_of` names it."""
    return load_language(BY_SCRIPT[script])


def _latin() -> Iterator[tuple[str, Language]]:
    for code in LATIN:
        yield code, load_language(code)


def _is_only_of(code: str, word: str) -> bool:
    return word in load_language(code).function and not any(
        word in other.vocabulary for name, other in _latin() if name != code
    )


def _agree(codes: Iterable[str], words: Iterable[str]) -> bool:
    """Whether the languages read the same labels in these words."""
    return len({tuple(load_language(code).words.get(word) for word in words) for code in codes}) == 1


@lru_cache(maxsize=1 << 16)
def label_of(word: str, code: str | None = None) -> str | None:
    """The label of the builtin lexicon that a word of another language stands for; None if none knows it.

    Args:
        word: A word or phrase that is no English label.
        code: The language where it is known, which decides where several give different labels.
    """
    script = script_of(word)
    if script is not None:
        found = load_language(BY_SCRIPT[script]).label_of(word)
        if found is None and script == "han":  # Japanese without kana
            found = load_language("ja").label_of(word)
        return found
    if not word.isascii():
        emoji = emoji_labels(word)
        if emoji and not _LATIN_WORD.search(word):
            return emoji[0]
    if not _LATIN_WORD.search(word):
        return None
    if code is not None:
        return load_language(code).label_of(word)
    if word.isascii() and _last_part(word.lower()) not in _last_parts():
        return None
    labels = {label for _, language in _latin() if (label := language.label_of(word))}
    return labels.pop() if len(labels) == 1 else None


@lru_cache(maxsize=1 << 16)
def is_word(word: str) -> bool:
    """Whether a language has this word, though it may mean one thing in one and another in the next (`disgusto`)."""
    return label_of(word) is not None or (
        _LATIN_WORD.search(word) is not None and any(language.label_of(word) for _, language in _latin())
    )


@cache
def latin_words() -> tuple[str, ...]:
    """Every single word that a language in Latin script knows as a label."""
    return tuple(
        sorted({word for _, language in _latin() for word in (*language.words, *language.doubtful) if " " not in word})
    )


@cache
def _last_parts() -> frozenset[str]:
    """How every label that a language in Latin script knows ends, so that most English ones are not looked for.

    These languages have neither endings nor prefixes, and fold no ASCII: only whole words before a label are left out.
    """
    return frozenset(_last_part(word) for _, language in _latin() for word in (*language.words, *language.doubtful))


def _last_part(word: str) -> str:
    """What follows the last blank or apostrophe."""
    return word.replace("'", " ").split()[-1]


def words_hash() -> str:
    """SHA-256 of all files of words, so that what is made with them can say so."""
    files = (resource("emotion_wheels", "languages", f"{code}.toml") for code in sorted((*LANGUAGES, EMOJI)))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def languages_of_label(word: str) -> list[Language]:
    """The languages that a label may be in: the one of its script, or all in Latin script."""
    script = script_of(word)
    return [language_of_script(script)] if script else [language for _, language in _latin()]


def known_to_all(words: Iterable[str]) -> Language | None:
    """The only language in Latin script that knows all of these words as labels."""
    found = [language for _, language in _latin() if all(map(language.label_of, words))]
    return found[0] if len(found) == 1 else None


def emoji_labels(text: str) -> list[str]:
    """The labels of the emoji in a text, in order, each once.

    Example:
        >>> emoji_labels("😂👍🏽 ❤️")
        ['amused', 'positive', 'loving']
    """
    if text.isascii():
        return []
    emoji = load_language(EMOJI)
    found = dict.fromkeys(label for _, _, label in scan(emoji.normal(text), emoji.words))
    return list(found)
