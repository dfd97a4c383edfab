"""From predictions and ground truth to a report, and from two systems to a comparison.

`evaluate` is the main path. `scoring` scores one data set and checkpoint, `selection` chooses checkpoints, `assembly`
puts the report together, `comparison` tests the difference of two systems.
"""

from merunibench.evaluation.assembly import build_report, joint_signature
from merunibench.evaluation.comparison import compare
from merunibench.evaluation.evaluate import evaluate
from merunibench.evaluation.replicates import score_replicates
from merunibench.evaluation.scoring import Missing, SampleScores, score_samples
from merunibench.evaluation.settings import Progress, Settings

__all__ = [
    "Missing",
    "Progress",
    "SampleScores",
    "Settings",
    "build_report",
    "compare",
    "evaluate",
    "joint_signature",
    "score_replicates",
    "score_samples",
]
