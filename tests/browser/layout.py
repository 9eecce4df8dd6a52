"""Does a page fit: nothing sideways, no word broken in a tab or button, every target big enough and reachable?"""

from __future__ import annotations

from playwright.sync_api import Page

SIZES = {
    320: 640,
    360: 740,
    390: 844,
    640: 900,
    768: 1024,
    805: 900,
    1024: 768,
    1280: 800,
    1440: 900,
    1920: 1080,
}
"""Widths and heights of real screens, in CSS pixels."""

ZOOMED = ((640, 400), (320, 256))
"""A screen of 1280 by 1024 at 200 % (with the browser's own bars) and at 400 %."""

MEASURE = """
() => {
  const found = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true })
    && element.getBoundingClientRect().width > 1 && !element.closest(".visually-hidden, .skip");
  const name = (element) => `${element.tagName.toLowerCase()} "${element.textContent.trim().replace(/\\s+/g, " ").slice(0, 40)}"`;
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push(`scrolls sideways: ${document.documentElement.scrollWidth} px`);

  const labels = ".button, .quiet, .tabs a, .top a, summary, .back a, .links a, .pages a, .more a, .count, .chip, .risk, .status, .choice-table th";
  for (const element of document.querySelectorAll(labels)) {
    if (!shown(element)) continue;
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!shown(node.parentElement)) continue;
      for (const word of node.data.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        if (lines.size > 1) found.push(`breaks "${word[0]}" in ${name(element)}`);
      }
    }
    const box = element.getBoundingClientRect();
    if (box.right > width + 1 || box.left < -1) found.push(`hangs out: ${name(element)}`);
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth) found.push(`spills: ${name(element)}`);
  }

  const targets = "button, .button, .tabs a, .top a, summary, .back a, .links a, .pages a, .more a, a.row, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio]), label:has(> :is([type=checkbox], [type=radio]))";
  for (const element of document.querySelectorAll(targets)) {
    if (!shown(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.height < 43.5) found.push(`${Math.round(box.height)} px high: ${name(element)}`);
  }

  const covered = (element) => {
    if (element.matches("select, textarea, input")) element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest", behavior: "instant" });
    const box = element.getBoundingClientRect();
    const y = box.height > innerHeight ? innerHeight / 2 : box.top + box.height / 2;
    const top = document.elementFromPoint(Math.min(box.left + box.width / 2, width - 1), y);
    return !(top && (element.contains(top) || top.contains(element) || top.closest("label")?.contains(element)));
  };
  for (const element of document.querySelectorAll("a[href], button, select, textarea, input:not([type=hidden]), summary")) {
    if (!shown(element) || element.closest(".decision-panel, .skip")) continue;
    if (covered(element)) found.push(`cannot be brought into sight: ${name(element)}`);
  }
  const panel = document.querySelector(".decision-panel");
  if (panel && shown(panel)) {
    panel.scrollIntoView({ block: "nearest", behavior: "instant" });
    const box = panel.getBoundingClientRect();
    if (getComputedStyle(panel).position === "sticky" && box.height > innerHeight / 3)
      found.push(`the footer takes ${Math.round(box.height)} of ${innerHeight} px`);
    for (const button of panel.querySelectorAll(".button")) if (covered(button)) found.push(`the footer hides its own ${name(button)}`);
  }
  scrollTo(0, 0);
  return found;
}
"""


def misfits(page: Page) -> list[str]:
    """What does not fit at any width or zoom; the page itself is left at the last of them."""
    found = []
    for width, height in (*SIZES.items(), *ZOOMED):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.activeElement?.blur()")
        found += [f"{page.url}, {width} x {height}: {what}" for what in page.evaluate(MEASURE)]
    return found
