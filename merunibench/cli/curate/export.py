"""`merunibench curate export`: write kept rows as training data."""

from pathlib import Path
from typing import Literal

from merunibench._arrow import spare_pandas
from merunibench.cli._output import emit, log_stderr
from merunibench.cli.curate.measure import DIR
from merunibench.curation.folder import Folder
from merunibench.errors import InputError
from merunibench.settings import option

_LICENCE = option(
    None, "Licence of the rows; saved in curate.toml.", "TEXT", shown="`licence` in [card] of curate.toml"
)
_QUESTION = option(
    (),
    "sharegpt: question and answer, separated by =>; {text}, {labels} and {name} are replaced; repeat for several.",
    "Q=>A",
    shown="AffectGPT's two questions",
)
_MEDIA = option("video/{name}.mp4", "sharegpt: path of a clip.", "PATH")


def export(
    folder: Path = DIR,
    form: Literal["affectgpt", "jsonl", "datasets", "sharegpt"] = option(..., "Format.", flag="--as"),
    out: Path | None = option(None, "Folder to write to.", "DIR", shown="DIR/export/<format>"),
    licence: str | None = _LICENCE,
    with_dropped: bool = option(False, "Export dropped rows too."),
    allow_test: bool = option(False, "Export rows that have names of MER-UniBench's test samples."),
    question: tuple[str, ...] = _QUESTION,
    media: str = _MEDIA,
) -> None:
    """Write kept rows for training: AffectGPT's tables, JSON Lines, `datasets` or ShareGPT.

    Also writes the decisions. Refused without a licence, or if rows have names of MER-UniBench's test samples.
    """
    spare_pandas()
    from merunibench._gc import gc_paused
    from merunibench.curation.decisions import stale
    from merunibench.curation.export import ExportOptions
    from merunibench.curation.export import export as export_rows
    from merunibench.curation.filtering import filter_rows, stored_settings
    from merunibench.curation.report import build_report
    from merunibench.curation.report.build import CARD

    place = Folder(folder)
    pairs = tuple(_pair(each) for each in question) or None
    card = place.settings(CARD)
    chosen = ExportOptions(licence or str(card.get("licence", "")), with_dropped, allow_test, pairs, media)
    with gc_paused():
        settings = stored_settings(place)
        decisions = filter_rows(place, settings)
        if told := stale(decisions, place):
            log_stderr(told)
        done = export_rows(place, decisions, build_report(place, decisions, settings), form, chosen, out)
    if licence:
        place.write_settings({CARD: {**card, "licence": licence}})
    if done.without_text:
        log_stderr(f"left out: {done.without_text} rows without a description")
    emit(f"{done.out}\n")
    log_stderr(f"{done.rows} rows exported as {form}, licence {chosen.licence}")


def _pair(text: str) -> tuple[str, str]:
    question, sign, answer = text.partition("=>")
    if not (question.strip() and sign and answer.strip()):
        raise InputError(f"--question {text!r}: must have the form 'What is felt?=>{{labels}}'")
    return question.strip(), answer.strip()
