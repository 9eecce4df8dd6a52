"""Does a secret stay out of the log?"""

from approvals_site.logs import hide_secrets


def test_secrets_are_hidden_by_name_at_any_depth():
    event = {
        "event": "called",
        "Authorization": "Bearer x",
        "request": {"headers": {"Cookie": "y", "Host": "z"}},
    }

    assert hide_secrets(None, "info", event) == {
        "event": "called",
        "Authorization": "[hidden]",
        "request": {"headers": {"Cookie": "[hidden]", "Host": "z"}},
    }
