"""A field of the payload, as a reviewer gets to it: its "Edit" is pressed first where it is shown to be read."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def field(page: Page, name: str) -> Locator:
    """The widget of this name, in sight."""
    found = page.locator(f'[name="{name}"]:not([type=hidden])').first
    found.wait_for(state="attached")
    closed = page.locator("details:not([open])").filter(has=page.locator(f'[name="{name}"]'))
    while closed.count():
        closed.first.locator("> summary").click()
    return found
