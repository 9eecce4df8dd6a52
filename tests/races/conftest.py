"""Races are run a hundred times and more, within a time in which no person acts ten times."""

from __future__ import annotations

import pytest

from approvals_site import required


@pytest.fixture(autouse=True)
def _room_for_all_rounds(settings: pytest.FixtureRequest) -> None:
    settings.RATES = {what: required.rate(what, "1000000/hour") for what in settings.RATES}
