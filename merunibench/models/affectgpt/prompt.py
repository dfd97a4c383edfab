"""Prompt (Figure 3): placeholders for the media, the subtitle and the question, as text and as token ids.

The language model's chat template is not used, and no token is prepended: training uses a `<|im_start|>`, but upstream
inference does not. A mode determines which media a prompt mentions; the modes of the published models are
`multiface_audio_face_text` and `multiframe_audio_frame_text`.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from merunibench._text import short_repr
from merunibench.errors import InputError, MediaError

Medium = Literal["multi", "audio", "face", "frame", "image"]

PLACEHOLDERS: Mapping[Medium, str] = {
    "image": "<ImageHere>",
    "audio": "<AudioHere>",
    "frame": "<FrameHere>",
    "face": "<FaceHere>",
    "multi": "<MultiHere>",
}
"""Medium -> its placeholder word, in the order in which these are added to the vocabulary."""

QUESTIONS: Mapping[str, str] = {
    "ovlabel": "Please recognize all possible emotional states of the character.",
    "description": "Please infer the person's emotional state and provide your reasoning process.",
}
"""The two questions on which the model was trained: for labels, and for a description."""

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
        # As upstream, and as in training, these lack the first word, and one starts with a lower-case letter.
        "audio_text": (_AUDIO, _SUBTITLE),
        "face_text": (_WE, _FACES, _SUBTITLE),
        "frame_text": ("we ", _FRAMES, _SUBTITLE),
    }.items()
}
"""Mode -> template with `{subtitle}` and `{question}`."""


@dataclass(frozen=True)
class Mode:
    """Media and wording of the model's prompt.

    Attributes:
        name: A key of `MODES`.
    """

    name: str

    def __post_init__(self) -> None:
        if self.name not in MODES:
            raise InputError(f"mode {short_repr(self.name)} is not known; known are {', '.join(MODES)}")

    @property
    def placeholders(self) -> tuple[Medium, ...]:
        """The media that the prompt mentions."""
        return tuple(medium for medium, word in PLACEHOLDERS.items() if word in MODES[self.name])

    @property
    def stream(self) -> Literal["face", "frame"]:
        """The pictures that pre-fusion uses: those at the start of the mode's name."""
        return "frame" if self.name.startswith("multiframe") else "face"

    @property
    def inputs(self) -> frozenset[Medium]:
        """The media to read: those in the prompt, and those for pre-fusion."""
        mentioned = set(self.placeholders)
        return frozenset(mentioned - {"multi"} | ({"audio", self.stream} if "multi" in mentioned else set()))

    @property
    def has_subtitle(self) -> bool:
        """Whether the subtitle is in the prompt."""
        return "{subtitle}" in MODES[self.name]

    def prompt(self, question: str, subtitle: str | None, copies: Mapping[Medium, int] | None = None) -> str:
        """Return the prompt of a sample.

        Args:
            question: A value of `QUESTIONS`, or the user's own.
            subtitle: The subtitle, inserted unchanged; empty if it is None.
            copies: Number of placeholders of each medium, if not one.
        """
        text = MODES[self.name]
        for medium, count in (copies or {}).items():
            text = text.replace(PLACEHOLDERS[medium], PLACEHOLDERS[medium] * count)
        # Not str.format, since subtitles and questions may contain braces.
        before, _, after = text.partition("{question}")
        return before.replace("{subtitle}", subtitle or "") + question + after


MAX_PROMPT = 2000
"""Maximum length of a prompt in tokens; longer ones are truncated at the end."""

MAX_CONTEXT = 800
"""Number of the prompt's last tokens that the language model gets: 2000 minus 1200 for the answer."""

QWEN_VOCABULARY = 152_064
"""Rows of Qwen2.5-7B's embedding matrix, to distinguish the real tokenizer from small ones in tests."""

_QWEN_IDS: Mapping[str, int] = {
    "<|endoftext|>": 151643,
    "<|im_start|>": 151644,
    "<|im_end|>": 151645,
    "<ImageHere>": 151665,
    "<AudioHere>": 151666,
    "<FrameHere>": 151667,
    "<FaceHere>": 151668,
    "<MultiHere>": 151669,
    "###": 14374,
    "##": 565,
    "#": 2,
}


