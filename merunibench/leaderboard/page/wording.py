"""Format scores and untrusted text for the pages: percentages, intervals, sizes, text on one line."""

from urllib.parse import urlsplit

from merunibench._text import in_one_line
from merunibench.leaderboard.schema.fields import Interval
from merunibench.leaderboard.schema.results import Model, Rank
from merunibench.protocols import PROTOCOLS

NOTHING = "–"
_LONGEST = 160
_LONGEST_URL = 2000
_LETTERS = {"audio": "A", "video": "V", "text": "T"}

_SELECTIONS = {
    "single": "single",
    "last": "last",
    "best-overall": "best overall",
    "best-per-dataset": "best per data set",
    "not-stated": "not stated",
    "not stated": "not stated",
}


def selection(name: str) -> str:
    """How a checkpoint was chosen, in words."""
    return _SELECTIONS.get(name, name)


def shown(text: str, longest: int = _LONGEST) -> str:
    """Untrusted text, made safe to display."""
    return in_one_line(text, longest)


def figure(value: float | None) -> str:
    """A fraction as a percentage, `55.65` or `−1.20`; an en dash for None."""
    return NOTHING if value is None else f"{round(100 * value, 2) + 0.0:.2f}".replace("-", "−")


def gain(value: float | None) -> str:
    """A difference of fractions in points, `+3.10` or `−1.20`; an en dash for None."""
    text = figure(value)
    return text if value is None or text.startswith("−") else f"+{text}"


def interval(ci: Interval | None) -> str:
    """`53.41–57.96`, or `−1.20 to 3.40` where a minus could be confused with a dash; an en dash for None."""
    if ci is None:
        return NOTHING
    return f"{figure(ci[0])}{' to ' if ci[0] < 0 else '–'}{figure(ci[1])}"


def number(value: float | None, digits: int = 2) -> str:
    """A plain number; an en dash for None."""
    return NOTHING if value is None else f"{value:.{digits}f}"


def place(rank: Rank | None, band: int | None = None) -> str:
    """Rank, rank interval and band in one string: `3|1–5|1`; empty without a rank or if there is only one row."""
    if rank is None or rank.of == 1:
        return ""
    span = "" if rank.low is None or rank.high is None else f"{rank.low}–{rank.high}"
    return f"{rank.rank}|{span}" + ("" if band is None else f"|{band}")


def chance(level: float, protocol: str, kind: str) -> float:
    """A chance level on the scale of the scores: 0 for chance-corrected scores."""
    return 0.0 if PROTOCOLS[protocol][kind].chance_corrected else level


def modalities(model: Model) -> str:
    """`A V T`; empty if none are stated."""
    return " ".join(letter for name, letter in _LETTERS.items() if name in model.modalities)


def size(parameters: int | None) -> str:
    """`8.3 B`, `600 M`; empty if not stated."""
    if parameters is None:
        return ""
    if parameters >= 10**9:
        return f"{parameters / 10**9:.3g} B" if parameters < 10**12 else f"{parameters / 10**12:.3g} T"
    return f"{parameters / 10**6:.3g} M"


def web_address(text: str | None) -> str | None:
    """The address if it is a web address that can be linked; None for any other scheme, or no address."""
    if text is None or len(text) > _LONGEST_URL or not text.isprintable() or any(c.isspace() for c in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None
