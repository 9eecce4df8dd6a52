"""The site's settings, for a server that tests put in front of a browser: with passwords hashed as the tests hash them."""

from approvals_site.settings import *  # noqa: F403
from tests.cheap_hasher import HASHER

PASSWORD_HASHERS = [HASHER]
