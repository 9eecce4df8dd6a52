"""Is there anything on a page that axe-core objects to, or that hangs out of it: light and dark, narrow and wide?"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (360, 1280)
HEIGHT = 900


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways, for each of the four looks."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found += [f"{page.url}, {scheme}, {width} px: {fault}" for fault in _faults(page, width)]
    return found


def _faults(page: Page, width: int) -> list[str]:
    result = Axe().run(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    sideways = [f"scrolls sideways: {wide} px"] if wide > width else []
    return [*([result.generate_report()] if result.violations_count else []), *sideways]
