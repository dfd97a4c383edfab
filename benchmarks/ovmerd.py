"""Score thirty systems on OV-MERD in three ways, and analyse where and why the ways disagree.

    python -m benchmarks.ovmerd FOLDER --lexicon mer2025 --published published_ovmerd.csv

FOLDER contains `ovlabel.csv` (columns `name`, `openset`) and `predictions/MODEL/PROMPT/ovmerd.jsonl` (fields `name`,
`labels`). The published file has the columns `model` and `gpt_grouping`: the F1 of labels that were grouped by a
language model, as the mean of several runs. It is another automatic figure, not a human judgement.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau

from merunibench import Lexicon, evaluate, load_lexicon, polarity
from merunibench.data import read_table
from merunibench.labels import LabelLists
from merunibench.scoring import Scored

FloatArray = npt.NDArray[np.float64]
Answers = Mapping[str, list[str]]

DATASET = "ovmerdplus"
"""OV-MERD is scored like OV-MERD+: the same task, fewer samples."""
MERGED = "nosubtitle-addsub"
"""The prompt of the published column: a description without the subtitle, which is added in a second step."""
ASKED_ABOUT = ("Qwen-Audio", "VideoChat", "Otter")
OFFICIAL, BUILTIN, STRICT = "official", "builtin", "strict"
BUILTIN_LEXICON = load_lexicon("builtin")


class System(NamedTuple):
    """A model with one prompt.

    Attributes:
        model: Its name.
        prompt: The name of the prompt.
        answers: Sample name -> labels.
        scored: Way of scoring -> the score.
    """

    model: str
    prompt: str
    answers: Answers
    scored: Mapping[str, Scored]

    def score(self, way: str) -> float:
        """Return the primary score in percent."""
        return 100 * self.scored[way].score


def labels_in(path: Path, column: str) -> dict[str, list[str]]:
    """Return sample name -> labels of a table."""
    columns = read_table(path).columns
    lists = LabelLists.from_fields(columns[column])
    return {str(name): lists[row] for row, name in enumerate(columns["name"])}


def measure(folder: Path, official: Lexicon) -> tuple[list[System], Answers]:
    """Return all systems below a folder, and the true labels."""
    truth = labels_in(folder / "ovlabel.csv", "openset")
    systems = []
    for path in sorted(folder.glob("predictions/*/*/ovmerd.jsonl")):
        answers = labels_in(path, "labels")
        model, prompt = path.parts[-3:-1]
        systems.append(System(model, prompt, answers, in_all_ways(answers, truth, official)))
    return systems, truth


def in_all_ways(answers: Answers, truth: Answers, official: Lexicon) -> dict[str, Scored]:
    """Return way of scoring -> score: with the release, with the builtin lexicon, and with the strict protocol."""
    ways = {
        OFFICIAL: (official, "official"),
        BUILTIN: (BUILTIN_LEXICON, "official"),
        STRICT: (BUILTIN_LEXICON, "strict"),
    }
    return {
        way: evaluate({DATASET: answers}, {DATASET: truth}, lexicon=lexicon, protocol=protocol)[DATASET]
        for way, (lexicon, protocol) in ways.items()
    }


def read_published(path: Path) -> dict[str, float]:
    """Return model -> published score by GPT grouping, in percent."""
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {row["model"]: float(row["gpt_grouping"]) for row in csv.DictReader(lines)}


def ranks(figures: Sequence[float]) -> list[int]:
    """Return ranks: 1 for the highest; equal figures share a rank."""
    return [1 + sum(other > each for other in figures) for each in figures]


def tau(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Kendall's tau-b."""
    return float(kendalltau(first, second).statistic)


