"""Extract labels and polarity with a language model: local (`hf:MODEL`) or at an endpoint (`openai:URL#MODEL`).

Rules and models never substitute for each other: if a model cannot answer, the row is marked as failed. Nothing on the
scoring path imports this package.

Example:
    >>> from merunibench.extraction.llm import ask_labels
    >>> question = ask_labels("hf:HuggingFaceTB/SmolLM2-135M-Instruct")  # doctest: +SKIP
    >>> question.answers(["He is not angry, he is relieved."])  # doctest: +SKIP
    [Answer(value=['relieved'], output='[relieved]', error=None)]
"""

from merunibench.extraction.llm.files import extract_with_models
from merunibench.extraction.llm.prompt import Prompt, builtin_prompt, read_prompt
from merunibench.extraction.llm.questions import Answer, Question, ask_labels, ask_polarity, open_backends

__all__ = [
    "Answer",
    "Prompt",
    "Question",
    "ask_labels",
    "ask_polarity",
    "builtin_prompt",
    "extract_with_models",
    "open_backends",
    "read_prompt",
]
