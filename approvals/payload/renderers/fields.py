"""Which field of an object plays which part, however its key is spelled, and which fields did a renderer not show?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import ItemsView
from typing import Any

from approvals.payload.pointers import ABSENT

_SEPARATORS = re.compile(r"[\s_.-]+")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


class Unfit(Exception):
    """The value has not the shape that the renderer shows. The fields below show it as it is."""


class Fields:
    """One object. Keys are compared without case, spaces, dots, dashes and underscores.

    Two keys for one part, such as `to` and `To`, are unfit: the page must not show one and be silent on the other.
    """

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise Unfit
        self._value: dict[str, Any] = value
        self._taken: set[str] = set()
        plain = {key: _SEPARATORS.sub("", key).casefold() for key in value}
        self._repeated = {name for name, count in Counter(plain.values()).items() if count > 1}
        self._keys: dict[str, str] = {name: key for key, name in plain.items()}

    def take(self, *names: str) -> Any:
        """The value under one of these names (written without separators), or ABSENT. Raises Unfit."""
        if self._repeated & set(names):
            raise Unfit
        found = [self._keys[name] for name in names if name in self._keys]
        filled = [key for key in found if self._value[key] not in _EMPTY]
        if len(filled) > 1:
            raise Unfit
        self._taken.update(found)
        return self._value[filled[0]] if filled else ABSENT

    def text(self, *names: str) -> str:
        """A text, "" where there is none. Raises Unfit if it is something else."""
        value = self.take(*names)
        if value is ABSENT:
            return ""
        if not isinstance(value, str):
            raise Unfit
        return value

    def scalar(self, *names: str) -> str:
        """A text or a whole number, such as a stock number, as text."""
        value = self.take(*names)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not ABSENT and not isinstance(value, str):
            raise Unfit
        return "" if value is ABSENT else value

    def names(self, *names: str) -> list[str]:
        """People or addresses: a text, an object with an address, or a list of these. Raises Unfit."""
        value = self.take(*names)
        if value is ABSENT:
            return []
        return [_person(item) for item in (value if isinstance(value, list) else [value])]

    def items(self) -> ItemsView[str, Any]:
        return self._value.items()

    def take_key(self, key: str) -> None:
        """The field of exactly this key is shown."""
        self._taken.add(key)

    def others(self) -> list[str]:
        """The keys of which nothing was shown, in their order."""
        return [key for key in self._value if key not in self._taken]


def _person(value: Any) -> str:
    """`Dana <dana@example.com>` of `{"name": …, "email": …}`, also where an object stands around it."""
    if isinstance(value, str) and value:
        return value
    fields = Fields(value)
    inner = fields.take("emailaddress") if isinstance(value.get("emailAddress"), dict) else ABSENT
    if inner is not ABSENT:
        return _person(inner)
    address = fields.text("email", "address", "mail", "emailaddress")
    name = fields.text("name", "displayname", "fullname")
    if not (address or name):
        raise Unfit
    return f"{name} <{address}>" if address and name else address or name
