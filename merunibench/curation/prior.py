"""The human prior: which base models agree best with a small human-labelled subset, and which are indistinguishable.

A candidate is a model, or a pair of models whose cues were merged; it has a table of predictions for the labelled
clips. The result is a group rather than a single best model, since small differences need more clips to be significant.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from merunibench._text import escape_controls, short_repr
from merunibench.data import TABLE_SUFFIXES, load_truth, read_table
from merunibench.data.arranging import arranged
from merunibench.data.discovery import natural_order
from merunibench.data.predictions import predictions_from_table
from merunibench.data.tables import is_saved_dataset, table_stem
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.report.columns import Column, percent, span
from merunibench.scoring import LoadedScores, Progress, Scored, Settings, paired_draws, score_predictions
from merunibench.statistics import BootstrapCounts, holm, paired_test
from merunibench.tasks import get_task

SCHEMA = "merunibench.prior/1"
LEVEL_OF_TEST = 0.05
POWER = 0.8
_QUANTILES = 1.959964 + 0.841621  # normal quantiles at 1 - LEVEL_OF_TEST / 2 and at POWER
_TASK = replace(get_task("ovmerdplus"), samples=0)  # any number of free labels and clips


@dataclass(frozen=True)
class Candidate:
    """A base model, or a merged pair, on the labelled clips. Scores are fractions.

    Attributes:
        name: Folder or file of its outputs.
        scored: Its score: F, precision, recall, interval, chance, labels per clip.
        difference: F of the best candidate minus its own; 0 for the best.
        ci: 95 % paired bootstrap interval of the difference; None for the best.
        p_holm: The larger p-value of paired bootstrap and approximate randomisation against the best, corrected for the
            number of candidates (Holm); None for the best.
        clips_needed: Approximate number of clips needed to detect a difference of this size (at level 0.05, with power
            0.8); None for the best, and if there is no difference.
    """

    name: str
    scored: Scored
    difference: float = 0.0
    ci: tuple[float, float] | None = None
    p_holm: float | None = None
    clips_needed: int | None = None

    @property
    def among_best(self) -> bool:
        """Whether it does not differ significantly from the best."""
        return self.p_holm is None or self.p_holm > LEVEL_OF_TEST

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        scored = self.scored
        return {
            "name": self.name,
            **{key: scored.metrics[key] for key in ("f", "precision", "recall")},
            "ci": None if scored.ci is None else list(scored.ci),
            "chance": scored.chance,
            "labels_per_clip": scored.labels_per_sample,
            "missing": scored.missing,
            "failed": scored.failed,
            "difference": self.difference,
            "difference_ci": None if self.ci is None else list(self.ci),
            "p_holm": self.p_holm,
            "clips_needed": self.clips_needed,
            "among_best": self.among_best,
            "signature": str(scored.signature),
        }


@dataclass(frozen=True)
class Prior:
    """Candidates sorted by F, highest first.

    Attributes:
        candidates: The candidates, the best first.
        clips: Number of labelled clips.
        resamples: Number of bootstrap resamples, and of random swaps, of each test.
        seed: Seed of the resamples and swaps.
    """

    FORMATS: ClassVar = ("table", "json")

    candidates: tuple[Candidate, ...]
    clips: int
    resamples: int
    seed: int

    @property
    def group(self) -> tuple[str, ...]:
        """The best candidate, and all that do not differ significantly from it."""
        return tuple(each.name for each in self.candidates if each.among_best)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; fractions, not percentages."""
        return {
            "schema": SCHEMA,
            "clips": self.clips,
            "resamples": self.resamples,
            "seed": self.seed,
            "recommended": list(self.group),
            "candidates": [each.to_dict() for each in self.candidates],
        }

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the table that the command line prints, in percent."""
        from rich.text import Text

        from merunibench.report.terminal import plain_table, print_to_text

        titles = ("", "Candidate", "F", "95 % CI", "P", "R", "Chance", "Labels", "Behind", "p Holm", "Clips needed")
        table = plain_table([Column(title, numeric=title not in ("", "Candidate")) for title in titles])
        for each in self.candidates:
            table.add_row(*map(Text, self._cells(each)))
        return print_to_text("", table, self._notes(), width=width, color=color)

    def _cells(self, each: Candidate) -> list[str]:
        scored, first = each.scored, each is self.candidates[0]
        labels = "–" if scored.labels_per_sample is None else f"{scored.labels_per_sample:.2f}"
        return [
            "*" if each.among_best else "",
            escape_controls(each.name),
            percent(scored.metrics["f"]),
            span(scored.ci),
            percent(scored.metrics["precision"]),
            percent(scored.metrics["recall"]),
            percent(scored.chance),
            labels,
            "–" if first else percent(each.difference),
            "–" if each.p_holm is None else f"{each.p_holm:.4f}",
            "–" if each.clips_needed is None else f"{each.clips_needed:,}",
        ]

    def _notes(self) -> list[str]:
        group, listed_names = self.group, ", ".join(map(escape_controls, self.group))
        alone = "is better than every other candidate here" if len(self.candidates) > 1 else "is the only candidate"
        said = [f"{self.clips} labelled clips; scores in percent; {self.resamples} resamples, seed {self.seed}."]
        if len(group) > 1:
            said.append(
                f"*: not significantly worse than the best: {listed_names}. Choose by cost or licence, or add clips."
            )
        else:
            said.append(f"{listed_names} {alone}.")
        if len(self.candidates) > 1:
            said.append(
                "p Holm: paired bootstrap and approximate randomisation against the best, the larger of the two, "
                f"corrected for {len(self.candidates) - 1} tests. Clips needed: to detect such a difference at level "
                f"{LEVEL_OF_TEST} with power {POWER}."
            )
        for each in self.candidates:
            lacking = each.scored.missing + each.scored.failed
            said += [f"{escape_controls(each.name)}: {lacking} clips without an answer."] if lacking else []
        return [*said, self.candidates[0].scored.signature.metric_part]


def prior(
    outputs: Iterable[Path],
    truth: Path,
    settings: Settings,
    *,
    max_bytes: int = DEFAULT_MAX_BYTES,
    progress: Progress | None = None,
) -> Prior:
    """Compare candidates on a human-labelled subset.

    Args:
        outputs: Tables of predictions, one per candidate, and folders of such tables.
        truth: A table with `name` and `openset` (or `labels`, `label`): any number of free labels.
        settings: Settings of the scores; `bootstrap` is the number of resamples of intervals and tests, at least 2.
        max_bytes: Maximum size of a file after decompression.
        progress: Called with the current step's name, the number of steps done, and their total.

    Raises:
        InputError: an input cannot be used; the message says which, where, and what to do.
    """
    files = find_candidates(outputs)
    # The smallest p-value that resampling can give, times the number of tests, must be below the level.
    least = max(2, math.ceil((len(files) - 1) / LEVEL_OF_TEST))
    if settings.bootstrap < least:
        raise InputError(
            f"{settings.bootstrap} resamples are too few to compare {len(files)} candidates; at least {least} are "
            "needed (--bootstrap)"
        )
    labelled = load_truth(_TASK, truth, max_bytes=max_bytes)
    scores, draws = {}, BootstrapCounts()
    for step, (name, path) in enumerate(files.items()):
        if progress:
            progress(name, step, len(files))
        table = arranged(read_table(path, max_bytes=max_bytes), _TASK)
        scored = score_predictions(labelled, predictions_from_table(table, _TASK, Rules()), settings, name)
        scores[name] = scored.resampled(settings, draws)
    ranked = sorted(scores.items(), key=lambda item: -item[1].score)
    return Prior(tuple(_compared(ranked, settings, progress)), len(labelled), settings.bootstrap, settings.seed)


def _compared(
    ranked: Sequence[tuple[str, Scored]], settings: Settings, progress: Progress | None
) -> Iterator[Candidate]:
    """Yield the candidates with their tests against the first."""
    (best, first), *others = ranked
    yield Candidate(best, first)
    tests = []
    for step, (name, scored) in enumerate(others):
        if progress:
            progress(f"{name} against {best}", step, len(others))
        systems = LoadedScores.of(first, best), LoadedScores.of(scored, name)
        tests.append(
            paired_test(paired_draws(*systems, resamples=settings.bootstrap, seed=settings.seed, by="samples"))
        )
    adjusted = holm(np.array([max(test.p_bootstrap, test.p_randomization) for test in tests])).tolist()
    for (name, scored), test, p in zip(others, tests, adjusted, strict=True):
        needed = clips_needed(first.replicates - scored.replicates, test.difference, first.evaluated)
        yield Candidate(name, scored, test.difference, test.ci, p, needed)


def clips_needed(differences: np.ndarray, difference: float, clips: int) -> int | None:
    """Estimate the number of clips needed to detect this difference, from its bootstrap standard error.

    n = clips · ((z_{1 - α/2} + z_{power}) · se / difference)²; the standard error falls with the square root of n.

    Args:
        differences: The difference on each resample, shape (B,).
        difference: The difference itself.
        clips: Number of clips on which they were computed.

    Returns:
        The number, at least 2; None if there is no difference.
    """
    if abs(difference) < 1e-9:
        return None
    error = float(np.nanstd(differences, ddof=1))
    return max(2, math.ceil(clips * (_QUANTILES * error / difference) ** 2))


def find_candidates(outputs: Iterable[Path]) -> dict[str, Path]:
    """Find the tables of predictions at the given places, by the names of the candidates.

    A table in a folder is named after its path of folders, and its file if there are several in the folder.

    Raises:
        InputError: a place is missing or contains no table, or two candidates have the same name.
    """
    found: dict[str, Path] = {}
    for root in outputs:
        for name, path in _candidates_in(root).items():
            if name in found:
                raise InputError(f"{path}: another candidate is named {short_repr(name)} ({found[name]}); rename one")
            found[name] = path
    if not found:
        raise InputError("no outputs of candidates given; give their tables, or a folder of them")
    return found


def _candidates_in(root: Path) -> dict[str, Path]:
    if not root.is_dir() or is_saved_dataset(root):
        return {table_stem(root) or root.stem: root}
    folders: dict[Path, list[Path]] = {}
    for path in root.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and path.is_file() and path.suffix != ".json" and table_stem(path) is not None:
            folders.setdefault(path.parent, []).append(path)
    if not folders:
        raise InputError(f"{root}: contains no outputs; a candidate is a table (*{', *'.join(TABLE_SUFFIXES[:3])}, …)")
    named = {}
    for folder, paths in folders.items():
        place = folder.relative_to(root)
        for path in paths:
            alone = len(paths) == 1 and folder != root
            named[(place if alone else place / str(table_stem(path))).as_posix()] = path
    return {name: named[name] for name in sorted(named, key=natural_order)}
