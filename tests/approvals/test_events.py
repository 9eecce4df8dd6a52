"""What the log says of a request can be read on its page."""

from __future__ import annotations

import pytest

from approvals.events import requests
from approvals.events.sentences import RequestEventType
from audit import catalogue


def test_every_event_about_a_request_has_a_sentence() -> None:
    about_requests = [one for one in catalogue.all_types() if one.about == "approval"]

    assert {one.name for one in about_requests} == {one.name for one in requests.EVENTS}
    assert all(isinstance(one, RequestEventType) for one in about_requests)


@pytest.mark.parametrize("event", requests.EVENTS, ids=lambda one: one.name)
def test_a_sentence_can_be_said_of_the_example(event: RequestEventType) -> None:
    data = {name: field.example for name, field in event.data.items()}

    assert event.sentence(data)
    assert event.sentence({name: value for name, value in data.items() if name not in event.names})


@pytest.mark.parametrize("event", requests.EVENTS, ids=lambda one: one.name)
def test_what_was_written_and_whom_it_names_are_fields_of_the_event(event: RequestEventType) -> None:
    assert event.data.keys() >= {*event.words, *event.names}
