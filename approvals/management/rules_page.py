"""How do `docs/rules.md` and `docs/threats.md` say which rules hold, where, and by which tests?"""

from __future__ import annotations

from itertools import groupby

from approvals.management import rules, threats
from approvals.management.rules import Rule
from approvals.management.shown import Shown
from approvals.management.threats import Threat

RULES_PAGE = """\
# The rules that never bend

<!-- Written by `manage.py write_docs`; change `approvals/management/rules.py` or a test's marker, not this page. -->

Each rule has a name, by which code and tests cite it. Below it stand the files that hold it, the one to open first in
front, and the tests that show it: each of them carries the marker `@pytest.mark.shows("the-name")`. What must never
happen, and which rule prevents it: [threats.md](threats.md).

{sections}
"""

THREATS_PAGE = """\
# What must never happen

<!-- Written by `manage.py write_docs`; change `approvals/management/threats.py` or a test's marker, not this page. -->

Each threat has a name and says what prevents it: a [rule](rules.md), whose tests stand there, or a defence of its own,
with the files that hold it and the tests that show it. What nothing prevents yet stands
[at the end](#not-prevented-yet).

{sections}

## Not prevented yet

{not_met}
"""


def render_rules(shown: Shown) -> str:
    """The whole page of rules, in Markdown."""
    sections = [
        "\n\n".join([f"## {title}", *(_rule(rule, shown) for rule in held)])
        for title, held in rules.SECTIONS.items()
    ]
    return RULES_PAGE.format(sections="\n\n".join(sections))


def render_threats(shown: Shown) -> str:
    """The whole page of threats, in Markdown."""
    sections = [
        "\n\n".join([f"## {title}", *(_threat(threat, shown) for threat in met)])
        for title, met in threats.SECTIONS.items()
    ]
    not_met = [f"- **`{threat.name}`**: {threat.sentence}" for threat in threats.NOT_MET]
    return THREATS_PAGE.format(sections="\n\n".join(sections), not_met="\n".join(not_met))


def _rule(rule: Rule, shown: Shown) -> str:
    parts = [f"### `{rule.name}`", rule.sentence, f"Held by {_links(rule.rooms)}.", _tests(rule.name, shown)]
    return "\n\n".join(part for part in parts if part)


def _threat(threat: Threat, shown: Shown) -> str:
    named = ", ".join(f"[`{name}`](rules.md#{name})" for name in threat.rules)
    parts = [
        f"### `{threat.name}`",
        threat.sentence,
        f"Prevented by {named}." if named else "",
        f"{threat.defence} Held by {_links(threat.rooms)}." if threat.defence else "",
        _tests(threat.name, shown),
    ]
    return "\n\n".join(part for part in parts if part)


def _links(paths: tuple[str, ...]) -> str:
    return ", ".join(f"[`{path}`](../{path})" for path in paths)


def _tests(name: str, shown: Shown) -> str:
    """A line for each file, with its tests in their order."""
    lines = []
    for path, tests in groupby(shown.get(name, ()), key=lambda test: test.path):
        functions = ", ".join(f"`{test.function}`" for test in tests)
        lines.append(f"- [`{path}`](../{path}): {functions}")
    return "\n".join(lines)
