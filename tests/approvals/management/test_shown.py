"""Which tests show a rule is read from their markers, wherever pytest takes one."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from approvals.management import shown


def read(tmp_path: Path, source: str) -> dict[str, list[str]]:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(dedent(source))
    return {name: [test.function for test in tests] for name, tests in shown.read(tmp_path / "tests").items()}


def test_a_test_shows_what_its_markers_name(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        @pytest.mark.shows("first", "second")
        @pytest.mark.shows("third")
        async def test_it(): ...
        """,
    )

    assert found == {"first": ["test_it"], "second": ["test_it"], "third": ["test_it"]}


def test_a_marker_may_stand_on_a_row_a_class_or_the_module(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        pytestmark = [pytest.mark.django_db, pytest.mark.shows("module")]

        @pytest.mark.shows("class")
        class TestIt:
            @pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.shows("row"))])
            def test_rows(self, n): ...

            def helper(self): ...

        def test_alone(): ...
        """,
    )

    assert found == {"module": ["test_rows", "test_alone"], "class": ["test_rows"], "row": ["test_rows"]}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('ROWS = [pytest.param(1, marks=pytest.mark.shows("x"))]', "line 1: .* belongs to no test"),
        ('\n@pytest.mark.shows("x")\ndef helper(): ...', "line 2: .* belongs to no test"),
        ("@pytest.mark.shows(NAME)\ndef test_it(): ...", "as plain text"),
        ("@pytest.mark.shows()\ndef test_it(): ...", "as plain text"),
    ],
)
def test_a_marker_that_no_page_would_show_is_refused(tmp_path: Path, source: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(tmp_path, source)
