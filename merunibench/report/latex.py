"""The report as a LaTeX table (booktabs): one column a data set, as the published tables have it."""

from merunibench._text import visible
from merunibench.report.columns import percent
from merunibench.report.report import Report

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def render(report: Report) -> str:
    """A tabular of the scores with the intervals below, in percent, and the signature as a comment."""
    titles = [escape(result.title) for result in report.datasets]
    scores = [percent(result.score) for result in report.datasets]
    intervals = [_interval(result.ci) for result in report.datasets]
    if report.mean is not None:
        titles.append("Mean")
        scores.append(rf"\textbf{{{percent(report.mean)}}}")
        intervals.append(_interval(report.mean_ci))
    lines = [
        f"% {report.signature!s}",
        "% needs \\usepackage{booktabs}",
        rf"\begin{{tabular}}{{l{'c' * len(titles)}}}",
        r"\toprule",
        rf"Model & {' & '.join(titles)} \\",
        r"\midrule",
        rf"{escape(report.model)} & {' & '.join(scores)} \\",
    ]
    if any(intervals):
        lines.append(rf" & {' & '.join(intervals)} \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(_SPECIAL.get(character, character) for character in visible(" ".join(text.split())))


def _interval(ci: tuple[float, float] | None) -> str:
    return "" if ci is None else rf"{{\scriptsize [{percent(ci[0])}, {percent(ci[1])}]}}"
