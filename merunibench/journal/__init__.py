"""Long runs that lose nothing: finished rows are kept as they come, and a second start goes on where the first ended.

Used wherever a row costs seconds and not microseconds: a language model that reads answers, a model that watches clips.
It knows rows and settings, and nothing of what they mean.
"""

from merunibench.journal.journal import Journal, Row, refuse_journal
from merunibench.journal.settings import config_hash

__all__ = ["Journal", "Row", "config_hash", "refuse_journal"]
