"""What does this YAML text say? Nodes with their lines, and plain values, within bounds.

Numbers and truth values are those of YAML 1.2 (its core schema): `010` is ten, and `1:30`, `yes` and `off` are text.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import BaseResolver

try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # a build of PyYAML without libyaml

    class _Parser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):  # type: ignore[no-redef]
        def __init__(self, text: str) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)


LARGEST = 1024 * 1024  # characters
LONGEST = 256 * 1024  # characters of one text
LONGEST_NUMBER = 20  # characters
DEEPEST = 16
"""Levels of lists and mappings within each other."""
MOST = 10_000
"""Parts of one value. An alias counts as all that it stands for."""

_TAG = "tag:yaml.org,2002:"
_CORE = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_OPEN = ("expected ',' or", "end of stream", "<stream end>")
_PROBLEMS = (
    (
        "cannot start any token",
        "This begins with a sign that means something in YAML: put the text in quotes",
    ),
    ("mapping values are not allowed", "A colon does not belong here: put the text in quotes"),
    ("undefined alias", "This alias names no anchor above it"),
    ("expected ':'", "A colon is missing"),
    ("expected ',' or", "A bracket stays open, or a comma is missing"),
    ("end of stream", "Quotes or a bracket stay open"),
    ("node content", "A bracket stays open, or a value is missing"),
    ("another document", "A second document begins here: keep to one"),
    ("block", "The indentation does not fit the lines above"),
    ("key", "This line is not a field with its value"),
)


class Unreadable(Exception):
    """The text or one of its values cannot be read. `line` (from 1) says where, the sentence why."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def compose(text: str) -> yaml.Node | None:
    """The root node, or None if the text is empty. Raises Unreadable."""
    if len(text) > LARGEST:
        raise Unreadable(1, "The file is over 1 MiB.")
    if unreadable := _UNREADABLE.search(text):
        line = text.count("\n", 0, unreadable.start()) + 1
        raise Unreadable(line, "A control character does not belong here.")
    try:
        return _Composer(text).get_single_node()
    except yaml.YAMLError as error:
        last = text.rstrip("\n").count("\n") + 1
        raise Unreadable(min(_line_of(error), last), f"{_in_words(error, text)}.") from None


def dump(value: Any) -> str:
    """The text that `compose` and `value` read back."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110))


def line(node: yaml.Node | yaml.Event | None) -> int:
    """From 1."""
    mark = node.start_mark if node is not None else None
    return int(mark.line) + 1 if mark else 1


def value(node: yaml.Node) -> Any:
    """The value of a node: text, number, bool, None, list or mapping; the keys are text. Raises Unreadable."""
    return _Reader().value(node)


class _Resolver(BaseResolver):
    """Knows which plain words are not text."""


_PLAIN = {name: re.compile(rf"(?:{pattern})\Z") for name, pattern, _ in _CORE}


class _Dumper(yaml.SafeDumper):
    """Quotes every text that some version of YAML would not read as text."""


for _name, _, _starts in _CORE:
    _Resolver.add_implicit_resolver(_TAG + _name, _PLAIN[_name], _starts)
    _Dumper.add_implicit_resolver(_TAG + _name, _PLAIN[_name], _starts)


class _Composer(Composer, _Parser, _Resolver):
    def __init__(self, text: str) -> None:
        _Parser.__init__(self, text)
        Composer.__init__(self)
        _Resolver.__init__(self)
        self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            sentence = f"More than {DEEPEST} lists or mappings are nested within each other."
            raise Unreadable(line(self.peek_event()), sentence)
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, yaml.ScalarNode) and len(node.value) > LONGEST:
            raise Unreadable(line(node), "This text is over 256 KiB.")
        return node


def _line_of(error: yaml.YAMLError) -> int:
    """What is never closed is reported at the line where it opens."""
    is_open = any(words in str(getattr(error, "problem", "")) for words in _OPEN)
    opened, stopped = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    mark = (opened if is_open else None) or stopped
    return int(mark.line) + 1 if mark else 1


def _in_words(error: yaml.YAMLError, text: str) -> str:
    mark = getattr(error, "problem_mark", None)
    there = "".join(text.split("\n")[mark.line : mark.line + 1])[mark.column :] if mark else ""
    if there.startswith("\t"):
        return "Indent with spaces, not with tabs"
    said = f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"
    return next((words for found, words in _PROBLEMS if found in said), "This cannot be read as YAML")


class _Reader:
    def __init__(self) -> None:
        self.count = 0

    def value(self, node: yaml.Node, depth: int = 0) -> Any:
        self.count += 1
        if self.count > MOST or depth > DEEPEST:
            raise Unreadable(line(node), "The aliases here stand for too much: write it out.")
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.value(one, depth + 1) for one in node.value]
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return {self._name(key): self.value(one, depth + 1) for key, one in node.value}
        if not isinstance(node, yaml.ScalarNode):
            raise Unreadable(line(node), "The tag before this does not belong here: leave it out.")
        return _scalar(node)

    def _name(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise Unreadable(line(node), "A field's name is one word.")
        return str(node.value)


def _scalar(node: yaml.ScalarNode) -> Any:
    text, tag = str(node.value), node.tag.removeprefix(_TAG)
    if _UNREADABLE.search(text):
        raise Unreadable(line(node), "A control character does not belong here.")
    if tag == "str":
        return text
    if tag not in _PLAIN or not _PLAIN[tag].fullmatch(text):
        raise Unreadable(line(node), f"The tag of “{text[:60]}” does not belong here: leave it out.")
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    return _whole(node, text) if tag == "int" else _finite(node, text)


def _whole(node: yaml.Node, text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise Unreadable(line(node), "This number is too large.")
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)


def _finite(node: yaml.Node, text: str) -> float:
    found = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    if not math.isfinite(found):
        raise Unreadable(
            line(node), f"{text[:LONGEST_NUMBER]} compares with nothing: write a number in digits."
        )
    return found
