"""What does a reader of an HTML body see, as plain text? Every text and the address of every link and picture."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_TAG = re.compile(
    r"<!doctype\s+html|<(?:html|body|head|p|div|br|a|b|i|em|strong|table|tr|td|ul|ol|li|span|h[1-6]|img)"
    r"(?:\s*/?>|\s+[a-z-]+\s*=)",
    re.IGNORECASE,
)
"""An address in angle brackets and a sum such as "a<b and b>c" are no tags."""
_BLOCKS = frozenset(
    ("p", "div", "br", "table", "tr", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr")
)
_ADDRESSES = frozenset(("href", "src"))


def is_html(text: str) -> bool:
    return bool(_TAG.search(text))


def as_text(source: str) -> str:
    """Tags are left out, blocks start a line, and an address stands in angle brackets behind what carries it."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    lines = (re.sub(" {2,}", " ", line).strip(" ") for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")
        given = dict(attrs)
        if tag == "a":
            self._end_link()
            self._link = given.get("href") or ""
        elif address := next((value for key, value in attrs if key in _ADDRESSES and value), ""):
            self.pieces.append(f"[{given.get('alt') or tag}] <{address}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag in _BLOCKS and tag != "li":
            self.pieces.append("\n")

    def close(self) -> None:
        super().close()
        self._end_link()

    def _end_link(self) -> None:
        if self._link:
            self.pieces.append(f" <{self._link}> ")
        self._link = ""

    def handle_data(self, data: str) -> None:
        self.pieces.append(re.sub(r"[ \t\r\n]+", " ", data))
