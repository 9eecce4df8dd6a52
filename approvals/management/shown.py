"""Which tests show a rule, or that a threat is met? They say so by the marker `shows`, and are read, not run."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

Shown = dict[str, list["Test"]]
"""By the name of a rule or threat, in the order of files and lines."""


class Test(NamedTuple):
    """A test's file, from the folder above `tests/`, and the name of its function."""

    path: str
    function: str


def read(tests: Path) -> Shown:
    """What each test below this folder shows.

    A marker may stand on a test, on one row of its parameters, on its class, or on the module (`pytestmark`). Raises
    ValueError for one that stands anywhere else or names no plain text: the pages would leave it out in silence.
    """
    shown: Shown = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = list(_in_body(tree.body, ()))
        _refuse_strays(path, tree, {marker for _, markers in found for marker in markers})
        for function, markers in found:
            test = Test(path.relative_to(tests.parent).as_posix(), function)
            for name in dict.fromkeys(name for marker in markers for name in _names(path, marker)):
                shown[name].append(test)
    return dict(shown)


def _in_body(body: list[ast.stmt], outer: tuple[ast.Call, ...]) -> Iterator[tuple[str, tuple[ast.Call, ...]]]:
    """Each test of a module or class, with its own markers and those around it."""
    around = (*outer, *(marker for one in body if _is_pytestmark(one) for marker in _markers(one)))
    for one in body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            markers = (*around, *(marker for each in one.decorator_list for marker in _markers(each)))
            if isinstance(one, ast.ClassDef):
                yield from _in_body(one.body, markers)
            elif one.name.startswith("test_"):
                yield one.name, markers


def _is_pytestmark(one: ast.stmt) -> bool:
    return isinstance(one, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in one.targets
    )


def _markers(below: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(below):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.shows":
            yield node


def _names(path: Path, marker: ast.Call) -> list[str]:
    names = [arg.value for arg in marker.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if not names or len(names) < len(marker.args) or marker.keywords:
        raise ValueError(f"{path}, line {marker.lineno}: `shows` takes the names of rules, as plain text.")
    return names


def _refuse_strays(path: Path, tree: ast.Module, seen: set[ast.Call]) -> None:
    for marker in _markers(tree):
        if marker not in seen:
            raise ValueError(f"{path}, line {marker.lineno}: this marker `shows` belongs to no test.")
