"""Whether a description says that it cannot tell what the person feels, whole or in part.

The phrases were found by reading: of 574 released MER-Caption+ descriptions 21 say so, most of them beside emotions
that they do name. So this is a value, and no verdict: the filter drops a refusal only where no label is known.
"""

import re

from merunibench.extraction.refusals import is_error, without_refusal

_KNOWING = (
    "determine|ascertain|infer|deduce|speculate|judge|assess|identify|discern|conclude|gauge|recognis?e|"
    "confirm|evaluate|interpret|analy[sz]e|predict|tell (?:how|what|whether)"
)
_KNOWN = (
    "determined|ascertained|inferred|deduced|speculated|judged|assessed|identified|discerned|concluded|gauged|"
    "recogni[sz]ed|confirmed|evaluated|interpreted|analy[sz]ed|predicted"
)
_ADVERB = r"(?:\w+ly |be able to |yet )*"
_STATE = r"emotion|feeling|mood|sentiment|context|situation"
_CANNOT = re.compile(
    rf"\b(?:we|i|one|it|they)\b[^.]{{0,30}}?\b(?:cannot|can not|can['’]t|could not|couldn['’]t|(?:am|are|is|was) "
    rf"(?:unable|not able) to) {_ADVERB}(?:{_KNOWING})\b"
    rf"|\b(?:cannot|can not|can['’]t|could not|may not) {_ADVERB}be {_ADVERB}(?:{_KNOWN})\b"
    rf"|\b(?:impossible|not possible|not feasible|infeasible|difficult|hard|challenging)"
    rf"(?: for \w+(?: \w+)?)? to {_ADVERB}(?:{_KNOWING})\b[^.]{{0,80}}?(?:{_STATE})"
    rf"|\bunclear\b[^.]{{0,60}}?\b(?:emotion|feeling)"
    rf"|\b(?:cannot|can['’]t|unable to) {_ADVERB}provide\b[^.]{{0,60}}?\b(?:assess|analys|description|response|"
    r"answer|judg|information)"
    r"|\bas an? (?:ai|artificial intelligence|language model|large language)\b"
    r"|\b(?:insufficient|not enough|no sufficient) (?:information|context|clues|evidence|details?)\b[^.]{0,60}?\bto "
    rf"(?:{_KNOWING})\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:无法|無法|不能|难以|難以|不可能)(?:[^。！？，,]{0,8})(?:判断|判斷|确定|確定|推断|推斷|推测|推測|得知|识别|識別|分析|看出|得出)"
    r"|作为(?:一个|一名)?(?:AI|人工智能|语言模型)|信息不足"
)
_SPEECH = re.compile(r"\"[^\"]{0,2000}\"|“[^”]{0,2000}”|「[^」]{0,2000}」|«[^»]{0,2000}»")


def refuses(text: str) -> bool:
    """Whether a description says that the emotion cannot be told, is an error message, or only apologises.

    Example:
        >>> refuses("However, without more context, we cannot determine her specific emotional state.")
        True
        >>> refuses("She says, 'I cannot find it', and looks desperate.")
        False
    """
    said = _SPEECH.sub(" speech ", text)  # what the person says is no refusal of the describer
    return bool(_CANNOT.search(said) or _CHINESE.search(said)) or is_error(text) or not without_refusal(said).strip()
