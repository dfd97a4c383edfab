"""Wording shared by all renderers: titles of filters, numbers, notes, limitations of filters."""

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
    "The speaker filter looks for a mouth that moves during speech. It does not detect dubbed voices; chewing counts.",
    "The crowd can vote only for its classifiers' classes. Descriptions of other emotions are dropped more often.",
    "A hit test favours descriptions that name many or frequent emotions, so it keeps some rows by chance.",
    "Contamination is checked by sample names. A test clip with another name is not found.",
    "Descriptions are a model's inferences. The people shown were not asked about their feelings.",
)
"""Limitations that no number in the report shows."""
LABEL_IN_PROMPT = "Human labels were in the prompts: the descriptions justify them, so they are not evidence for them."
RESPONSIBLE_USE = (
    "Use the data to study how emotions are described, not to judge, rank, monitor or diagnose individual people. Keep "
    "a record of the consent and the licence under which the clips were obtained, and share the data only as they "
    "permit. Delete a person's rows when they ask for it (merunibench curate delete)."
)


def title_of(name: str) -> str:
    """Return the title of a filter."""
    return TITLES.get(name, name)


def number(value: float | None) -> str:
    """Format a number, such as `1,234` or `0.41`; an en dash for None."""
    if value is None:
        return "–"
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"


def percent(part: float, whole: float) -> str:
    """Format a share, such as `27.1 %`; an en dash if the whole is 0."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def score(value: float | None) -> str:
    """Format a fraction in percent with two decimals; an en dash for None."""
    return "–" if value is None else f"{100 * value:.2f}"


def headline(report: CurationReport) -> str:
    """Return a sentence on the number of kept rows."""
    kept = f"{number(report.kept)} of {number(report.rows)} rows kept ({percent(report.kept, report.rows)})"
    if report.chance is None:
        return f"{kept}."
    lift = "" if report.lift is None else f" (lift {number(report.lift)})"
    return f"{kept}; shuffled votes would keep {number(report.chance)}{lift}."


def bounds(settings: dict[str, object]) -> str:
    """Return the bounds of a filter in a few words: `0.2 or more`, `73 to 142 words`."""
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
    """Return the models and prompts of descriptions: `audio cues by A, prompt P; merged by B, prompt Q`."""
    cues, merge = settings.get("cues"), settings.get("merge")
    found = []
    for kind, each in cues.items() if isinstance(cues, Mapping) else ():
        what = "described in one step" if kind == "description" else f"{kind} cues"
        if isinstance(each, Mapping):
            found.append(f"{what} by {_model(each)}, {_prompt(each)}")
    if isinstance(merge, Mapping):
        found.append(f"merged by {_model(merge)}, {_prompt(settings)}")
    return "; ".join(found) or str(settings.get("model", "unknown"))


def _model(settings: Mapping[str, Any]) -> str:
    """Return a model's name, and its revision or host."""
    where = settings.get("revision") or settings.get("host")
    return f"{settings.get('model')} ({where})" if where else str(settings.get("model"))


def _prompt(settings: Mapping[str, Any]) -> str:
    return f"prompt {settings.get('prompt')} ({settings.get('prompt_sha256')})"


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def reasons(found: dict[str, int]) -> str:
    """Return the reasons why rows did not pass, the most frequent first: `short 22, long 6`."""
    order = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{reason} {count:,}" for reason, count in order)
