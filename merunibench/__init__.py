"""merunibench: the evaluation toolkit of MER-UniBench.

The public names are imported when they are first used (PEP 562), so that `import merunibench` is fast.

Example:
    >>> import merunibench
    >>> merunibench.load_lexicon("builtin").sectors("furious")
    ('mad', 'angry', 'mad', 'anger', 'mad')
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from merunibench.accumulator import Accumulator
    from merunibench.analysis import error_analysis
    from merunibench.errors import InputError, UnsafeFileError
    from merunibench.evaluation import compare, evaluate, sample_scores, tabulate, validate
    from merunibench.extraction import extract_labels, polarity
    from merunibench.lexicon import Lexicon, load_lexicon
    from merunibench.report import Comparison, DatasetResult, ErrorAnalysis, Report, ResultsTable, Validation
    from merunibench.scoring import Scored
    from merunibench.tasks import TASKS, Task, get_task

_HOME = {
    "Accumulator": "accumulator",
    "Comparison": "report",
    "DatasetResult": "report",
    "ErrorAnalysis": "report",
    "InputError": "errors",
    "Lexicon": "lexicon",
    "Report": "report",
    "ResultsTable": "report",
    "Scored": "scoring",
    "TASKS": "tasks",
    "Task": "tasks",
    "UnsafeFileError": "errors",
    "Validation": "report",
    "compare": "evaluation",
    "error_analysis": "analysis",
    "evaluate": "evaluation",
    "extract_labels": "extraction",
    "get_task": "tasks",
    "load_lexicon": "lexicon",
    "polarity": "extraction",
    "sample_scores": "evaluation",
    "tabulate": "evaluation",
    "validate": "evaluation",
}

__all__ = [
    "TASKS",
    "Accumulator",
    "Comparison",
    "DatasetResult",
    "ErrorAnalysis",
    "InputError",
    "Lexicon",
    "Report",
    "ResultsTable",
    "Scored",
    "Task",
    "UnsafeFileError",
    "Validation",
    "__version__",
    "compare",
    "error_analysis",
    "evaluate",
    "extract_labels",
    "get_task",
    "load_lexicon",
    "polarity",
    "sample_scores",
    "tabulate",
    "validate",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public object
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"merunibench.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
