"""`merunibench doctor`: what a report of a problem needs."""

from pathlib import Path

from merunibench.cli._output import emit, emit_json, log_stderr
from merunibench.settings import argument, option

_FILE = argument(None, "File of predictions or labels that is not understood.", "FILE")
_BUNDLE = option(None, "Write everything to this file, to attach to a report. Nothing is sent.", "FILE")


def doctor(file: Path | None = _FILE, bundle: Path | None = _BUNDLE) -> None:
    """Collect what a report of a problem needs, and nothing private.

    Versions, metric, lexicons, and the shape of a file's first rows: names are hashed, and texts are replaced by their
    length. Nothing is sent.

    Example: `merunibench doctor predictions/meld.jsonl --bundle bundle.json`
    """
    from merunibench.diagnosis import diagnose

    found = diagnose(file)
    if bundle is not None:
        emit_json(found, bundle)
        log_stderr(f"wrote {bundle}: look at it, then attach it to the report")
        return
    installed = [f"{name} {version}" for name, version in found["versions"].items() if version]
    emit("versions: " + ", ".join(installed) + "\n")
    emit(f"metric: {found['metric']['default']}\n")
    for lexicon in found["lexicons"]:
        state = "damaged; install it again" if lexicon.get("installed") else "not installed"
        says = f"{lexicon['words']} words, {lexicon['sha256'][:8]}" if lexicon["ready"] else state
        emit(f"lexicon {lexicon['name']}: {says}\n")
    if found["file"] is not None:
        emit_json(found["file"])
