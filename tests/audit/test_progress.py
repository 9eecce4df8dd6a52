"""A long command shows how far it is, on a terminal only."""

from __future__ import annotations

from io import StringIO

from django.core.management.base import OutputWrapper

from audit.management.progress import Bar


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_grows_on_a_terminal_and_ends_its_line() -> None:
    stream = Terminal()

    with Bar(OutputWrapper(stream)) as progress:
        progress(50, 100)
        progress(100, 100)

    half, whole = stream.getvalue().split("\r")[1:]
    assert half.count("#") == 20
    assert whole.count("#") == 40
    assert "100 of 100 events" in whole
    assert stream.getvalue().endswith("\n")


def test_nothing_is_drawn_into_a_file() -> None:
    stream = StringIO()

    with Bar(OutputWrapper(stream)) as progress:
        progress(50, 100)

    assert stream.getvalue() == ""
