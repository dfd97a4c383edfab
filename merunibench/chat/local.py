"""A text-only chat model on this machine, through transformers: greedy, batched, deterministic.

Weights come from a folder or from the Hugging Face Hub, as safetensors. Code that comes with a model is never run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from merunibench._text import one_line
from merunibench.chat.base import ChatModel, Conversation, Reply, as_reply, endings, fit_for_name
from merunibench.errors import InputError
from merunibench.hub import Source, check_dtype, choose_device, load_transformers, loading


class LocalModel(ChatModel):
    """A causal language model with a chat template.

    The weights are loaded at the first conversation, since a run whose rows are all finished does not need them.

    Attributes:
        name: `model@identity`: the hash of a folder's files, or the commit on the Hub.
        group: Number of conversations answered together.
    """

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        batch_size: int = 8,
        max_tokens: int = 256,
        dtype: str = "auto",
        device: str = "auto",
    ) -> None:
        """Find the model and load its tokenizer.

        Args:
            model: A folder, or a name on the Hub.
            revision: Branch, tag or commit on the Hub.
            batch_size: Number of conversations answered together; halved automatically if they do not fit into memory.
            max_tokens: Maximum length of an answer.
            dtype: Precision of the weights: auto (as saved), float32, bfloat16, float16.
            device: auto, cpu, cuda, cuda:1, mps.

        Raises:
            InputError: The model or device does not exist, the model has no chat template, or transformers is not
                installed.
        """
        check_dtype(dtype)
        self.group = batch_size
        self._source, self._max_tokens, self._dtype = Source(model, revision), max_tokens, dtype
        transformers = load_transformers()
        with self._loading():
            config = self._source.load(transformers.AutoConfig)
            self._tokenizer = self._source.load(transformers.AutoTokenizer, padding_side="left")
        if not self._tokenizer.chat_template:
            raise InputError(f"{model}: has no chat template; use an instruction-tuned model")
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        self._longest = getattr(config.get_text_config(), "max_position_embeddings", None)
        self._identity = self._source.identity or "unknown"
        self.name = fit_for_name(f"{self._source.name}@{self._identity.removeprefix('sha256:')[:12]}")
        self._device = choose_device(device)
        self._model: Any = None

    def __repr__(self) -> str:
        return f"LocalModel({self.name})"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Weights, precision, device, length, and library versions."""
        import torch

        return {
            "kind": "hf",
            "model": self.name.partition("@")[0],
            "identity": self._identity,
            "dtype": self._dtype,
            "device": self._device.partition(":")[0],
            "max_tokens": self._max_tokens,
            "transformers": load_transformers().__version__,
            "torch": torch.__version__,
        }

    def replies(self, conversations: Iterable[Conversation]) -> Iterator[tuple[int, Reply]]:
        """See `ChatModel.replies`; replies are yielded batch by batch, in order."""
        first, queue = 0, iter(conversations)
        while batch := list(islice(queue, self.group)):
            yield from enumerate(self._answer(batch), start=first)
            first += len(batch)

    def _answer(self, batch: Sequence[Conversation]) -> list[Reply]:
        """Return the replies to one batch; conversations without a valid prompt are not generated for."""
        prompts = [self._prompt(conversation) for conversation in batch]
        sound = [prompt for prompt in prompts if isinstance(prompt, str)]
        answers = iter(self._generate(sound))
        return [next(answers) if isinstance(prompt, str) else prompt for prompt in prompts]

    def _prompt(self, conversation: Conversation) -> str | Reply:
        """Return a conversation as a prompt, or a reply with the reason why that is not possible."""
        from jinja2 import TemplateError

        if any(not isinstance(message["content"], str) for message in conversation):
            return Reply("", "the model accepts only text")
        try:
            prompt: str = self._tokenizer.apply_chat_template(
                list(conversation), tokenize=False, add_generation_prompt=True
            )
        except (TemplateError, ValueError) as error:
            return Reply("", f"the model's chat template rejects the conversation: {one_line(error)}")
        length = len(self._tokenizer(prompt, add_special_tokens=False)["input_ids"])
        if self._longest is not None and length + self._max_tokens > self._longest:
            return Reply("", f"{length} tokens, plus {self._max_tokens} to answer, exceed the model's {self._longest}")
        return prompt

    def _generate(self, prompts: Sequence[str]) -> list[Reply]:
        """Return replies to valid prompts; split into two halves if they do not fit into memory."""
        if not prompts:
            return []
        import torch

        try:
            return self._decode(prompts)
        except (torch.OutOfMemoryError, MemoryError):
            if len(prompts) == 1:
                return [Reply("", "does not fit into memory")]
        half = len(prompts) // 2
        return self._generate(prompts[:half]) + self._generate(prompts[half:])

    def _decode(self, prompts: Sequence[str]) -> list[Reply]:
        import torch

        model = self._loaded()
        inputs = self._tokenizer(list(prompts), add_special_tokens=False, padding=True, return_tensors="pt")
        with torch.inference_mode():
            output = model.generate(**inputs.to(model.device))
        tokens = output[:, inputs["input_ids"].shape[1] :]
        ended = endings(tokens.tolist(), model.generation_config.eos_token_id, self._max_tokens)
        answers = decoded(self._tokenizer, inputs["input_ids"], tokens)
        return [as_reply(answer, how) for answer, how in zip(answers, ended, strict=True)]

    def _loading(self) -> AbstractContextManager[None]:
        return loading(f"{self._source.path}: cannot be loaded as a language model")

    def _loaded(self) -> Any:  # noqa: ANN401 - a model of transformers
        if self._model is None:
            transformers = load_transformers()
            with self._loading():
                model = self._source.load(transformers.AutoModelForCausalLM, dtype=self._dtype, use_safetensors=True)
            # Ignore the sampling parameters saved with the model (temperatures, penalties): decoding is greedy.
            model.generation_config = transformers.GenerationConfig(
                do_sample=False,
                max_new_tokens=self._max_tokens,
                eos_token_id=model.generation_config.eos_token_id or self._tokenizer.eos_token_id,
                pad_token_id=self._tokenizer.pad_token_id,
            )
            self._model = model.to(self._device).eval()
        return self._model


_TRACES = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
)
"""The tags with which templates open a reasoning trace and models close it."""
_TOKENS_OF_A_TAG = 24


def decoded(tokenizer: Any, prompts: Any, tokens: Any) -> list[str]:  # noqa: ANN401 - transformers' and torch's own
    """Decode generated tokens to text without special tokens.

    Templates of reasoning models open the reasoning trace in the prompt. If the answer never closes it, all of it is
    reasoning, which could not be recognised. So the opening tag from the prompt is put before the text.

    Args:
        tokenizer: The model's tokenizer.
        prompts: Tokens of shape (b, L), padded on the left.
        tokens: Generated tokens, of shape (b, T).
    """
    texts: list[str] = tokenizer.batch_decode(tokens, skip_special_tokens=True)
    end = tokenizer.decode(prompts[0][-_TOKENS_OF_A_TAG:]).rstrip()
    trace = next((tags for tags in _TRACES if end.endswith(tags[0])), None)
    if trace is None:
        return texts
    opened, closed = trace
    whole = tokenizer.batch_decode(tokens)  # a tag may be a special token
    return [text if closed in full else opened + text for text, full in zip(texts, whole, strict=True)]
