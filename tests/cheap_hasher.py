"""A password hash of one round, for passwords that guard nothing."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

HASHER = "tests.cheap_hasher.CheapHasher"


class CheapHasher(PBKDF2PasswordHasher):
    """The real one, which reads what this one wrote: only the number of rounds differs."""

    iterations = 1