def check_placeholders(ids: list[int], placeholder_ids: Mapping[Medium, int], copies: Mapping[Medium, int]) -> None:
    """Check that every placeholder in a prompt occurs the right number of times, consecutively.

    Missing placeholders are ignored, as upstream: a long subtitle may have pushed them out of the context.

    Args:
        ids: Ids of a prompt.
        placeholder_ids: Medium -> id.
        copies: Medium -> number of its embeddings.

    Raises:
        MediaError: the subtitle contains a placeholder.
    """
    for medium, number in placeholder_ids.items():
        places = [place for place, value in enumerate(ids) if value == number]
        expected = copies.get(medium, 1)
        if places and (len(places) != expected or places[-1] - places[0] != expected - 1):
            raise MediaError(
                f"{PLACEHOLDERS[medium]} occurs {len(places)} times in the prompt, not {expected} times in a row; "
                "check whether the subtitle contains it"
            )


@dataclass(frozen=True, eq=False)
class PromptTokenizer:
    """The language model's tokenizer, with the placeholders added.

    Attributes:
        tokenizer: A tokenizer of transformers.
        placeholder_ids: Medium -> id of its word.
        eos_ids: Ids that end a text for the language model: `<|im_end|>` first, `<|endoftext|>`.
        stops: Ids of the endings of an answer: `###` as one token and as two.
    """

    tokenizer: Any
    placeholder_ids: Mapping[Medium, int]
    eos_ids: tuple[int, ...]
    stops: tuple[tuple[int, ...], ...]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def padding_id(self) -> int:
        """The id of `<|im_end|>`, which is used as padding; it is masked wherever it occurs."""
        return self.eos_ids[0]

    @property
    def start_id(self) -> int:
        """The id of `<|im_start|>`, which is prepended to prompts only in training."""
        number: int = self.tokenizer.bos_token_id
        return number

    def ids(self, text: str) -> list[int]:
        """Return all ids of a text, without added tokens."""
        # Tokenizers have state, so two threads must not use one at the same time.
        with self._lock:
            ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def encode(self, prompt: str) -> list[int]:
        """Return the ids of a prompt: without added tokens, truncated to the first 2000, and of these the last 800."""
        return self.ids(prompt)[:MAX_PROMPT][-MAX_CONTEXT:]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids, including special tokens."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text


def prompt_tokenizer(tokenizer: Any, rows: int) -> PromptTokenizer:  # noqa: ANN401 - transformers
    """Add the placeholders to a tokenizer of transformers.

    Args:
        tokenizer: The language model's tokenizer.
        rows: Number of rows of its embedding matrix; with that of Qwen2.5-7B, the ids are checked.

    Raises:
        InputError: the ids differ from those in AffectGPT's training, or `<|im_end|>` is not a token.
    """
    vocabulary = tokenizer.get_vocab()  # looking up the id is not enough: Qwen's id of unknown words is <|endoftext|>
    if "<|im_end|>" not in vocabulary:
        raise InputError(
            "the language model's tokenizer has no token <|im_end|>; AffectGPT needs a model of the Qwen2 family"
        )
    eos_ids = tuple(vocabulary[word] for word in ("<|im_end|>", "<|endoftext|>") if word in vocabulary)
    tokenizer.add_special_tokens({"bos_token": "<|im_start|>", "pad_token": "<|im_end|>"})
    tokenizer.add_tokens(list(PLACEHOLDERS.values()), special_tokens=True)
    if rows == QWEN_VOCABULARY:
        _check_qwen(tokenizer)
    return PromptTokenizer(
        tokenizer,
        {medium: tokenizer.convert_tokens_to_ids(word) for medium, word in PLACEHOLDERS.items()},
        eos_ids,
        _stops(tokenizer),
    )


def _stops(tokenizer: Any) -> tuple[tuple[int, ...], ...]:  # noqa: ANN401
    """Return the ids of `###`, `##` + `#`, and `#` + `##`; the latter two as tokenized after a letter."""
    whole, two, one = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in ("###", "a##", "a#"))
    stops: list[tuple[int, ...]] = [(whole[0],)]
    if len(two) > 1 and len(one) > 1:
        stops += [(two[1], one[1]), (one[1], two[1])]
    return tuple(stops)


def _check_qwen(tokenizer: Any) -> None:  # noqa: ANN401
    found = {word: tokenizer.convert_tokens_to_ids(word) for word in _QWEN_IDS}
    wrong = [f"{word} is {found[word]}, not {number}" for word, number in _QWEN_IDS.items() if found[word] != number]
    if wrong:
        raise InputError(
            f"the language model's tokenizer is not Qwen2.5's: {'; '.join(wrong)}; download Qwen/Qwen2.5-7B-Instruct"
        )
