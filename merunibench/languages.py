"""Map emotion words of languages other than English to labels of the builtin lexicon, with shared tables.

The words and reading rules are in `emotion_wheels/languages/`, one file per language, loaded when it is first needed.
`emotion_wheels/languages/README.md` describes the files.
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
"""English answers for no emotion; for other languages see `answer_words("none")`."""

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
"""A word, or an elided article before one (`l'`, `dell'`)."""
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
"""Number of English function words from which a text is English."""
_TELLING = ("negators", "boundaries", "others", "main", "degrees")
_LEAD = 2
"""Number of words that must indicate the language of a text."""


@dataclass(frozen=True)
class Language:
    """The word lists and rules of a language; all words are in the form returned by `normal`.

    Attributes:
        code: ISO 639-1 code, or `emoji`.
        inside: Whether words may be anywhere between characters, without blanks around them.
        at_start: Whether they are only recognised at the beginning of a run of letters.
        words: Word -> label.
        doubtful: The same for words that usually mean something else in running text.
        cues: Bodily cue -> label.
        grammar: Name of a list -> its words.
        answers: Name of a list -> its words: heads of lists, words for "none", words for values, starts of refusals.
        function: Frequent words that identify the language.
        vocabulary: All single words that identify the language.
        prefixes: Possible prefixes of a word.
        endings: Possible endings of a word that is a label.
        lead: Words that may precede a label: articles, words for degrees.
        fold: Character -> its replacement; None if it is removed.
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
        """Return the form in which words are compared."""
        return compatible(text).lower().replace("’", "'").translate(self.fold)

    def label_of(self, word: str) -> str | None:
        """Return the builtin label for a word that was given as a label; None if it is unknown.

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
        """Return the label of a word, or of the word without its ending or prefix."""
        found = self._known(word)
        if found is None and self.endings:
            # Listed endings start at the verb stem; the listed word may contain part of them (怒っ|ている).
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
    """Load a language by its code."""
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
    """Return a pattern of any number of these words, each followed by a blank, and at least one more character."""
    each = sorted({re.escape(word) + ("" if word.endswith("'") else blank) for word in words}, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(each)})*(?=.)" if each else "")


@cache
def answer_words(name: str) -> frozenset[str]:
    """Return the words of a list of `[answers]` in all languages, in lower case.

    Only this part of the files is read, since English lists also need these words and should not load the tables.
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
    """Return whether a text is the head of a list of emotions in one of the languages: `Las emociones`, 感情.

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
    """Yield all forms of a word: a sign at the end of a part is replaced by each of its patterns."""
    parts = word.split()
    signed = next((index for index, part in enumerate(parts) if part[-1:] in forms), None)
    if signed is None:
        yield word
        return
    stem = parts[signed][:-1]
    for pattern in forms[parts[signed][-1]]:
        yield " ".join([*parts[:signed], pattern.replace("-", stem, 1), *parts[signed + 1 :]])


def script_of(text: str) -> str | None:
    """Return the main script of a text if it is not Latin; None for Latin script, or if there are no letters.

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
    # A Chinese or Japanese character is almost a word; other scripts are also counted by characters.
    return script if number > latin else None


def language_of(text: str, *, least: int = _LEAD) -> Language | None:
    """Return the language of a text; None for English, or if it is unknown.

    Args:
        text: A text, or the items of a list.
        least: Minimum number of words that indicate a language in Latin script.
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
    """Return the language for a script, as named by `script_of`."""
    return load_language(BY_SCRIPT[script])


def _latin() -> Iterator[tuple[str, Language]]:
    for code in LATIN:
        yield code, load_language(code)


def _is_only_of(code: str, word: str) -> bool:
    return word in load_language(code).function and not any(
        word in other.vocabulary for name, other in _latin() if name != code
    )


def _agree(codes: Iterable[str], words: Iterable[str]) -> bool:
    """Return whether the languages give the same labels for these words."""
    return len({tuple(load_language(code).words.get(word) for word in words) for code in codes}) == 1


@lru_cache(maxsize=1 << 16)
def label_of(word: str, code: str | None = None) -> str | None:
    """Return the label of the builtin lexicon for a word of another language; None if it is unknown.

    Args:
        word: A word or phrase that is not an English label.
        code: The language, if known; it resolves words that have different labels in several languages.
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
    """Return whether a language has this word, even if languages give it different meanings (`disgusto`)."""
    return label_of(word) is not None or (
        _LATIN_WORD.search(word) is not None and any(language.label_of(word) for _, language in _latin())
    )


@cache
def latin_words() -> tuple[str, ...]:
    """Return all single words that are labels in a language in Latin script."""
    return tuple(
        sorted({word for _, language in _latin() for word in (*language.words, *language.doubtful) if " " not in word})
    )


@cache
def _last_parts() -> frozenset[str]:
    """Return the last parts of all labels of languages in Latin script, to skip most English words quickly.

    These languages have neither endings nor prefixes, and fold no ASCII: only whole words before a label are ignored.
    """
    return frozenset(_last_part(word) for _, language in _latin() for word in (*language.words, *language.doubtful))


def _last_part(word: str) -> str:
    """Return the part after the last blank or apostrophe."""
    return word.replace("'", " ").split()[-1]


def words_hash() -> str:
    """Return the SHA-256 of all word files, to record them in what is made with them."""
    files = (resource("emotion_wheels", "languages", f"{code}.toml") for code in sorted((*LANGUAGES, EMOJI)))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def languages_of_label(word: str) -> list[Language]:
    """Return the possible languages of a label: that of its script, or all in Latin script."""
    script = script_of(word)
    return [language_of_script(script)] if script else [language for _, language in _latin()]


def known_to_all(words: Iterable[str]) -> Language | None:
    """Return the language in Latin script in which all of these words are labels, if there is exactly one."""
    found = [language for _, language in _latin() if all(map(language.label_of, words))]
    return found[0] if len(found) == 1 else None


def emoji_labels(text: str) -> list[str]:
    """Return the labels of the emoji in a text, in order and without duplicates.

    Example:
        >>> emoji_labels("😂👍🏽 ❤️")
        ['amused', 'positive', 'loving']
    """
    if text.isascii():
        return []
    emoji = load_language(EMOJI)
    found = dict.fromkeys(label for _, _, label in scan(emoji.normal(text), emoji.words))
    return list(found)
