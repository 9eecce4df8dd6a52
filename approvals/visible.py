"""Does a text show everything that it contains? Characters that a reader cannot see or would confuse are named.

Bidirectional controls, zero-width and tag characters and terminal escapes are shown as escapes, and an address
that mixes scripts is pointed out (docs/threats.md: invisible-characters, look-alike-letters).
"""

from __future__ import annotations

import unicodedata
from functools import reduce
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext, ngettext

from audit.invisible import BLANK_LETTERS, is_invisible

_CONTROLS = {"\x1b": "ESCAPE", "\t": "TAB", "\n": "LINE FEED", "\r": "CARRIAGE RETURN"}
_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_TEXT_STYLE = "\ufe0e"


class Segment(NamedTuple):
    """A stretch of visible text; or, if `name` is set, one invisible character and how often it repeats."""

    text: str
    name: str = ""


def segments(text: str) -> list[Segment]:
    """The text's segments in order; a run of one invisible character is counted: "U+200B, 3 times"."""
    is_plain = text.isascii() and text.isprintable()
    if is_plain or not any(is_invisible(mark) for mark in set(text)):
        return [Segment(text)] if text else []
    marked = ((mark, _is_hidden_at(text, index)) for index, mark in enumerate(text))
    found: list[Segment] = []
    for (mark, is_hidden), run in groupby(marked, key=lambda pair: (pair[0] if pair[1] else "", pair[1])):
        count, plain = 0, []
        for character, _ in run:
            count += 1
            plain.append(character)
        found.append(_escape(mark, count) if is_hidden else Segment("".join(plain)))
    return found


def whole(text: str) -> list[Segment]:
    """The segments; spaces at either end are named as well, because nobody sees them there."""
    core = text.strip()
    start = text.find(core) if core else len(text)
    head, tail = text[:start], text[start + len(core) :]
    return [*_spaces(head), *segments(core), *_spaces(tail)]


def _spaces(text: str) -> list[Segment]:
    return [_escape(mark, len(list(run))) for mark, run in groupby(text)]


def as_text(text: str) -> str:
    """Plain text, for places without markup: invisible characters are written as escapes."""
    return "".join(segment.text for segment in segments(text))


def has_invisible(text: str) -> bool:
    return any(segment.name for segment in segments(text))


def _is_hidden_at(text: str, index: int) -> bool:
    """Whether the character at this index is hidden: emoji and line ends need some invisible characters."""
    mark = text[index]
    if not is_invisible(mark):
        return False
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    if mark == "\r":
        return after != "\n"
    if mark in (_EMOJI_STYLE, _TEXT_STYLE):
        return not (_is_emoji(before) or (before in "#*0123456789" and after == "\u20e3"))
    if mark == _JOINER:
        base = text[index - 2 : index - 1] if before == _EMOJI_STYLE else before
        return not (_is_emoji(base) and _is_emoji(after))
    return True


def _is_emoji(mark: str) -> bool:
    if not mark:
        return False
    is_symbol = unicodedata.category(mark) == "So" and mark not in BLANK_LETTERS
    return is_symbol or 0x1F000 <= ord(mark) <= 0x1FAFF or mark in "↔↕↖↗↘↙▶◀‼⁉"


def _escape(mark: str, count: int) -> Segment:
    code = f"U+{ord(mark):04X}"
    if count > 1:
        words = ngettext("%(character)s, %(count)d time", "%(character)s, %(count)d times", count)
        code = words % {"character": code, "count": count}
    name = unicodedata.name(mark, "") or _CONTROLS.get(mark, "CONTROL OR UNASSIGNED CHARACTER")
    return Segment(code, name)


def host(url: str) -> str:
    """The host that a link leads to, as sent over the wire (`xn--…`), with its port; "" if there is none."""
    # Browsers read a backslash as a slash, which decides where the host of https://a.example\@b.example ends.
    try:
        parts = urlsplit(url.strip().replace("\\", "/"))
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    return _on_the_wire(name) + (f":{port}" if port else "")


def mixed_script(address: str) -> str | None:
    """A warning for a host, URL or e-mail address whose letters could be mistaken for others; else None."""
    local, domain = _local_and_domain(address.strip())
    for label in _labels(local):
        if len(scripts := _scripts(label)) > 1:
            words = gettext("“%(label)s” mixes %(scripts)s letters, which may look alike.")
            return words % {"label": label, "scripts": _listed(scripts)}
    wire = _on_the_wire(domain)
    labels = [(label, _decoded(label)) for label in domain.split(".") if label]
    for label, decoded in labels:
        if len(scripts := _scripts(decoded)) > 1:
            words = gettext("“%(label)s” in %(host)s mixes %(scripts)s letters, which may look alike.")
            return words % {"label": decoded, "host": wire, "scripts": _listed(scripts)}
        if foreign := scripts - {"Latin"} - _UNLIKE_LATIN:
            words = gettext("“%(label)s” in %(host)s is written in %(scripts)s letters, not Latin.")
            return words % {"label": decoded, "host": wire, "scripts": _listed(foreign)}
        if label != decoded:
            return gettext("%(host)s is displayed as “%(label)s”.") % {"host": wire, "label": decoded}
    return None


def mixes_scripts(domain: str) -> bool:
    """Whether a part of the domain has letters of several scripts."""
    return any(len(_scripts(_decoded(label))) > 1 for label in domain.split("."))


def as_read(domain: str) -> str:
    """The domain with each part as people read it, where it came as it is sent (`xn--…`)."""
    return ".".join(_decoded(label) for label in domain.split("."))


_EAST_ASIAN = frozenset(("Bopomofo", "Cjk", "Hangul", "Hiragana", "Katakana"))
_UNLIKE_LATIN = frozenset(
    ("Arabic", "Bengali", "Cjk", "Devanagari", "Hangul", "Hebrew", "Hiragana", "Katakana", "Tamil", "Thai")
)


def _local_and_domain(address: str) -> tuple[str, str]:
    if "://" in address:
        try:
            return "", urlsplit(address.replace("\\", "/")).hostname or ""
        except ValueError:
            return "", ""
    local, _, domain = address.rpartition("@")
    return local, domain


def _labels(local: str) -> list[str]:
    return [label for label in local.replace("+", ".").split(".") if label]


def _scripts(label: str) -> frozenset[str]:
    """The scripts of the letters, by the first word of their names; East Asian writing counts as one."""
    found = frozenset(
        unicodedata.name(mark, "UNKNOWN").split()[0].capitalize() for mark in label if mark.isalpha()
    )
    return found - _EAST_ASIAN - {"Latin"} | {"Cjk"} if found & _EAST_ASIAN else found


def _listed(scripts: frozenset[str]) -> str:
    """“Cyrillic and Latin”."""
    return reduce(
        lambda one, other: gettext("%(one)s and %(other)s") % {"one": one, "other": other}, sorted(scripts)
    )


def _decoded(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _on_the_wire(name: str) -> str:
    return ".".join(_encoded(label) for label in name.split("."))


def _encoded(label: str) -> str:
    if label.isascii():
        return label
    try:
        return label.encode("idna").decode("ascii")
    except UnicodeError:
        return "xn--" + label.lower().encode("punycode", "replace").decode("ascii")
