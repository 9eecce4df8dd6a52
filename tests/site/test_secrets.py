"""Are audit keys read in order and weak ones refused?"""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from approvals_site.secrets import audit_keys, checkpoint_key, hmac_keys, new_audit_key

LONG = base64.b64encode(b"k" * 32).decode()
SHORT = base64.b64encode(b"k" * 31).decode()


def test_first_key_named_stays_first():
    keys = hmac_keys(f"new:{LONG}, old:{LONG}")

    assert list(keys.items()) == [("new", b"k" * 32), ("old", b"k" * 32)]


def test_key_that_a_desk_makes_is_strong_enough():
    assert len(hmac_keys(new_audit_key())["desk-1"]) == 32


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no key"),
        (LONG, "write every key as id:base64"),
        (f"a:{LONG},a:{LONG}", "two keys have the id 'a'"),
        ("a:not base64", "is not base64"),
        (f"a:{SHORT}", "has 31 bytes and needs 32"),
        (f"a b:{LONG}", "letters, digits, dots and dashes"),
    ],
)
def test_unusable_keys_are_refused_with_the_reason(text, why):
    with pytest.raises(ImproperlyConfigured, match=why):
        hmac_keys(text)


def test_keys_in_a_file_stand_one_a_line():
    assert list(audit_keys("KEYS", f"new:{LONG}\nold:{LONG}\n")) == ["new", "old"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "takes one key"),
        (f"a:{LONG},b:{LONG}", "takes one key"),
        (f"a:{base64.b64encode(b'k' * 33).decode()}", "has 33 bytes and needs 32"),
    ],
)
def test_checkpoint_key_is_one_seed_of_the_right_length(text, why):
    with pytest.raises(ImproperlyConfigured, match=why):
        checkpoint_key(text)
