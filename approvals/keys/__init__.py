"""Which agents are there, how does one prove who it is, and how do its keys come, go, and alarm people?"""

from approvals.keys.agents import change_agent, create_agent
from approvals.keys.authentication import authenticate, authenticate_all
from approvals.keys.minting import (
    LIFETIME,
    AlreadyMade,
    Powers,
    create_key,
    objections,
    revoke_key,
    rotate_key,
)
from approvals.keys.owners import note_owner_back, note_owner_left, stopped_by
from approvals.keys.watching import WARNED, days_told, watch

__all__ = [
    "LIFETIME",
    "WARNED",
    "AlreadyMade",
    "Powers",
    "authenticate",
    "authenticate_all",
    "change_agent",
    "create_agent",
    "create_key",
    "days_told",
    "note_owner_back",
    "note_owner_left",
    "objections",
    "revoke_key",
    "rotate_key",
    "stopped_by",
    "watch",
]
