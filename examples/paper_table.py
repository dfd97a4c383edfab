"""Score three models and make the table of a paper, with tests of the differences.

python examples/paper_table.py                     # on the demo's invented clips
python examples/paper_table.py LABELS A B C        # on your own: a folder of labels, then a folder per model

Writes table.tex, table.md and differences.json into the current folder.
"""

import json
import sys
import tempfile
from pathlib import Path

import merunibench
from merunibench.demo import run_demo


def main(arguments):
    """Score, write the tables, and say which differences are significant."""
    with tempfile.TemporaryDirectory() as scratch:
        if arguments:
            labels, *models = map(Path, arguments)
        else:
            folder = Path(scratch) / "demo"
            run_demo(folder)
            labels, models = (
                folder / "labels",
                [folder / name for name in ("text-lexicon", "majority-class", "stuffing")],
            )
        reports = [merunibench.evaluate(model, labels) for model in models]

    datasets = [result.dataset for result in reports[0].datasets]
    shared = [each for each in datasets if all(each in {r.dataset for r in report.datasets} for report in reports)]
    rows = [[report.model, *(cell(report[dataset]) for dataset in shared)] for report in reports]
    head = ["Model", *(reports[0][dataset].title for dataset in shared)]
    signatures = {report.signature.metric_part for report in reports}
    if len(signatures) > 1:
        sys.exit(
            "the models were not scored in the same way, so no table can compare them: " + "; ".join(sorted(signatures))
        )

    Path("table.md").write_text(markdown(head, rows) + f"\n`{signatures.pop()}`\n", encoding="utf-8")
    Path("table.tex").write_text(latex(head, rows), encoding="utf-8")
    best, *others = sorted(reports, key=lambda report: -mean(report, shared))
    differences = [merunibench.compare(best, other, datasets=shared) for other in others]
    Path("differences.json").write_text(
        json.dumps([each.to_dict() for each in differences], indent=1), encoding="utf-8"
    )
    print(markdown(head, rows))
    for difference in differences:
        print(difference.to_text(width=100).splitlines()[0])


def cell(result):
    """Score, interval and chance level in percent."""
    low, high = result.ci
    return f"{100 * result.score:.1f} ({100 * low:.1f}-{100 * high:.1f}; chance {100 * result.chance:.1f})"


def mean(report, datasets):
    """The mean over the data sets that all models have."""
    return sum(report[dataset].score for dataset in datasets) / len(datasets)


def markdown(head, rows):
    """The table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def latex(head, rows):
    """The table in LaTeX."""
    escaped = [[text.replace("_", "\\_").replace("&", "\\&") for text in line] for line in (head, *rows)]
    body = "".join(" & ".join(line) + " \\\\\n" for line in escaped)
    return "\\begin{tabular}{l" + "r" * (len(head) - 1) + "}\n" + body + "\\end{tabular}\n"


if __name__ == "__main__":
    main(sys.argv[1:])
