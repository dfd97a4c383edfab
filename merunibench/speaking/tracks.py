"""Tracks of faces: one track for each continuous period in which a face is visible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from merunibench.speaking.faces import Face, FaceDetector, overlap
from merunibench.speaking.mesh import BOTTOM_RIGHT, CHIN, FOREHEAD, TOP_LEFT, FaceMesh, marks_of

LEAST_OVERLAP = 0.5
LONGEST_GAP = 10
LEAST_TICKS = 10


@dataclass(frozen=True, eq=False)
class Track:
    """A face over T consecutive ticks; short gaps are interpolated.

    Attributes:
        start: The first tick.
        marks: Of shape (T, 6, 2), (x, y) in pixels; see `mesh.marks_of`.
        found: Number of ticks at which it was found.
        score: Mean detection score at these ticks.
    """

    start: int
    marks: np.ndarray
    found: int
    score: float

    def __len__(self) -> int:
        return len(self.marks)

    @property
    def ticks(self) -> slice:
        """The clip's ticks that it covers."""
        return slice(self.start, self.start + len(self))

    @property
    def heights(self) -> np.ndarray:
        """Distance from forehead to chin at each tick, of shape (T,), in pixels."""
        distances: np.ndarray = np.linalg.norm(self.marks[:, FOREHEAD] - self.marks[:, CHIN], axis=1)
        return distances

    @property
    def boxes(self) -> np.ndarray:
        """The mesh's bounding box at each tick, of shape (T, 4): left, top, right, bottom."""
        return self.marks[:, [TOP_LEFT, BOTTOM_RIGHT]].reshape(-1, 4)

    @property
    def weight(self) -> float:
        """Its weight in the clip: number of ticks times mean score."""
        return self.found * self.score


@dataclass(eq=False)
class _Open:
    """A track that may continue."""

    box: np.ndarray
    ticks: list[int] = field(default_factory=list)
    marks: list[np.ndarray] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def add(self, tick: int, face: Face, marks: np.ndarray) -> None:
        self.box = face.box
        self.ticks.append(tick)
        self.marks.append(marks)
        self.scores.append(face.score)


def follow(frames: Iterable[np.ndarray], detector: FaceDetector, mesh: FaceMesh) -> tuple[list[Track], int]:
    """Find the tracks of a clip, the main one first, and the number of its ticks.

    A face is assigned to the track whose last box it overlaps most, if the overlap is more than half and the gap is at
    most 10 ticks. Faces found at fewer than 10 ticks are ignored.

    Args:
        frames: Each of shape (H, W, 3), uint8; a repeated frame is the same array.
        detector: Finds faces.
        mesh: Finds their points.
    """
    before: np.ndarray | None = None
    faces: list[tuple[Face, np.ndarray]] = []
    alive: list[_Open] = []
    ended: list[_Open] = []
    tick = -1
    for tick, frame in enumerate(frames):
        if frame is not before:
            faces = [(face, marks_of(mesh.fit(frame, face))) for face in detector.find(frame)]
            before = frame
        late = [track for track in alive if tick - track.ticks[-1] > LONGEST_GAP + 1]
        ended += [track for track in late if len(track.ticks) >= LEAST_TICKS]
        alive = [track for track in alive if track not in late]
        free = list(alive)
        for face, marks in faces:
            track = _belongs_to(face, free)
            if track is None:
                alive.append(track := _Open(face.box))
            else:
                free.remove(track)
            track.add(tick, face, marks)
    tracks = [_closed(track) for track in ended + alive if len(track.ticks) >= LEAST_TICKS]
    return sorted(tracks, key=lambda track: (-track.weight, track.start)), tick + 1


def _belongs_to(face: Face, tracks: Sequence[_Open]) -> _Open | None:
    if not tracks:
        return None
    overlaps = overlap(face.box, np.stack([track.box for track in tracks]))
    best = int(overlaps.argmax())
    return tracks[best] if overlaps[best] > LEAST_OVERLAP else None


def _closed(track: _Open) -> Track:
    """Return the finished track, with gaps interpolated."""
    ticks, known = np.array(track.ticks), np.stack(track.marks)
    wanted = np.arange(ticks[0], ticks[-1] + 1)
    marks = np.stack([np.interp(wanted, ticks, each) for each in known.reshape(len(ticks), -1).T], axis=1)
    return Track(int(ticks[0]), marks.reshape(-1, *known.shape[1:]), len(ticks), float(np.mean(track.scores)))
