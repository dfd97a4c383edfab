"""What the renderings say alike: names of filters for people, numbers, notes, what filters cannot see."""

from collections.abc import Mapping
from typing import Any

from merunibench.curation.report.result import CurationReport

TITLES = {
    "answered": "Answered",
    "refusal": "No refusal",
    "repetition": "No repetition",
    "language": "Language",
    "length": "Length",
    "duplicates": "No duplicate",
    "labels": "Labels",
    "speaker": "Active speaker",
    "crowd.emotion": "Crowd: emotion",
    "crowd.sentiment": "Crowd: sentiment",
}
BLIND_SPOTS = (
    "The speaker filter sees a mouth that moves while speech is heard. It notices no dubbed voice; chewing counts.",
    "The crowd votes for what its classifiers have classes for. Descriptions of other emotions are dropped more often.",
    "A hit test prefers descriptions that name many or frequent emotions: part of what it keeps is luck.",
    "Contamination is checked by sample names. A test clip under another name is not found.",
    "Descriptions are a model's inference about feelings that nobody asked the person about.",
)
"""What a reader must know that no figure shows."""
LABEL_IN_PROMPT = "Labels by people stood in the prompts: the descriptions justify them, and prove nothing about them."
RESPONSIBLE_USE = (
    "Use the data to study how emotions are described, not to judge, rank, monitor or diagnose individual people. Keep "
    "a record of the consent and the licence under which the clips were obtained, and hand the data on only within "
    "them. Delete a person's rows when they ask for it (merunibench curate delete)."
)


def title_of(name: str) -> str:
    """A filter's name for people."""
    return TITLES.get(name, name)


def number(value: float | None) -> str:
    """`1,234`, `0.41`; an en dash for nothing."""
    if value is None:
        return "–"
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"


def percent(part: float, whole: float) -> str:
    """`27.1 %`; an en dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def score(value: float | None) -> str:
    """A fraction in percent with two decimals; an en dash for nothing."""
    return "–" if value is None else f"{100 * value:.2f}"


def headline(report: CurationReport) -> str:
    """What was kept, in a sentence."""
    kept = f"{number(report.kept)} of {number(report.rows)} rows kept ({percent(report.kept, report.rows)})"
    if report.chance is None:
        return f"{kept}."
    lift = "" if report.lift is None else f" (lift {number(report.lift)})"
    return f"{kept}; shuffled votes would keep {number(report.chance)}{lift}."


def bounds(settings: dict[str, object]) -> str:
    """Bounds of a filter in a few words: `0.2 or more`, `73 to 142 words`."""
    found = []
    if "least" in settings:
        found.append(f"{number(_float(settings['least']))} or more")
    if "most" in settings:
        found.append(f"{number(_float(settings['most']))} or fewer")
    for unit in ("words", "characters"):
        limits = settings.get(unit)
        if isinstance(limits, dict):
            found.append(f"{limits['least']:,} to {limits['most']:,} {unit}")
    if isinstance(languages := settings.get("languages"), list):
        found.append(", ".join(map(str, languages)))
    if "match" in settings:
        found.append(f"{settings['votes']} vote, match {settings['match']}")
    elif "votes" in settings:
        found.append(f"{settings['votes']} vote")
    if "by" in settings:
        found.append(f"by {settings['by']}")
    return "; ".join(found)


def made_by(settings: Mapping[str, Any]) -> str:
    """Which models made descriptions, of what, asked how: `audio cues by A, prompt P; merged by B, prompt Q`."""
    cues, merge = settings.get("cues"), settings.get("merge")
    found = []
    for kind, each in cues.items() if isinstance(cues, Mapping) else ():
        what = "described at once" if kind == "description" else f"{kind} cues"
        if isinstance(each, Mapping):
            found.append(f"{what} by {_model(each)}, {_prompt(each)}")
    if isinstance(merge, Mapping):
        found.append(f"merged by {_model(merge)}, {_prompt(settings)}")
    return "; ".join(found) or str(settings.get("model", "not said"))


def _model(settings: Mapping[str, Any]) -> str:
    """A model's name, and where it runs or which revision of it."""
    where = settings.get("revision") or settings.get("host")
    return f"{settings.get('model')} ({where})" if where else str(settings.get("model"))


def _prompt(settings: Mapping[str, Any]) -> str:
    return f"prompt {settings.get('prompt')} ({settings.get('prompt_sha256')})"


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def reasons(found: dict[str, int]) -> str:
    """Why rows did not pass, the most frequent first: `short 22, long 6`."""
    order = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{reason} {count:,}" for reason, count in order)
