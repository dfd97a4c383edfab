"""Nothing on the main page moves while it loads, whatever fonts a machine has."""

import pytest

SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 400);
})"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 800), (390, 844)])
def test_the_page_does_not_move_while_it_loads(visit, site, width, height):
    page = visit(site, viewport={"width": width, "height": height}).open()
    assert page.evaluate(SHIFTS) < 0.1
