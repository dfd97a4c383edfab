"""`merunibench explain`: explain why a word has its sectors."""

from pathlib import Path
from typing import Literal

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json, log_stderr, terminal_width
from merunibench.settings import argument, option


def explain(
    words: tuple[str, ...] = argument((), "Words, label lists such as 'happy, sad', or files of them.", "WORD"),
    file: Path | None = option(None, "Text file with one word or label list per line.", "FILE"),
    lexicon: tuple[str, ...] = option(
        ("builtin",),
        "builtin, an installed lexicon, a release's folder, or one of your own; repeat for several.",
        "NAME|PATH",
        shown="builtin",
    ),
    level: Literal[1, 2] = options.LEVEL(),
    output_format: options.TableOrJson = options.FORMAT,
    svg: Path | None = option(None, "Draw the wheels of the first lexicon with the words on them.", "FILE"),
    wheel: options.WheelNumber | None = option(None, "Draw this wheel only.", shown="all wheels"),
) -> None:
    """Explain how a lexicon maps a word: form, base words, wheel words, sector on each wheel.

    Also says why a word has no sector, and which known words have a similar spelling.
    """
    from merunibench.lexicon import explain_words, explainer_for, read_words
    from merunibench.lexicon import explanations_to_dict as to_dict
    from merunibench.pictures.wheel import draw_wheel, draw_wheels
    from merunibench.report.lexicons import explanation_text

    explainers = [explainer_for(name) for name in lexicon]
    files = [*(Path(word) for word in words if _is_file(word)), *([file] if file else [])]
    given = [
        *(word for word in words if not _is_file(word)),
        *(word for path in files for word in read_words(path)),
    ]
    found = explain_words(given, explainers, level)
    drawn = [one.word for one in found], explainers[0].lexicon
    picture = "" if svg is None else draw_wheels(*drawn) if wheel is None else draw_wheel(wheel, *drawn)
    if output_format == "json":
        emit_json(to_dict(found))
    else:
        emit(explanation_text(found, width=terminal_width()))
    if svg:
        emit(picture, svg)
        wheels = explainers[0].lexicon.n_wheels
        log_stderr(f"wrote {svg}: {f'all {wheels} wheels' if wheel is None else f'wheel {wheel} of {wheels}'}")


def _is_file(word: str) -> bool:
    """Return whether an argument is a file of words; `sad` is a word even if a file has that name."""
    return ("." in word or "/" in word) and Path(word).is_file()