def agreement(columns: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Yield Kendall's tau of each pair of columns."""
    for first, second in combinations(columns, 2):
        yield f"{first} and {second} {tau(columns[first], columns[second]):.2f}"


def columns_of(systems: Sequence[System], published: Mapping[str, float] | None = None) -> dict[str, list[float]]:
    """Return way -> score of each system, with the published figures if given."""
    columns = {way: [each.score(way) for each in systems] for way in (OFFICIAL, BUILTIN, STRICT)}
    return columns | ({} if published is None else {"GPT": [published[each.model] for each in systems]})


def rank_table(systems: Sequence[System], columns: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Yield rows of a Markdown table: figure and rank in every column, sorted by the first."""
    places = {way: ranks(figures) for way, figures in columns.items()}
    for row in sorted(range(len(systems)), key=lambda row: places[OFFICIAL][row]):
        cells = [f"{columns[way][row]:.2f} ({places[way][row]})" for way in columns]
        each = systems[row].scored
        shape = [f"{each[STRICT].labels_per_sample:.2f}", f"{100 * each[STRICT].chance:.1f}"]
        yield f"| {systems[row].model}, {systems[row].prompt} | {' | '.join(cells + shape)} |"


def f_by_sample(system: System, way: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return F1, precision and recall of each sample, each the mean of the wheels on which it counts; shape (N,)."""
    samples = system.scored[way].samples_scored
    assert samples is not None
    counts, precision, recall = samples.statistics.reshape(5, 3, -1).transpose(1, 0, 2)
    total = precision + recall
    f = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    wheels = np.maximum(counts.sum(axis=0), 1)
    return f.sum(axis=0) / wheels, precision.sum(axis=0) / wheels, recall.sum(axis=0) / wheels


def replaced(side: Answers, word: str, others: Sequence[str]) -> dict[str, list[str]]:
    """Return the lists with one word replaced by other words, or removed."""
    return {
        name: [new for label in labels for new in (others if label == word else [label])]
        for name, labels in side.items()
    }


def width_line(systems: Sequence[System]) -> str:
    """Return a line about the widths of the 95 % intervals of single scores."""
    widths = {
        way: [50 * (each.scored[way].ci[1] - each.scored[way].ci[0]) for each in systems]  # type: ignore[index]
        for way in (OFFICIAL, STRICT)
    }
    reach = (f"{way} {min(each):.1f} to {max(each):.1f}" for way, each in widths.items())
    return f"half width of the 95 % intervals, points: {', '.join(reach)}"


def shift_line(systems: Sequence[System]) -> str:
    """Return a line on whether the strict protocol ranks systems with more labels lower."""
    columns = columns_of(systems)
    lost = [after - before for before, after in zip(ranks(columns[BUILTIN]), ranks(columns[STRICT]), strict=True)]
    labels = [each.scored[STRICT].labels_per_sample or 0 for each in systems]
    return f"labels per sample, and ranks lost from builtin to strict: tau {tau(labels, lost):.2f}"


def word_lines(system: System, truth: Answers, official: Lexicon, word: str, synonym: str) -> Iterator[str]:
    """Yield lines on the effect of one word of a system's answers on its scores, and its cause."""
    there = [name for name, labels in system.answers.items() if word in labels]
    yield f"`{word}` is in {len(there)} of {len(system.answers)} answers of {system.model}"
    for way, lexicon in ((OFFICIAL, official), (BUILTIN, BUILTIN_LEXICON)):
        sectors = lexicon.sectors(word)
        hits = [
            sum(sector in {lexicon.sectors(label)[wheel] for label in truth[name]} for name in there)
            for wheel, sector in enumerate(sectors)
        ]
        met = f"true on {', '.join(map(str, hits))} of these samples"
        yield f"{way}: `{word}` is {', '.join(map(str, sectors))} on the five wheels, {met}"
    changed = {
        f"without `{word}`": in_all_ways(replaced(system.answers, word, []), truth, official),
        f"`{synonym}` instead, also in the truth": in_all_ways(
            replaced(system.answers, word, [synonym]), replaced(truth, word, [synonym]), official
        ),
    }
    for change, scored in changed.items():
        found = (f"{way} {system.score(way):.2f} -> {100 * each.score:.2f}" for way, each in scored.items())
        yield f"{change}: {', '.join(found)}"
    shared = Counter(
        label
        for name in there
        for label in set(truth[name])
        if BUILTIN_LEXICON.sectors(label)[3] == BUILTIN_LEXICON.sectors(word)[3]
    )
    first = sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))[:6]
    yield f"true labels in its sector there (builtin, wheel 4): {', '.join(f'{label} {n}' for label, n in first)}"


def pair_line(first: System, second: System) -> str:
    """Return a line that compares two systems sample by sample, under the strict protocol."""
    ours, theirs = f_by_sample(first, STRICT), f_by_sample(second, STRICT)
    f, precision, recall = (100 * (left - right) for left, right in zip(ours, theirs, strict=True))
    better, worse = int((f > 1e-9).sum()), int((f < -1e-9).sum())
    return (
        f"{first.model} against {second.model}: better on {better} samples, worse on {worse}, equal on "
        f"{len(f) - better - worse}; precision {precision.mean():+.1f}, recall {recall.mean():+.1f}"
    )


def torn(side: Answers) -> list[str]:
    """Return the samples with both pleasant and unpleasant labels, by the rules of `merunibench.polarity`."""
    both = {"positive", "negative"}
    return [name for name, labels in side.items() if both <= {polarity([label]) for label in labels}]


def report(folder: Path, official: Lexicon, published: Mapping[str, float]) -> Iterator[str]:
    """Yield the report in Markdown: the ranks, their agreement, and the causes of disagreement."""
    systems, truth = measure(folder, official)
    merged = [each for each in systems if each.prompt == MERGED]
    for chosen, columns in ((systems, columns_of(systems)), (merged, columns_of(merged, published))):
        yield from rank_table(chosen, columns)
        yield f"Kendall's tau: {'; '.join(agreement(columns))}"
    yield width_line(systems)
    yield shift_line(systems)
    by_model = {each.model: each for each in merged}
    yield from word_lines(by_model["Qwen-Audio"], truth, official, "fear", "scared")
    for one, other in (("Qwen-Audio", "VideoChat"), ("VideoChat", "Otter")):
        yield pair_line(by_model[one], by_model[other])
    sides = {name: by_model[name].answers for name in ASKED_ABOUT} | {"truth": truth}
    both = ", ".join(f"{name} {len(torn(side))}" for name, side in sides.items())
    yield f"samples with both pleasant and unpleasant labels: {both}"
    unknown = (f"{name} {100 * (by_model[name].scored[STRICT].out_of_lexicon or 0):.1f}" for name in ASKED_ABOUT)
    yield f"labels that builtin does not have on any wheel, percent: {', '.join(unknown)}"


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lexicon", default="mer2025", help="name or folder of the official release")
    parser.add_argument("--published", type=Path, required=True)
    options = parser.parse_args()
    print(*report(options.folder, load_lexicon(options.lexicon), read_published(options.published)), sep="\n")


if __name__ == "__main__":
    main()
