"""Which texts that a person reads are not marked for translation?

In a template: text between tags, the attributes that are read or said, words within `{% … %}` and `{{ … }}`.
In Python and in scripts: each text of two words or more that no function of gettext takes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
SPOKEN = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "aria-valuetext",
    "placeholder",
    "title",
}
UNREAD = {"code", "kbd", "pre", "samp", "script", "style", "svg"}
NAMES = {
    "Countersign",
    "JSON",
    "SHA-256",
    "CSV",
    "PDF",
    "HTML",
    "Slack",
    "Markdown",
    "Ctrl",
    "Ctrl K",
    "Cc",
    "Bcc",
}
"""The same in every language."""
_PATHS = ("extends", "include", "load", "url", "static", "block", "endblock", "csrf_token", "picture", "icon")
_WORDS = re.compile(r"[^\W\d_]{2,}")


def in_template(path: Path) -> list[str]:
    """Each unmarked text of a template as `line: text`, in no particular order."""
    reader = _Reader()
    plain, found = [], []
    skipped_until = ""
    for token in Lexer(path.read_text()).tokenize():
        name = token.contents.split(" ", 1)[0] if token.contents else ""
        if skipped_until:
            if token.token_type == TokenType.BLOCK and name == skipped_until:
                skipped_until = ""
            elif skipped_until == "endblocktranslate" and token.token_type == TokenType.VAR:
                found += [f"{token.lineno}: {text}" for text in _lost(token.contents)]
            plain.append("\n" * token.contents.count("\n"))
        elif token.token_type == TokenType.TEXT:
            plain.append(token.contents)
        elif token.token_type == TokenType.COMMENT:
            continue
        elif name in ("blocktranslate", "comment", "verbatim"):
            skipped_until = f"end{name}"
        elif name == "block" and token.contents.endswith("_class"):
            skipped_until = "endblock"
        else:
            found += [f"{token.lineno}: {text}" for text in _words_within(name, token.contents)]
    reader.feed("".join(plain))
    reader.close()
    return found + reader.found


def _lost(contents: str) -> Iterator[str]:
    """A variable that a marked text would draw as nothing: it knows names alone."""
    if re.search(r"[.|]", contents):
        yield f"{contents} (write {{% blocktranslate with name={contents} %}})"


def _words_within(name: str, contents: str) -> Iterator[str]:
    """Words for people inside of a tag or a variable: marked there as `_("…")` or by `{% translate %}`; not compared."""
    if "pluralize" in contents:
        yield f"{contents} (write {{% blocktranslate count %}})"
    if name in ("translate", "trans", "if", "elif"):
        return
    if name in _PATHS:
        contents = re.sub(r"^\w+ +(\"[^\"]*\"|'[^']*')", "", contents)
    contents = re.sub(r"\|(?:date|time):(\"[^\"]*\"|'[^']*')", "", contents)
    for literal in re.finditer(r"(_\()?(?:\"([^\"]*)\"|'([^']*)')", contents):
        text = literal[2] or literal[3] or ""
        if not literal[1] and re.search(r"[^\W\d_]{2,} [^\W\d_]|^[A-Z][a-z]+$", text):
            yield text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNREAD:
            self.unread.append(tag)
        for name, value in attrs:
            is_button = (
                tag == "input"
                and name == "value"
                and dict(attrs).get("type") in ("submit", "button", "reset")
            )
            if name in SPOKEN or name.startswith("data-say") or is_button:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self.unread and self.unread[-1] == tag:
            self.unread.pop()

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self._note(data)

    def _note(self, text: str) -> None:
        text = " ".join(text.split())
        if _WORDS.search(text) and text.strip(" ·,.:;()") not in NAMES:
            self.found.append(f"{self.getpos()[0]}: {text}")


MARKERS = {
    "_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy",
    "gettext_noop",
}  # fmt: skip
FOR_PROGRAMMERS = {
    "AssertionError", "CommandError", "ImproperlyConfigured", "KeyError", "LookupError", "NotImplementedError",
    "RuntimeError", "TypeError", "ValueError", "debug", "error", "exception", "info", "warning", "critical",
}  # fmt: skip
"""Raised or logged for whoever runs it, never shown on a page."""
DOCUMENTED = {"EventType", "Field", "RequestEventType"}
"""Their positional arguments are drawn into docs/audit-events.md; what a page says of them is a keyword."""
_SENTENCE = re.compile(r"[^\W\d_]{2,},? [^\W\d_{%]|[^\W\d_]{2,} [{%]|[}] [^\W\d_]{2,}")
_SQL = re.compile(
    r"\s*(--|SELECT|INSERT|UPDATE|WITH|CREATE|DROP|DELETE|ALTER|COPY|LOCK|SET|BEGIN|COMMIT|EXISTS|ARRAY|FROM)\b"
)


def in_module(path: Path) -> list[str]:
    """Each unmarked sentence of a module as `line: text`; `{}` stands for what an f-string puts in."""
    tree = ast.parse(path.read_text())
    return [
        f"{line}: {text}"
        for line, text in _sentences(tree)
        if _SENTENCE.search(text) and not _SQL.match(text)
    ]


def _sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
        yield node.lineno, "".join(parts)
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.lineno, node.value
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.Call) and _called(child) in MARKERS | FOR_PROGRAMMERS:
            continue
        if isinstance(child, ast.Call) and _called(child) in DOCUMENTED:
            for keyword in child.keywords:
                yield from _sentences(keyword)
            continue
        if isinstance(child, ast.FunctionDef) and child.name == "__str__":
            continue  # stored in the administration's log
        yield from _sentences(child)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


_SCRIPT = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|\$\{[^}]*\}|[^`\\])*`)
    |(?:(?<=[(!])|(?<=[(=,:&|?][ ]))(?P<pattern>/(?![/*])(?:\\.|\[(?:\\.|[^]\\])*\]|[^/\\\n])+/)
    |(?P<opened>[\w$]*)\(
    |(?P<closed>\))""",
    re.DOTALL | re.VERBOSE,
)
_FINDS_ELEMENTS = {"closest", "matches", "querySelector", "querySelectorAll", "shown"}
_SELECTOR = re.compile(r"[:.#\[]|use strict$")


def in_script(path: Path) -> list[str]:
    """Each unmarked sentence of a script as `line: text`; `{}` stands for what a template puts in."""
    return [f"{line}: {text}" for line, text, called in _texts_of(path) if _is_unmarked(text, called)]


def marked_in_script(path: Path) -> list[str]:
    """Each text that gettext or ngettext takes."""
    return [text for _, text, called in _texts_of(path) if called in MARKERS]


def _is_unmarked(text: str, called: str) -> bool:
    return (
        called not in MARKERS | _FINDS_ELEMENTS and bool(_SENTENCE.search(text)) and not _SELECTOR.match(text)
    )


def _texts_of(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, text and the function that takes it."""
    source = path.read_text()
    calls = [""]
    for found in _SCRIPT.finditer(source):
        if found["text"]:
            line = source.count("\n", 0, found.start()) + 1
            yield line, re.sub(r"\$\{[^}]*\}", "{}", found["text"][1:-1]), calls[-1]
        elif found["opened"] is not None:
            calls.append(found["opened"])
        elif found["closed"] and len(calls) > 1:
            calls.pop()
