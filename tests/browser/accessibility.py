"""Is there anything on a page that axe-core objects to, or that hangs out of it: light and dark, narrow and wide?"""

from __future__ import annotations

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe, AxeResults
from playwright.sync_api import Page

LOOKS = ((320, "light"), (390, "dark"), (1024, "light"), (1280, "dark"))
"""Each scheme narrow and wide; which colours a page has does not depend on the width."""

HEIGHT = 900
RUN = "axe.run({resultTypes: ['violations']})"


TWO = (LOOKS[0], LOOKS[3])
"""Enough for a state of a page of which another is looked at in all four."""


def faults(page: Page, looks: Iterable[tuple[int, str]] = LOOKS) -> list[str]:
    """What axe finds, and whether the page scrolls sideways, for each of the looks."""
    page.evaluate(Axe().axe_script)
    found = []
    for width, scheme in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{page.url}, {scheme}, {width} px: {fault}" for fault in _faults(page, width)]
    return found


def faults_on(page: Page, paths: list[str]) -> list[str]:
    """The faults of each of the pages, narrow and wide, light and dark: by turns 320 and 1280 px, 390 and 1024."""
    found = []
    for number, path in enumerate(paths):
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, f"{path} answers {answer.status}"
        found += faults(page, LOOKS[1:3] if number % 2 else TWO)
    return found


def _faults(page: Page, width: int) -> list[str]:
    result = AxeResults(page.evaluate(RUN))
    wide = page.evaluate("document.documentElement.scrollWidth")
    sideways = [f"scrolls sideways: {wide} px"] if wide > width else []
    return [*([result.generate_report()] if result.violations_count else []), *sideways]
