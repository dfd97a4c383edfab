"""Does the person who is seen speak? Active speaker detection without a model hub.

A `Speaker` measures a clip and judges nothing: a value between 0 and 1, and what it rests on. The verdict belongs to
whoever filters, so that a threshold moves without measuring again. Nothing on the scoring path imports this package.

The default, `mouth@1`, follows faces (`faces`, `mesh`, `tracks`) and asks whether a mouth moves while speech is heard
(`voice`). `detectors` holds networks whose weights the user has as a file. None of them notices a voice that belongs to
somebody else: docs/curate.md says what they cannot see.
"""

from merunibench.speaking.base import Clip, Measured, Speaker
from merunibench.speaking.opening import OFF, least_of, open_speaker

__all__ = ["OFF", "Clip", "Measured", "Speaker", "least_of", "open_speaker"]
