"""The loss curve: means of many steps, whole numbers below it, every text escaped."""

import re

from merunibench.pictures.curve import curve


def test_a_curve_of_many_steps_is_drawn_by_means():
    losses = [2.0 if step <= 4000 else 1.0 for step in range(1, 8001)]
    picture = curve(losses, "A <title>")
    assert picture == curve(losses, "A <title>")
    assert "A &lt;title&gt;" in picture
    assert "from 2.000 to 1.000; each point is the mean of 20 steps" in picture
    assert picture.count(",") < 900


def test_what_stands_below_a_step_is_its_number():
    """Twelve steps have five equal parts of 2.4; a label stands where its whole number is, and none twice."""
    picture = curve([1.0] * 12, "t")
    found = re.findall(r'<text x="([\d.]+)" y="392.0" text-anchor="middle">(\d+)</text>', picture)
    assert [(round(float(x) - 70), int(step)) for x, step in found] == [
        (round(862 * step / 12), step) for step in (0, 2, 5, 7, 10, 12)
    ]
    assert "Loss of 1 step," in curve([1.0], "t")
