"""The report as a LaTeX table (booktabs): one column per data set, as in the published tables."""

from merunibench._text import escape_controls
from merunibench.report.columns import lexicon_notes, percent, result_notes
from merunibench.report.report import Report

_SPECIAL = str.maketrans(
    {
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
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "−": "$-$",
    }
)


def render(report: Report) -> str:
    """Return a tabular of the scores in percent, with a small row for each additional figure, and the signature."""
    titles = [escape(result.title) for result in report.datasets]
    scores = [percent(result.score) for result in report.datasets]
    if report.mean is not None:
        titles.append("Mean")
        scores.append(rf"\textbf{{{percent(report.mean)}}}")
    lines = [
        f"% {report.signature!s}",
        *(f"% {result.title}: {escape_controls(line)}" for result in report.datasets for line in result_notes(result)),
        *(f"% {line}" for line in lexicon_notes(report)),
        "% needs \\usepackage{booktabs}",
        rf"\begin{{tabular}}{{l{'c' * len(titles)}}}",
        r"\toprule",
        rf"Model & {' & '.join(titles)} \\",
        r"\midrule",
        rf"{escape(report.model)} & {' & '.join(scores)} \\",
    ]
    lines += [_row(name, cells, len(titles)) for name, cells in _details(report).items() if any(cells)]
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Escape text for LaTeX. A leading bracket or star would otherwise belong to the line before."""
    escaped = escape_controls(" ".join(text.split())).translate(_SPECIAL)
    return f"{{{escaped[0]}}}{escaped[1:]}" if escaped.startswith(("[", "*")) else escaped


def _details(report: Report) -> dict[str, list[str]]:
    """Additional rows below the scores: name -> one cell per data set."""
    uncorrected = [percent(each.uncorrected) if each.is_corrected else "" for each in report.datasets]

    def corrected(score: float | None) -> str:
        return "" if score is None else percent(score)

    labels = [each.labels_per_sample for each in report.datasets]
    unknown = [each.out_of_lexicon for each in report.datasets]
    return {
        r"95\,\% interval": [_interval(each.ci) for each in report.datasets] + [_interval(report.mean_ci)],
        "minus selection bias": [
            *(corrected(each.corrected) for each in report.datasets),
            corrected(report.mean_corrected),
        ],
        "uncorrected": uncorrected,
        "chance": [percent(each.chance) for each in report.datasets],
        "samples": [each.of_samples if each.evaluated != each.samples else "" for each in report.datasets],
        "labels per sample": ["" if value is None else f"{value:.2f}" for value in labels],
        r"unknown labels, \%": ["" if value is None else f"{100 * value:.1f}" for value in unknown],
    }


def _row(name: str, cells: list[str], columns: int) -> str:
    small = [rf"{{\scriptsize {cell}}}" if cell else "" for cell in (cells + [""] * columns)[:columns]]
    return rf"{{\scriptsize \quad {name}}} & {' & '.join(small)} \\"


def _interval(ci: tuple[float, float] | None) -> str:
    return "" if ci is None else f"[{percent(ci[0])}, {percent(ci[1])}]"
