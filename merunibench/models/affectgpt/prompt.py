"""Prompt (Figure 3): placeholders for the media, the subtitle, the question, in the words the model was trained with.

The language model's chat template is not used, and nothing stands in front: training had put a `<|im_start|>` there,
inference upstream does not. A mode says which media a prompt mentions; the published models are
`multiface_audio_face_text` and `multiframe_audio_frame_text`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from merunibench._text import shown
from merunibench.errors import InputError

Medium = Literal["multi", "audio", "face", "frame", "image"]

PLACEHOLDERS: Mapping[Medium, str] = {
    "image": "<ImageHere>",
    "audio": "<AudioHere>",
    "frame": "<FrameHere>",
    "face": "<FaceHere>",
    "multi": "<MultiHere>",
}
"""Medium -> the word whose embedding it takes the place of, in the order in which they join the vocabulary."""

QUESTIONS: Mapping[str, str] = {
    "ovlabel": "Please recognize all possible emotional states of the character.",
    "description": "Please infer the person's emotional state and provide your reasoning process.",
}
"""The two questions the model was trained on: for labels, and for a description."""

_HUMAN = "###Human: "
_MULTI = "The audio and video merged info is: <Multi><MultiHere></Multi>. "
_AUDIO = "The audio content is as follows: <Audio><AudioHere></Audio>. "
_FACES = "uniformly sample raw frames from the video and extract faces from these frames: <Video><FaceHere></Video>. "
_FRAMES = "uniformly sample raw frames from the video: <Video><FrameHere></Video>. "
_IMAGE = "The image content is as follows: <Image><ImageHere></Image>. "
_SUBTITLE = "The subtitle of this video is: <Subtitle>{subtitle}</Subtitle>. "
_QUESTION = "Now, please answer my question based on all the provided information. {question} ###Assistant: "
_MEANWHILE, _ADDITIONALLY, _WE = "Meanwhile, we ", "Additionally, we ", "We "

MODES: Mapping[str, str] = {
    name: "".join((*pieces, _QUESTION))
    for name, pieces in {
        "multiface_audio_face_text": (_HUMAN, _MULTI, _AUDIO, _MEANWHILE, _FACES, _SUBTITLE),
        "multiframe_audio_frame_text": (_HUMAN, _MULTI, _AUDIO, _MEANWHILE, _FRAMES, _SUBTITLE),
        "multiface_audio_face_frame_text": (
            *(_HUMAN, _MULTI, _AUDIO, _MEANWHILE, _FACES, _MEANWHILE, _FRAMES, _SUBTITLE),
        ),
        "multiface_text": (_HUMAN, _MULTI, _SUBTITLE),
        "faceframe": (_HUMAN, _AUDIO, _MEANWHILE, _FRAMES, _ADDITIONALLY, _FACES, _SUBTITLE),
        "face": (_HUMAN, _AUDIO, _MEANWHILE, _FACES, _SUBTITLE),
        "frame": (_HUMAN, _AUDIO, _MEANWHILE, _FRAMES, _SUBTITLE),
        "audioonly": (_HUMAN, _AUDIO),
        "textonly": (_HUMAN, _SUBTITLE),
        "faceonly": (_HUMAN, _WE, _FACES),
        "frameonly": (_HUMAN, _WE, _FRAMES),
        "image": (_HUMAN, _IMAGE),
        # Without the first word, and one of them with a small letter: so they are upstream, and so they were trained.
        "audio_text": (_AUDIO, _SUBTITLE),
        "face_text": (_WE, _FACES, _SUBTITLE),
        "frame_text": ("we ", _FRAMES, _SUBTITLE),
    }.items()
}
"""Mode -> template with `{subtitle}` and `{question}`."""


@dataclass(frozen=True)
class Mode:
    """Which media the model is given, and in which words.

    Attributes:
        name: A key of `MODES`.
    """

    name: str

    def __post_init__(self) -> None:
        if self.name not in MODES:
            raise InputError(f"mode {shown(self.name)} is not known; known are {', '.join(MODES)}")

    @property
    def placeholders(self) -> tuple[Medium, ...]:
        """The media that the prompt mentions."""
        return tuple(medium for medium, word in PLACEHOLDERS.items() if word in MODES[self.name])

    @property
    def stream(self) -> Literal["face", "frame"]:
        """Which pictures pre-fusion takes: those that the mode's name begins with."""
        return "frame" if self.name.startswith("multiframe") else "face"

    @property
    def inputs(self) -> frozenset[Medium]:
        """The media that must be read: those mentioned, and those that pre-fusion joins."""
        mentioned = set(self.placeholders)
        return frozenset(mentioned - {"multi"} | ({"audio", self.stream} if "multi" in mentioned else set()))

    @property
    def has_subtitle(self) -> bool:
        """Whether the subtitle is in the prompt."""
        return "{subtitle}" in MODES[self.name]

    def prompt(self, question: str, subtitle: str | None, copies: Mapping[Medium, int] | None = None) -> str:
        """The prompt of a sample.

        Args:
            question: A value of `QUESTIONS`, or the user's own.
            subtitle: Inserted as it is; an unknown one is an empty one.
            copies: How many placeholders stand for each medium, if not one.
        """
        text = MODES[self.name]
        for medium, count in (copies or {}).items():
            text = text.replace(PLACEHOLDERS[medium], PLACEHOLDERS[medium] * count)
        # Not str.format: subtitles and questions may hold braces.
        before, _, after = text.partition("{question}")
        return before.replace("{subtitle}", subtitle or "") + question + after
