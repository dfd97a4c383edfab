"""`merunibench doctor`: collect the information needed for a bug report."""

from pathlib import Path

from merunibench.cli._output import emit, emit_json, log_stderr
from merunibench.settings import argument, option

_FILE = argument(None, "File of predictions or labels that cannot be read.", "FILE")
_BUNDLE = option(None, "Write everything to this file, to attach to a bug report. Nothing is sent.", "FILE")


def doctor(file: Path | None = _FILE, bundle: Path | None = _BUNDLE) -> None:
    """Collect the information needed for a bug report, and nothing private.

    Reports versions, metric, lexicons, and the structure of a file's first rows: names are hashed, and texts are
    replaced by their length. Nothing is sent.

    Example: `merunibench doctor predictions/meld.jsonl --bundle bundle.json`
    """
    from merunibench.diagnosis import diagnose

    found = diagnose(file)
    if bundle is not None:
        emit_json(found, bundle)
        log_stderr(f"wrote {bundle}: review it, then attach it to the bug report")
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
