"""Find word families in WordNet: which words are forms of one another (frustrated, frustrating, frustration).

    python -m tools.word_families /usr/share/wordnet

writes emotion_wheels/builtin/families.txt again, for developers of the lexicon. It needs the extra `lexicon` and a
WordNet 3.0 database, for example Debian's package wordnet-base. Nothing else imports this module: scoring and
`merunibench lexicon build` need only the written file.

From every single word of the wheels and of the concept table, WordNet's derivational, pertainym and participle pointers
are followed for at most two steps, and the words found are inflected. A step never leaves the common stem, never
changes a negating prefix or `-less`, and never leads to a person or a thing (interested, not interviewer).
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from merunibench.errors import InputError
from merunibench.files import write_text
from merunibench.lexicon.runtime.morphology import same_stem
from merunibench.lexicon.runtime.wheels import load_wheels
from merunibench.lexicon.workshop.sources import Sources, builtin_file, read_sources

HEADER = """\
# Word families, a line each: the forms of one word. The words before the colon stand on a wheel or in concepts.txt.
#
# Generated, do not edit: `python -m tools.word_families FOLDER` writes this file from the wheels,
# concepts.txt, kinship.txt, stop.txt and WordNet 3.0. Copyright 2006 by Princeton University. All rights reserved.
# The licence, which goes with every copy of this file, is WORDNET-LICENSE.txt.

"""
_STEPS = 2
_LEXNAMES = """
adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition
noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object noun.person
noun.phenomenon noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape noun.state noun.substance
noun.time verb.body verb.change verb.cognition verb.communication verb.competition verb.consumption verb.contact
verb.creation verb.emotion verb.motion verb.perception verb.possession verb.social verb.stative verb.weather adj.ppl
"""
"""WordNet's lexicographer files in the order of their numbers; Debian's package does not include this table."""
_MENTAL_NOUNS = (
    "noun.act noun.attribute noun.cognition noun.communication noun.event noun.feeling noun.motive noun.state"
)
_THINGS = """
noun.animal noun.artifact noun.body noun.food noun.group noun.location noun.object noun.person noun.plant noun.quantity
noun.shape noun.substance noun.time
"""
_UNIVERSAL = {"n": "NOUN", "v": "VERB", "a": "ADJ", "s": "ADJ", "r": "ADV"}


class Form(NamedTuple):
    """A word and its part of speech as WordNet's letter (n, v, a, r)."""

    word: str
    pos: str


def families(sources: Sources, wordnet: "WordNet") -> list[tuple[list[str], list[str]]]:
    """Return the families of all words of the wheels and concepts: (these words, their other forms), both sorted."""
    heads = heads_of(sources)
    owners: dict[str, str] = {}
    parents = {head: head for head in heads}

    def root(word: str) -> str:
        while parents[word] != word:
            word = parents[word]
        return word

    for head in heads:
        for form in sorted(forms_of(head, sources, wordnet)):
            other = form if form in parents else owners.setdefault(form, head)
            if root(other) != root(head):
                parents[max(root(other), root(head))] = min(root(other), root(head))
    groups: dict[str, tuple[list[str], list[str]]] = {}
    for head in heads:
        groups.setdefault(root(head), ([], []))[0].append(head)
    for form, head in sorted(owners.items()):
        groups[root(head)][1].append(form)
    return sorted(groups.values())


def heads_of(sources: Sources) -> list[str]:
    """Return the single words of the wheels and of the concept table, sorted."""
    wheels = {word for wheel in load_wheels() for word in wheel.placement(1)}
    words = wheels | {word for concept in sources.concepts for word in concept.words}
    return sorted(word for word in words if word.isascii() and word.isalpha())


def forms_of(head: str, sources: Sources, wordnet: "WordNet") -> set[str]:
    """Return the forms of a word that the rules allow, without the word itself."""
    kinship = sources.kinship
    if head in kinship.alone:
        return set(kinship.together.get(head, frozenset()) - sources.stop)
    excluded = kinship.apart.get(head, frozenset())
    found = {Form(head, pos) for pos in wordnet.parts_of_speech(head)} | set(wordnet.bases(head))
    found |= {Form(word, pos) for word in kinship.together.get(head, ()) for pos in wordnet.parts_of_speech(word)}
    found = edge = {form for form in found if form.word not in excluded}
    for _ in range(_STEPS):
        steps = {step for form in edge for step in wordnet.related(form)}
        edge = {step for step in steps if same_stem(head, step.word) and step.word not in excluded} - found
        found |= edge
    words = {word for form in found for word in (form.word, *wordnet.inflected(form)) if same_stem(head, word)}
    words |= kinship.together.get(head, frozenset())
    words = {word for word in words if word.isascii() and word.isalpha() and not wordnet.is_thing(word)}
    return words - {head, *sources.stop, *excluded}


