"""What does a widget show for a value, and what value does a posted text mean?

A text that means the shown value gives the original value back, so looking at a payload changes nothing.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approvals import strict_json, visible
from approvals.exceptions import InvalidInput, TooLarge
from approvals.payload import display, labels
from approvals.payload.bounds import MAX_JSON_BYTES
from approvals.payload.canonical import same
from approvals.payload.form import dates, line_endings
from approvals.payload.form.leaves import JsonLeaf, Leaf
from approvals.payload.form.nodes import Option
from approvals.payload.pointers import ABSENT
from approvals.payload.schema import formats
from audit.reader import NoSuchTimeError

MAX_TITLE = 60
"""Characters of a choice's title: a longer one would push the value itself out of sight."""

_NOT_IN_JSON = re.compile(r"[\x00\ud800-\udfff]")


class UnreadableError(ValueError):
    """The posted text is not a value; the message says what to write."""


def booleans() -> list[Option]:
    return [Option("true", gettext("Yes"), True), Option("false", gettext("No"), False)]


def shown(kind: str, value: Any, options: list[Option]) -> str:
    """The text in the widget; "" if there is no value."""
    if value is ABSENT or value is None:
        return ""
    if kind in {"enum", "boolean"}:
        return next(option.posted for option in options if _is_same_scalar(option.value, value))
    if kind == "datetime":
        local = dates.parsed(value)
        return local.shown() if local else ""
    return line_endings.normalised(value) if isinstance(value, str) else repr(value)


def enum_options(members: list[Any], titles: list[str]) -> list[Option]:
    """Strings are posted unchanged, unless one is empty or ambiguous; then all are posted as JSON."""
    plain = [member if isinstance(member, str) else labels.as_json(member) for member in members]
    is_clear = len(set(map(str.strip, plain))) == len(plain) and all(map(str.strip, plain))
    is_clear = is_clear and not any("\n" in text or "\r" in text for text in plain)
    return [
        Option(text if is_clear else labels.as_json(member), label, member)
        for text, label, member in zip(plain, _captions(members, titles), members, strict=True)
    ]


def _captions(members: list[Any], titles: list[str]) -> list[str]:
    """Each title from the agent, followed by its value."""
    captions = [
        _caption(title, display.in_words(member)) for member, title in zip(members, titles, strict=True)
    ]
    if len(set(captions)) == len(captions):
        return captions
    return [_caption(title, labels.as_json(member)) for member, title in zip(members, titles, strict=True)]


def _caption(title: str, value: str) -> str:
    plain = visible.as_text(" ".join(title.split()))
    shortened = plain if len(plain) <= MAX_TITLE else plain[: MAX_TITLE - 1] + "…"
    return f"{shortened} ({value})" if plain and plain != value else value


def value_of(leaf: Leaf, typed: str) -> Any:
    """Raises UnreadableError."""
    if _NOT_IN_JSON.search(typed):
        raise UnreadableError(
            gettext("Remove the character that is not text: U+0000 or half of a surrogate pair.")
        )
    if leaf.kind in {"enum", "boolean"}:
        return _chosen(leaf, typed)
    if leaf.kind in {"integer", "number"}:
        return _number(leaf, typed.strip())
    if leaf.kind == "datetime":
        return _date_time(leaf, typed)
    if leaf.kind in {"date", "email", "uri"}:
        return _token(leaf, typed.strip())
    return _text(leaf, line_endings.normalised(typed))


def json_value_of(node: JsonLeaf, typed: str) -> Any:
    """Raises UnreadableError, with line and column if the text is not JSON."""
    try:
        value = strict_json.loads(line_endings.normalised(typed), max_bytes=MAX_JSON_BYTES)
    except (InvalidInput, TooLarge) as error:
        raise UnreadableError(str(error)) from None
    return node.base if node.base is not ABSENT and same(value, node.base) else value


def _text(leaf: Leaf, typed: str) -> str:
    if not isinstance(leaf.base, str):
        return typed
    if typed == line_endings.normalised(leaf.base):
        return leaf.base
    return line_endings.merged(leaf.base, typed)


def _token(leaf: Leaf, typed: str) -> str:
    if isinstance(leaf.base, str) and typed == leaf.base.strip():
        return leaf.base
    if leaf.kind == "date" and not formats.is_date(typed):
        raise _asked_for("date", leaf)
    return typed


def _chosen(leaf: Leaf, typed: str) -> Any:
    for option in leaf.options:
        if typed == option.posted:
            return option.value
    raise _asked_for("option", leaf)


def _number(leaf: Leaf, typed: str) -> Any:
    if not typed:
        raise _asked_for("number", leaf)
    try:
        value = strict_json.number(typed)
    except InvalidInput as error:
        raise UnreadableError(str(error)) from None
    if leaf.kind == "integer":
        if value != int(value):
            raise UnreadableError(gettext("Enter a whole number, without a fraction."))
        value = int(value)
    return leaf.base if _is_same_scalar(leaf.base, value) else value


def _date_time(leaf: Leaf, typed: str) -> str:
    """An edited time keeps the zone that the agent wrote, unless the reviewer entered it in another."""
    before = dates.parsed(leaf.base) if isinstance(leaf.base, str) else None
    try:
        zone = dates.offset_at(typed, leaf.picked) if leaf.picked else before.zone if before else "Z"
    except NoSuchTimeError as error:
        raise UnreadableError(str(error)) from None
    local = dates.posted(typed, zone)
    if local is None:
        raise _asked_for("datetime", leaf)
    if before is None:
        return local.written()
    kept = dates.is_same_offset(before.zone, zone)
    if kept and before.is_same_moment(local):
        return str(leaf.base)
    return before.edited(local)._replace(zone=before.zone if kept else zone).written()


def _is_same_scalar(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _asked_for(what: str, leaf: Leaf) -> UnreadableError:
    """What to write, or how to write nothing."""
    alone, or_remove, or_leave_out = _ASKED_FOR[what]
    if leaf.is_row:
        return UnreadableError(str(or_remove))
    return UnreadableError(str(or_leave_out if "absent" in leaf.states else alone))


_ASKED_FOR = {
    "date": (
        _("Enter a date."),
        _("Enter a date, or remove the row."),
        _("Enter a date, or choose “Left out”."),
    ),
    "option": (
        _("Choose one of the options."),
        _("Choose one of the options, or remove the row."),
        _("Choose one of the options, or choose “Left out”."),
    ),
    "number": (
        _("Enter a number."),
        _("Enter a number, or remove the row."),
        _("Enter a number, or choose “Left out”."),
    ),
    "datetime": (
        _("Enter a date and a time."),
        _("Enter a date and a time, or remove the row."),
        _("Enter a date and a time, or choose “Left out”."),
    ),
}
