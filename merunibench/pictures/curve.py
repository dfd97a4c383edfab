"""The loss of every training step as a curve in SVG, in a file of its own."""

from collections.abc import Sequence
from html import escape
from itertools import accumulate
from statistics import fmean

from merunibench._text import escape_controls

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 960.0, 420.0, 70.0, 70.0, 28.0, 52.0
_INK, _FAINT, _LINE, _CURVE = "#1b2430", "#565d66", "#c3c7cc", "#123f7d"
_MOST_POINTS = 400
_TICKS = 5


def curve(losses: Sequence[float], title: str) -> str:
    """Draw the losses of steps 1, 2, … as SVG; many steps are averaged in equal blocks. Equal input, equal bytes."""
    each = -(-len(losses) // _MOST_POINTS)
    groups = [losses[start : start + each] for start in range(0, len(losses), each)]
    means = [fmean(group) for group in groups]
    last, highest = len(losses), max(means) or 1.0
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    said = f"Loss of {last:,} step{'s' * (last > 1)}, from {means[0]:.3f} to {means[-1]:.3f}"
    said += f"; each point is the mean of {each} steps" if each > 1 else ""
    title, ticks = escape(escape_controls(title, 80)), []
    for tick in range(_TICKS + 1):
        y = _HEIGHT - _BOTTOM - down * tick / _TICKS
        ticks += [
            f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{_LINE}"/>',
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{highest * tick / _TICKS:.2f}</text>',
        ]
    for step in sorted({round(last * tick / _TICKS) for tick in range(_TICKS + 1)}):
        x = _LEFT + across * step / last
        ticks.append(f'<text x="{x:.1f}" y="{_HEIGHT - 28}" text-anchor="middle">{step:,}</text>')
    lines = "\n".join(ticks)
    points = " ".join(
        f"{_LEFT + across * step / last:.1f},{_HEIGHT - _BOTTOM - down * mean / highest:.1f}"
        for step, mean in zip(accumulate(map(len, groups)), means, strict=True)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" \
aria-labelledby="loss-title loss-description" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="{_INK}">
<title id="loss-title">{title}</title>
<desc id="loss-description">{said}</desc>
<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>
<text x="28" y="32" font-size="18" font-weight="bold">{title}</text>
<text x="28" y="54" fill="{_FAINT}">{said}</text>
{lines}
<text x="{_WIDTH / 2}" y="{_HEIGHT - 8}" text-anchor="middle" fill="{_FAINT}">step</text>
<polyline points="{points}" fill="none" stroke="{_CURVE}" stroke-width="1.6"/>
</svg>
"""
