"""People look at a sample: a seeded sheet and page to answer on, and what the answers say of the pipeline.

`sampling` chooses the clips with known probabilities, `sheet` and `page` show them without verdicts, `answers` reads
what people said, `scoring` holds it against the pipeline, `preferences` scores choices between two descriptions.
"""

from merunibench.curation.review.making import Made, make_review
from merunibench.curation.review.result import Review
from merunibench.curation.review.scoring import score_review

__all__ = ["Made", "Review", "make_review", "score_review"]
