"""Prompt (Figure 3): placeholders for the media, the subtitle, the question, in words and as ids of tokens.

The language model's chat template is not used, and nothing stands in front: training had put a `<|im_start|>` there,
inference upstream does not. A mode says which media a prompt mentions; the published models are
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
            raise InputError(f"mode {short_repr(self.name)} is not known; known are {', '.join(MODES)}")

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


MAX_PROMPT = 2000
"""Longest prompt in tokens; what is beyond is cut off its end."""

MAX_CONTEXT = 800
"""Tokens of it that the language model is given: the last ones, 2000 less the 1200 that an answer may take."""

QWEN_VOCABULARY = 152_064
"""Rows of Qwen2.5-7B's embedding matrix: how the real tokenizer is told from a small stand-in."""

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
    """See to it that every placeholder that occurs does so as often as it should, in a row.

    One that does not occur is left out in silence, as upstream: a long subtitle may have pushed it out of the context.

    Args:
        ids: Ids of a prompt.
        placeholder_ids: Medium -> id.
        copies: Medium -> how many embeddings stand for it.

    Raises:
        MediaError: a subtitle holds a placeholder of its own.
    """
    for medium, number in placeholder_ids.items():
        places = [place for place, value in enumerate(ids) if value == number]
        expected = copies.get(medium, 1)
        if places and (len(places) != expected or places[-1] - places[0] != expected - 1):
            raise MediaError(
                f"{PLACEHOLDERS[medium]} occurs {len(places)} times in the prompt, not {expected} times in a row; "
                "does the subtitle hold it?"
            )


@dataclass(frozen=True, eq=False)
class PromptTokenizer:
    """The language model's tokenizer, with the placeholders added.

    Attributes:
        tokenizer: A tokenizer of transformers.
        placeholder_ids: Medium -> id of its word.
        eos_ids: Ids that end a text for the language model: `<|im_end|>` first, `<|endoftext|>`.
        stops: Endings of an answer in ids: `###` as one token and as two.
    """

    tokenizer: Any
    placeholder_ids: Mapping[Medium, int]
    eos_ids: tuple[int, ...]
    stops: tuple[tuple[int, ...], ...]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def padding_id(self) -> int:
        """The id of `<|im_end|>`, which stands in for padding; wherever it occurs is not attended to."""
        return self.eos_ids[0]

    @property
    def start_id(self) -> int:
        """The id of `<|im_start|>`, which stands in front of a prompt in training and nowhere else."""
        number: int = self.tokenizer.bos_token_id
        return number

    def ids(self, text: str) -> list[int]:
        """All ids of a text, nothing added to it."""
        # Tokenizers keep settings as state: two threads must not share one at the same time.
        with self._lock:
            ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def encode(self, prompt: str) -> list[int]:
        """Ids of a prompt: nothing added in front, its first 2000, and of these the last 800."""
        return self.ids(prompt)[:MAX_PROMPT][-MAX_CONTEXT:]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, special tokens kept."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text


def prompt_tokenizer(tokenizer: Any, rows: int) -> PromptTokenizer:  # noqa: ANN401 - transformers
    """Add the placeholders to a tokenizer of transformers.

    Args:
        tokenizer: The language model's.
        rows: Of its embedding matrix; Qwen2.5-7B's number means that its ids are checked.

    Raises:
        InputError: the ids are not those that AffectGPT was trained with, or `<|im_end|>` is no token.
    """
    vocabulary = tokenizer.get_vocab()  # the id of an unknown word is no sign: Qwen's is <|endoftext|> itself
    if "<|im_end|>" not in vocabulary:
        raise InputError(
            "the language model's tokenizer has no token <|im_end|>: AffectGPT needs one of Qwen2's family"
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
    """`###`, `##` then `#`, `#` then `##`; the last two by how they are written after a letter."""
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
            f"the language model's tokenizer is not Qwen2.5's: {'; '.join(wrong)}. Fetch Qwen/Qwen2.5-7B-Instruct anew"
        )
