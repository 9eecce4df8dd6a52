"""Every rule, threat, file and page that is cited is there, and every rule has its tests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from approvals.management import rules, shown, threats

ROOT: Path = settings.BASE_DIR
MET = {threat.name: threat for section in threats.SECTIONS.values() for threat in section}
ROOMS = [(one.name, room) for one in (*rules.RULES.values(), *MET.values()) for room in one.rooms]

NOT_OURS = {"var", "staticfiles", "build", "__pycache__"}
TEXTS = {".py", ".md", ".html", ".txt", ".css", ".js", ".toml", ".yaml", ".yml", ".example", ""}
ELSEWHERE = re.compile(r"\b(DESIGN|THREATS|UX)\b|shared/|(?<!RFC \d{4} )§")
PAGE = re.compile(r"\b(docs/[\w./-]+\.md|[A-Z]{2,}\.md)\b")
CITED = re.compile(r"docs/(?:rules|threats)\.md: ([a-z][a-z-]*[a-z])")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")
NAMED_PATH = re.compile(r"`([\w.-]+/[\w./-]*)(?:::\w+)?`")


@cache
def every_test() -> shown.Shown:
    return shown.read(ROOT / "tests")


@cache
def texts() -> dict[Path, str]:
    """Each text file of the repository but this one, which has to name what it looks for."""
    found = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and (name[0] != "." or name == ".ci")]
        paths = [Path(folder) / name for name in files if Path(name).suffix in TEXTS]
        found |= {path: path.read_text(encoding="utf-8") for path in paths if path != Path(__file__)}
    return found


def pages() -> list[Path]:
    return [path for path in texts() if path.suffix == ".md"]


def found_by(pattern: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str]]]:
    for path, text in texts().items():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.relative_to(ROOT)}:{line}", match


@cache
def anchors(page: Path) -> set[str]:
    """What the headings of a page can be linked by, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_names_are_speaking_and_no_two_alike() -> None:
    sections = (*rules.SECTIONS.values(), *threats.SECTIONS.values(), threats.NOT_MET)
    names = [one.name for section in sections for one in section]

    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", name) for name in names)


def test_every_name_that_a_test_shows_exists() -> None:
    assert every_test().keys() <= rules.RULES.keys() | MET.keys()


@pytest.mark.parametrize("name", rules.RULES)
def test_every_rule_has_a_test(name: str) -> None:
    assert every_test().get(name)


@pytest.mark.parametrize("name", MET)
def test_every_threat_that_is_met_has_a_test(name: str) -> None:
    threat = MET[name]

    assert threat.is_met
    assert set(threat.rules) <= rules.RULES.keys()
    assert every_test().get(name) or not threat.defence


def test_what_is_said_not_to_be_met_claims_nothing() -> None:
    assert not any(threat.is_met or threat.rooms for threat in threats.NOT_MET)


@pytest.mark.parametrize(("name", "room"), ROOMS)
def test_every_room_is_there(name: str, room: str) -> None:
    assert (ROOT / room).exists(), f"{name}: {room} has moved"


def test_no_file_cites_a_page_that_is_not_in_the_repository() -> None:
    elsewhere = [f"{place}: {match[0]}" for place, match in found_by(ELSEWHERE)]
    missing = [f"{place}: {match[0]}" for place, match in found_by(PAGE) if not (ROOT / match[0]).exists()]

    assert (elsewhere, missing) == ([], [])


def test_every_rule_and_threat_that_is_cited_exists() -> None:
    names = rules.RULES.keys() | MET.keys() | {threat.name for threat in threats.NOT_MET}

    assert [f"{place}: {match[1]}" for place, match in found_by(CITED) if match[1] not in names] == []


def test_every_link_of_a_page_leads_somewhere() -> None:
    broken = []
    for page in pages():
        for target, anchor in LINK.findall(texts()[page]):
            path = (page.parent / target).resolve() if target else page
            if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
                broken.append(f"{page.relative_to(ROOT)}: {target}#{anchor}")

    assert broken == []


def test_every_path_that_a_page_names_is_there() -> None:
    ours = {path.name for path in ROOT.iterdir() if path.is_dir()} - NOT_OURS
    missing = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in pages()
        for path in NAMED_PATH.findall(texts()[page])
        if path.split("/")[0] in ours and not (ROOT / path).exists()
    ]

    assert missing == []
