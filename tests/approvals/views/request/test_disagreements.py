"""After an edit the pages say where the agent's own sentence is wrong, and whose version an edit started from."""

from __future__ import annotations

import pytest

from tests import factories
from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import make_approval, make_policy, make_user

pytestmark = pytest.mark.django_db

OLD, NEW = "eng@acme.example", "eve@acme.example"


def test_the_sentence_that_names_the_old_recipient_is_pointed_out():
    make_policy(quorum=2)
    approval = make_approval(
        action=f"Send the offer to {OLD}", assignees=("sales@example.com", "deputy@example.com")
    )
    client = client_of(make_user())
    before = text_of(client.get(url("request", approval)))
    factories.approve(
        approval, by=make_user("deputy@example.com"), edited={**factories.EMAIL_PAYLOAD, "to": NEW}
    )

    after = text_of(client.get(url("request", approval)))

    assert "no longer matches" not in before
    assert "sentence no longer matches the payload." in after
    assert f"It says “{OLD}”" in after
    assert f"is now <strong>{NEW}</strong>" in after


def test_the_columns_name_the_person_whose_edit_it_is():
    make_policy(quorum=2)
    approval = make_approval(assignees=("sales@example.com", "deputy@example.com"))
    deputy = make_user("deputy@example.com")
    factories.approve(approval, by=deputy, edited={**factories.EMAIL_PAYLOAD, "to": NEW})

    text = text_of(client_of(make_user()).get(url("request", approval)))

    assert f"As {deputy.get_full_name()} left it" in text


def test_the_columns_name_nobody_whose_vote_is_hidden():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "deputy@example.com"))
    deputy = make_user("deputy@example.com")
    factories.approve(approval, by=deputy, edited={**factories.EMAIL_PAYLOAD, "to": NEW})

    text = text_of(client_of(make_user()).get(url("request", approval)))

    assert f"As {deputy.get_full_name()} left it" not in text
    assert "As edited" in text