class WordNet:
    """The parts of WordNet (read with NLTK) and of lemminflect that are needed for families.

    Args:
        folder: A private folder with the files of WordNet; the table of lexicographer files is written to it.
    """

    def __init__(self, folder: Path) -> None:
        import nltk

        table = "".join(f"{number:02}\t{name}\t0\n" for number, name in enumerate(_LEXNAMES.split()))
        (folder / "lexnames").write_text(table, encoding="ascii")
        nltk.data.path.append(str(folder))  # NLTK reads only files in its path
        from nltk.corpus.reader.wordnet import WordNetCorpusReader

        class Reader(WordNetCorpusReader):  # type: ignore[misc]  # NLTK has no types
            def map_wn(self, version: str = "wordnet") -> None:
                """Do nothing: synset numbers of other versions are not needed, and would require a second database."""

        self._reader = Reader(str(folder), None)

    def parts_of_speech(self, word: str) -> set[str]:
        """Return the letters of the parts of speech under which WordNet contains exactly this word."""
        return {lemma.synset().pos().replace("s", "a") for lemma in self._reader.lemmas(word)}

    def bases(self, word: str) -> Iterator[Form]:
        """Yield the uninflected forms of a word (frustrated: frustrate)."""
        for pos in "nvar":
            base = self._reader.morphy(word, pos)
            if base and base != word and same_stem(word, base):
                yield Form(base, pos)

    def related(self, form: Form) -> Iterator[Form]:
        """Yield the targets of WordNet's pointers from any sense of a form, without persons and things."""
        for lemma in self._reader.lemmas(form.word, form.pos):
            steps = lemma.derivationally_related_forms() + lemma.pertainyms() + lemma._related("<")  # noqa: SLF001 - participle
            yield from (Form(step.name(), _letter(step)) for step in steps if _is_mental(step))
        if form.pos in "as":  # adverbs point at their adjectives, not the other way round
            for adverb in _adverbs(form.word):
                if any(step.name() == form.word for at in self._reader.lemmas(adverb, "r") for step in at.pertainyms()):
                    yield Form(adverb, "r")

    def is_thing(self, word: str) -> bool:
        """Return whether the most frequent sense of a noun (or of its singular) is a person or a thing."""
        return any(synset.lexname() in _THINGS.split() for synset in self._reader.synsets(word, "n")[:1])

    def inflected(self, form: Form) -> Iterator[str]:
        """Yield every inflection of a form."""
        import lemminflect

        if form.pos not in "nvas":
            return
        for forms in lemminflect.getAllInflections(form.word, _UNIVERSAL[form.pos]).values():
            yield from forms


def _letter(lemma: Any) -> str:  # noqa: ANN401 - NLTK has no types
    return str(lemma.synset().pos()).replace("s", "a")


def _is_mental(lemma: Any) -> bool:  # noqa: ANN401 - NLTK has no types
    kind = lemma.synset().lexname()
    return not kind.startswith("noun.") or kind in _MENTAL_NOUNS.split()


def _adverbs(adjective: str) -> Iterator[str]:
    yield f"{adjective}ly"
    if adjective.endswith("y"):
        yield f"{adjective[:-1]}ily"
    if adjective.endswith("le"):
        yield f"{adjective[:-1]}y"
    if adjective.endswith("ic"):
        yield f"{adjective}ally"


def to_text(groups: Iterable[tuple[list[str], list[str]]]) -> str:
    """Return the file's text, without families of a single word."""
    lines = (
        f"{', '.join(heads)}: {', '.join(others)}".rstrip() for heads, others in groups if len(heads) + len(others) > 1
    )
    return HEADER + "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    """Write the file again from WordNet in the named folder."""
    if len(arguments) != 1 or not Path(arguments[0], "data.noun").is_file():
        raise InputError("no WordNet folder given: python -m tools.word_families FOLDER (which contains data.noun)")
    sources = read_sources(with_families=False)
    with tempfile.TemporaryDirectory() as name:
        copy = shutil.copytree(arguments[0], Path(name, "wordnet"))
        write_text(builtin_file("families.txt"), to_text(families(sources, WordNet(copy))))


if __name__ == "__main__":
    main(sys.argv[1:])
