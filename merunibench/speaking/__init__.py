"""Active speaker detection without a model hub: does the visible person speak?

A `Speaker` measures a clip: it gives a value between 0 and 1, and details. It makes no verdict, so that filters can
change the threshold without measuring again. No code for scoring imports this package.

The default, `mouth@1`, tracks faces (`faces`, `mesh`, `tracks`) and checks whether a mouth moves during speech
(`voice`). `detectors` contains networks whose weights the user provides as a file. None of them detects that a voice
belongs to another person; docs/curate.md describes their limitations.
"""

from merunibench.speaking.base import Clip, Measured, Speaker
from merunibench.speaking.opening import OFF, least_of, open_speaker

__all__ = ["OFF", "Clip", "Measured", "Speaker", "least_of", "open_speaker"]
