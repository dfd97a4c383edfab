"""`merunibench explain`: why does a word have the sectors it has?"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit, terminal_width

if TYPE_CHECKING:
    from merunibench.lexicon import Level


def explain(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORDS...", help="Words, label lists such as 'happy, sad', or files of them."),
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Text file with a word or a label list a line.")] = None,
    lexicon: Annotated[
        list[str] | None,
        typer.Option(help="builtin (the default), an installed release, a release's folder; repeat for several."),
    ] = None,
    level: options.LevelOption = 1,
    output_format: options.TableOrJson = options.TableFormat.TABLE,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw a wheel of the first lexicon and where the words fall.")
    ] = None,
    wheel: Annotated[int, typer.Option(min=1, max=5, help="The wheel to draw.")] = 1,
) -> None:
    """Show a word's way through a lexicon: form, base words, wheel words, its sector on each wheel.

    Says why a word has no sector, and which known words are spelled like it.
    """
    from merunibench.lexicon import draw_wheel, explain_words, explainer_for, read_words
    from merunibench.lexicon import explanations_to_dict as to_dict
    from merunibench.report.lexicons import explanation_text

    explainers = [explainer_for(name) for name in lexicon or ["builtin"]]
    files = [*(Path(word) for word in words or () if _is_file(word)), *([file] if file else [])]
    given = [
        *(word for word in words or () if not _is_file(word)),
        *(word for path in files for word in read_words(path)),
    ]
    found = explain_words(given, explainers, cast("Level", level))
    if output_format is options.TableFormat.JSON:
        emit(json.dumps(to_dict(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        emit(explanation_text(found, width=terminal_width()))
    if svg:
        emit(draw_wheel(wheel, [one.word for one in found], explainers[0].lexicon), svg)
        complain(f"wrote {svg}")


def _is_file(word: str) -> bool:
    """Whether an argument is a file of words; `sad` is a word even where a file is called so."""
    return ("." in word or "/" in word) and Path(word).is_file()
