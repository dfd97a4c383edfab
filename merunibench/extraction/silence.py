"""Classify answers without any label by what they look like, to explain why. This module does not extract labels.

It is used only for remarks, so that a mistake never changes a score.
"""

import re

from merunibench.data.account import Reason
from merunibench.extraction.envelope import clean_answer
from merunibench.extraction.foreign import is_refusal
from merunibench.extraction.items import is_none
from merunibench.extraction.refusals import is_error, without_refusal
from merunibench.languages import language_of

_LOOKED_AT = 2000
_REFUSAL = re.compile(
    r"\W*(?:(?:(?:i'?m|i am|we'?re|we are)\s+(?:\w+\s+)?(?:sorry|afraid)|sorry|my apologies|i apologi[sz]e"
    r"|unfortunately)"
    r"\b.{0,120}?\b(?:can'?t|cannot|can not|unable|not able|won'?t|couldn'?t|don'?t|not possible|not allowed)\b"
    r"|(?:i|we)\s*(?:can'?t|cannot|can not|won'?t|will not|'?m unable|am unable|are unable|'?m not able|am not able"
    r"|don'?t have|do not have)\b(?!\s+help\s+(?:but|feel|notic|think))"
    r"|as an? (?:\w+[ -])?(?:ai|artificial|language model|large language|llm|assistant)\b"
    r"|(?:it is|it'?s) (?:not possible|impossible) (?:for me )?to\b"
    r"|(?:很|非常)?(?:抱歉|对不起|不好意思|對不起).{0,60}?(?:无法|不能|没有|不会|無法|沒有|请提供|請提供)"
    r"|(?:我|目前)?(?:无法|不能|無法)(?:直接|准确|準確)?(?:识别|判断|确定|分析|观看|查看|访问|回答|提供|处理|識別|判斷|確定)"
    r"|作为(?:一个|一名)?(?:ai|人工智能|语言模型|大型语言))",
    re.IGNORECASE | re.DOTALL,
)
_SYMBOL = re.compile(
    r"\W*(?:(?:the )?(?:option|answer|choice|score|sentiment|emotion)(?: is)?\W*)?"
    r"(?:[a-z]|[+\-−]?\s*\d+(?:[.,]\d+)?(?:\s*/\s*\d+)?\s*%?)\W*",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    r"\W*(?:none|nothing|no (?:clear |particular |specific )?(?:emotions?|labels?)|n/?a)\W*|\[\s*\]", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")
_READABLE = re.compile(r"[A-Za-z\u00aa-\u024f\u1e00-\u1eff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff21-\uff5a]")
_OF_OTHERS = 0.3  # of letters: Japanese has about as many kana as characters that are Chinese too


def looks_like(text: str) -> Reason:
    """Return what an answer looks like: one of `merunibench.data.account.SILENT`, or a statement of no emotion.

    Example:
        >>> [str(looks_like(text)) for text in ("<think>He frowns", "I cannot say.", "(B)", "とても悲しい")]
        ['cut off in its reasoning', 'refusal', 'single letter or number', 'another language']
        >>> str(looks_like("La persona está feliz."))
        'no emotion word found'
    """
    cleaned = clean_answer(text)
    if cleaned.is_cut:
        return Reason.CUT_OFF
    answer = cleaned.text[:_LOOKED_AT]
    if _SYMBOL.fullmatch(answer):
        return Reason.SYMBOL
    if _STATEMENT.fullmatch(answer) or is_none(answer):
        return Reason.STATEMENT
    if answer and (_REFUSAL.match(answer) or not without_refusal(answer) or _refuses(answer)):
        return Reason.REFUSAL
    if is_error(answer):
        return Reason.ERROR
    return Reason.LANGUAGE if not answer.isascii() and _is_foreign(answer) else Reason.NOTHING


def _refuses(text: str) -> bool:
    language = language_of(text)
    return language is not None and is_refusal(text, language)


def _is_foreign(text: str) -> bool:
    """Return whether enough letters are in a script that the rules cannot read, such as kana, hangul or Cyrillic."""
    letters = _LETTER.findall(text)
    others = sum(_READABLE.match(letter) is None for letter in letters)
    return others > _OF_OTHERS * len(letters)
