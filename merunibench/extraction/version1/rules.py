"""Extract labels by rules@1."""

from merunibench.extraction.version1.answers import clean_answer
from merunibench.extraction.version1.chinese import chinese_labels, is_chinese
from merunibench.extraction.version1.lists import read_list
from merunibench.extraction.words import load_words
from merunibench.lexicon import load_lexicon


def labels(text: str) -> list[str]:
    """Return the labels that rules@1 extract from a model's answer."""
    text = clean_answer(text).text
    if not text:
        return []
    found, table = read_list(text, _is_known), load_words().chinese
    if is_chinese(text) and not (found and all(item in table for item in found)):
        return chinese_labels(text)
    if found is not None:
        return list(dict.fromkeys(table.get(item, item) for item in found))
    from merunibench.extraction.descriptions import describe

    return describe(text, far=False)


def _is_known(label: str) -> bool:
    # When these rules were written, the lexicon knew only English; the rules have their own table of Chinese words.
    return label == "neutral" or label in load_words().chinese or label in load_lexicon("builtin").in_english
