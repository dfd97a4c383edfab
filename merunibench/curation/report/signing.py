"""The signature of a data set: one line with everything that its rows depend on, to distinguish data sets."""

from collections.abc import Mapping
from typing import Any

from merunibench.curation.decisions import VERSION, Decisions
from merunibench.curation.settings import FilterSettings
from merunibench.lexicon import Lexicon


def signature(
    decisions: Decisions,
    settings: FilterSettings,
    lexicon: Lexicon,
    provenance: Mapping[str, Any],
    crowd: Mapping[str, Any],
    chance: float | None,
) -> str:
    """Return the signature: `curate|clips:332|merge:given|…|kept:175|chance:71.8|settings:4ceafefa2531|v:1`.

    `votes` counts the sources for emotion and sentiment, `chance` the rows that shuffled votes would keep.
    """
    emotion, sentiment = (len(crowd.get(task, {}).get("sources", {})) for task in ("emotion", "sentiment"))
    speaker = provenance["speaker"]
    parts = {
        "clips": len(decisions.rows),
        "merge": _merge(provenance["descriptions"]),
        "labels": "+".join(provenance["labels_from"]) or "none",
        "length": settings.length.replace(":", ""),
        "speaker": speaker or "none",
        "votes": f"{settings.votes}({emotion}E+{sentiment}S)" if emotion or sentiment else "none",
        "match": settings.match,
        "lexicon": lexicon.label,
        "kept": int(decisions.kept.sum()),
        "chance": "none" if chance is None else f"{chance:.1f}",
        "settings": decisions.config,
        "v": VERSION,
    }
    return "|".join(["curate", *(f"{key}:{_plain(value)}" for key, value in parts.items())])


def _merge(made: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the models that merged the cues of all sets; `given` for descriptions that were made elsewhere."""
    models = []
    for settings in made.values():
        merge = settings.get("merge", settings.get("model", "given"))
        model = str(merge.get("model", "given") if isinstance(merge, dict) else merge)
        models.append(f"{model}(label in prompt)" if settings.get("label_in_prompt") else model)
    return "+".join(dict.fromkeys(models)) or "given"


def _plain(value: object) -> str:
    """Return a value without the separators of a signature."""
    return str(value).replace("|", "/").replace("\n", " ")
