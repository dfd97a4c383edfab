"""The chat template of a model, its own or the user's: find it, check its variables, and check that it can be used.

Published checkpoints store it with the processor or the tokenizer; many processors lose theirs when they are loaded.
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
    """Read a Jinja template from a file.

    Raises:
        InputError: The file cannot be read, or is empty or not UTF-8 text.
    """
    with reading(path, UnicodeDecodeError):
        text = read_plain(path, _MOST_BYTES).decode("utf-8")
    if not text.strip():
        raise InputError(f"{path}: is empty; a chat template must be Jinja that turns messages into a prompt")
    return text


def fit_template(
    processor: Any,  # noqa: ANN401
    asked: str | None,
    variables: Mapping[str, Any],
    others: Iterable[str],
    spec: str,
) -> None:
    """Set the chat template of a processor.

    Args:
        processor: The model's processor or tokenizer; its `chat_template` is set.
        asked: The user's template; None for the model's own.
        variables: The user's variables for the template.
        others: Names of the user's arguments for the processor, which the template does not get.
        spec: The model's name, for messages.

    Raises:
        InputError: There is no template, it does not use a variable, or it would use one of the others.
    """
    tokenizer = getattr(processor, "tokenizer", processor)
    own = getattr(processor, "chat_template", None) or getattr(tokenizer, "chat_template", None)
    template = asked or own
    if not template:
        raise InputError(
            f"{spec}: has no chat template, so its prompt format is unknown; give one (--chat-template FILE)"
        )
    if isinstance(template, dict):
        template = template.get("default") or next(iter(template.values()))
    heeded = _names_in(template, spec)
    if unheeded := sorted(set(variables) - heeded):
        raise InputError(f"--template-kwarg {', '.join(unheeded)}: the chat template of {spec} does not use it")
    if meant := sorted(set(others) & heeded):
        raise InputError(
            f"--processor-kwarg {', '.join(meant)}: is a variable of the chat template; use --template-kwarg"
        )
    processor.chat_template = template


def _names_in(template: str, spec: str) -> set[str]:
    """Return the variables that a template reads but does not set."""
    import jinja2
    import jinja2.ext
    from jinja2 import meta

    class Generation(jinja2.ext.Extension):
        """`{% generation %}` marks the assistant's turns; it has no effect on a prompt."""

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
    """Check that the template can be used, before the first clip.

    Raises:
        InputError: It fails for messages of this form, which is documented by transformers.
    """
    from jinja2 import TemplateError

    try:
        processor.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True, **variables)
    except (TemplateError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise InputError(
            f"{spec}: its chat template fails for such a prompt: {one_line(error)}; give another one "
            "(--chat-template FILE), or fewer --modalities"
        ) from None


def template_settings(asked: str | None, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user's template settings to record; the model's own template is a part of its revision."""
    settings: dict[str, Any] = {}
    if asked is not None:
        settings["chat_template"] = f"sha256:{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
    return {**settings, **({"template": dict(variables)} if variables else {})}
