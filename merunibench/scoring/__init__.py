"""Score predictions on one data set against its ground truth, under a protocol.

`align` matches predictions with the ground truth, `score_predictions` computes a score (`Scored`), `checkpoints`
selects checkpoints, `resampling` and `compare` quantify uncertainty, and `per_sample` writes and reads the samples of a
score.
"""

from merunibench.scoring.align import Missing, align, refuse_silence
from merunibench.scoring.checkpoints import (
    BEST_OVERALL,
    BEST_PER_DATASET,
    LAST,
    RULES,
    SINGLE,
    checkpoints_to_score,
    refuse_mixed_origins,
    resolve_rule,
    select_checkpoints,
)
from merunibench.scoring.compare import paired_draws, paired_units, primary_of_sums, primary_score
from merunibench.scoring.per_sample import LoadedScores, is_per_sample_file
from merunibench.scoring.resampling import UNITS, By, Units, score_replicates, units_by
from merunibench.scoring.runs import mean_of_runs
from merunibench.scoring.samples import SampleScores, cluster_names
from merunibench.scoring.scored import Scored, score_predictions, shifted
from merunibench.scoring.selection import selection_biases
from merunibench.scoring.settings import Progress, Settings

__all__ = [
    "BEST_OVERALL",
    "BEST_PER_DATASET",
    "LAST",
    "RULES",
    "SINGLE",
    "UNITS",
    "By",
    "LoadedScores",
    "Missing",
    "Progress",
    "SampleScores",
    "Scored",
    "Settings",
    "Units",
    "align",
    "checkpoints_to_score",
    "cluster_names",
    "is_per_sample_file",
    "mean_of_runs",
    "paired_draws",
    "paired_units",
    "primary_of_sums",
    "primary_score",
    "refuse_mixed_origins",
    "refuse_silence",
    "resolve_rule",
    "score_predictions",
    "score_replicates",
    "select_checkpoints",
    "selection_biases",
    "shifted",
    "units_by",
]
