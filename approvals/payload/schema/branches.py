"""Which of several schemas does a value fit? `allOf`, `anyOf`, `oneOf`, `not` and `if`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from approvals.payload.pointers import Path
from approvals.payload.schema.evaluation import Evaluation, Finding, Findings, Schema


def all_of(run: Evaluation, branches: list[Any], value: Any, _: Schema, path: Path) -> Findings:
    for branch in branches:
        yield from run.findings(value, branch, path)


def any_of(run: Evaluation, branches: list[Any], value: Any, _: Schema, path: Path) -> Findings:
    only = the_other_than_null(branches)
    if only is None:
        run.spend(len(branches))
        if not any(run.fits(value, branch) for branch in branches):
            yield Finding(path, "anyOf")
    elif value is not None:
        # One walk only: a second one for the findings would double the work at each level.
        yield from run.findings(value, only, path)


def one_of(run: Evaluation, branches: list[Any], value: Any, _: Schema, path: Path) -> Findings:
    only = the_other_than_null(branches)
    if only is not None and value is not None:
        yield from run.findings(value, only, path)
        return
    run.spend(len(branches))
    count = sum(run.fits(value, branch) for branch in branches)
    if count != 1:
        text = gettext("fits several of the allowed forms; it may fit only one") if count else ""
        yield Finding(path, "oneOf", None, text)


def the_other_than_null(branches: list[Any]) -> Any:
    """For "a schema or null" the schema; else None."""
    others = [branch for branch in branches if not _is_null_alone(branch)]
    return others[0] if len(others) == 1 and len(branches) == 2 else None


def _is_null_alone(branch: Any) -> bool:
    return isinstance(branch, dict) and branch.keys() == {"type"} and branch["type"] == "null"


def not_(run: Evaluation, inner: Any, value: Any, _: Schema, path: Path) -> Findings:
    if run.fits(value, inner):
        yield Finding(path, "not")


def if_(run: Evaluation, condition: Any, value: Any, schema: Schema, path: Path) -> Findings:
    branch = schema.get("then" if run.fits(value, condition) else "else", True)
    yield from run.findings(value, branch, path)
