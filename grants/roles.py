"""Which part of the administration is whose? Entering it opens none of them (docs/rules.md: roles-are-separate)."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A part of the administration; its value is the account's column that opens it."""

    ACCOUNTS = "keeps_accounts"
    """People, approvers and who administers what; requests are handed on in place of people who are missing."""
    POLICIES = "keeps_policies"
    """Policies and their channels."""
    AGENTS = "keeps_agents"
    """Agents and their keys."""
    AUDIT = "reads_audit"
    """What happened: the log, requests, votes and messages. It changes nothing."""


LOOSENING = (Role.ACCOUNTS, Role.POLICIES, Role.AGENTS)
"""Those that loosen anything. Who has one of them can stop what another asks for."""

ALL = dict.fromkeys((str(role) for role in Role), True)
"""The columns of an administrator who has every part, such as the first one."""
