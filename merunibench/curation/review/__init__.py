"""Human review of a sample: a sheet and a web page for answers, and the evaluation of the pipeline from them.

`sampling` draws clips with known probabilities, `sheet` and `page` show them without verdicts, `answers` reads the
answers, `scoring` compares them with the pipeline, `preferences` scores choices between two descriptions.
"""

from merunibench.curation.review.making import Made, make_review
from merunibench.curation.review.result import Review
from merunibench.curation.review.scoring import score_review

__all__ = ["Made", "Review", "make_review", "score_review"]
