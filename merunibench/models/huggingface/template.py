"""The chat template that a model is asked by: its own or the user's, what variables it knows, whether it can be used.

Published checkpoints keep it with the processor or with the tokenizer; many processors lose theirs as they are loaded.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.files.reading import reading

_MOST_BYTES = 1 << 20


def read_template(path: Path) -> str:
    """The Jinja template in a file.

    Raises:
        InputError: it cannot be read, is empty or no UTF-8 text.
    """
    with reading(path, UnicodeDecodeError):
        text = read_plain(path, _MOST_BYTES).decode("utf-8")
    if not text.strip():
        raise InputError(f"{path}: is empty; a chat template is Jinja that turns messages into a prompt")
    return text


def fit_template(
    processor: Any,  # noqa: ANN401
    asked: str | None,
    variables: Mapping[str, Any],
    others: Iterable[str],
    spec: str,
) -> None:
    """Give a processor the template that it will be asked by.

    Args:
        processor: The model's processor or tokenizer; its `chat_template` is set.
        asked: The user's template; None for the model's own.
        variables: What the template shall be given besides the messages.
        others: Names of what the processor shall be given; the template never sees them.
        spec: The model's name, for messages.

    Raises:
        InputError: there is no template, or it heeds none of a variable's name, or would heed one of the others.
    """
    tokenizer = getattr(processor, "tokenizer", processor)
    own = getattr(processor, "chat_template", None) or getattr(tokenizer, "chat_template", None)
    template = asked or own
    if not template:
        raise InputError(
            f"{spec}: has no chat template, so it is not known how to ask it; give one (--chat-template FILE)"
        )
    if isinstance(template, dict):
        template = template.get("default") or next(iter(template.values()))
    heeded = _names_in(template, spec)
    if unheeded := sorted(set(variables) - heeded):
        raise InputError(f"--template-kwarg {', '.join(unheeded)}: the chat template of {spec} does not heed it")
    if meant := sorted(set(others) & heeded):
        raise InputError(
            f"--processor-kwarg {', '.join(meant)}: is a variable of the chat template; use --template-kwarg"
        )
    processor.chat_template = template


def _names_in(template: str, spec: str) -> set[str]:
    """The variables that a template reads and does not set itself."""
    import jinja2
    import jinja2.ext
    from jinja2 import meta

    class Generation(jinja2.ext.Extension):
        """`{% generation %}` marks what an assistant says; it means nothing to a question."""

        tags = {"generation"}  # noqa: RUF012 - as jinja has it

        def parse(self, parser: Any) -> Any:  # noqa: ANN401 - jinja's own
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    environment = jinja2.Environment(extensions=[Generation, jinja2.ext.loopcontrols])  # noqa: S701 - parsed, never run
    try:
        return meta.find_undeclared_variables(environment.parse(template))
    except jinja2.TemplateSyntaxError as error:
        raise InputError(f"{spec}: its chat template is broken at line {error.lineno}: {one_line(error)}") from None


def check_renders(processor: Any, messages: Sequence[Any], variables: Mapping[str, Any], spec: str) -> None:  # noqa: ANN401
    """Make sure that the template can be used, before the first clip.

    Raises:
        InputError: it fails at messages of this form, which are as transformers documents them.
    """
    from jinja2 import TemplateError

    try:
        processor.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True, **variables)
    except (TemplateError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise InputError(
            f"{spec}: its chat template fails at such a question: {one_line(error)}; give another (--chat-template "
            "FILE), or ask for fewer --modalities"
        ) from None


def template_settings(asked: str | None, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What of the template the user decided, for the record; the model's own is a part of its revision."""
    settings: dict[str, Any] = {}
    if asked is not None:
        settings["chat_template"] = f"sha256:{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
    return {**settings, **({"template": dict(variables)} if variables else {})}
