"""How is an agent, with its first key, created from the command line?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from approvals import keys
from approvals.models import EVERY_SCOPE, Agent, AgentKey
from approvals.models.agent import ANY
from audit import clock
from audit.message import SYSTEM
from grants.models import User

LONGEST_DAYS = 3650


class Command(BaseCommand):
    help = "Creates an agent and prints its key, alone, on the standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what people call the agent, e.g. 'Sales agent'")
        parser.add_argument(
            "--owner",
            required=True,
            metavar="EMAIL",
            help="who answers for it, and so never decides what it proposes",
        )
        parser.add_argument(
            "--action-type",
            action="append",
            metavar="TYPE",
            help="an action type that it may propose; repeat it for more (default: every one)",
        )
        parser.add_argument(
            "--workflow",
            action="append",
            metavar="NAME",
            help="a workflow that it may name; repeat it for more (default: every one)",
        )
        ends = parser.add_mutually_exclusive_group()
        ends.add_argument(
            "--expires-days",
            type=int,
            metavar="N",
            default=keys.LIFETIME.days,
            help=f"the key opens nothing after N days (default: {keys.LIFETIME.days})",
        )
        ends.add_argument("--never-expires", action="store_true", help="the key is valid until it is revoked")
        parser.add_argument(
            "--scope",
            action="append",
            choices=EVERY_SCOPE,
            help="what the key may do; repeat it for more (default: everything)",
        )
        parser.add_argument(
            "--new-key", action="store_true", help="another key for an agent that exists already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        expires_at, powers = _end(options), keys.Powers(scopes=options["scope"] or EVERY_SCOPE)
        with transaction.atomic():
            owner = _owner(options["owner"])
            agent = _existing(options) if options["new_key"] else _new(options, owner)
            key, text = keys.create_key(agent, owner=owner, by=SYSTEM, expires_at=expires_at, powers=powers)
        self.stderr.write(_explanation(agent, key))
        self.stdout.write(text)


def _end(options: dict[str, Any]) -> datetime | None:
    if options["never_expires"]:
        return None
    days: int = options["expires_days"]
    if not 1 <= days <= LONGEST_DAYS:
        raise CommandError(f"--expires-days must be at least 1, and at most {LONGEST_DAYS:,}.")
    return clock.now() + timedelta(days=days)


def _owner(email: str) -> User:
    owner = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if owner is None:
        raise CommandError(
            f"No active account has the address {email}. Make one with `manage.py createsuperuser`, "
            "or under People in the administration, and try again."
        )
    return owner


def _new(options: dict[str, Any], owner: User) -> Agent:
    name = options["name"]
    if Agent.objects.filter(name=name).exists():
        raise CommandError(
            f"An agent named {name!r} exists already. Add --new-key for another key, or choose another name."
        )
    scope = {"action_types": options["action_type"] or [ANY], "workflows": options["workflow"] or [ANY]}
    try:
        return keys.create_agent(name, owner=owner, by=SYSTEM, **scope)
    except ValidationError as error:
        problems = (f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
        raise CommandError("; ".join(problems)) from error


def _existing(options: dict[str, Any]) -> Agent:
    if options["action_type"] or options["workflow"]:
        raise CommandError(
            "--new-key leaves the agent as it is: change what it may propose in the administration."
        )
    agent = Agent.objects.filter(name=options["name"]).first()
    if agent is None:
        raise CommandError(f"There is no agent named {options['name']!r}. Leave --new-key out to create it.")
    return agent


def _explanation(agent: Agent, key: AgentKey) -> str:
    until = f"until {clock.in_words(key.expires_at)}" if key.expires_at else "until it is revoked"
    return (
        f"{agent.name} may propose: {', '.join(agent.action_types)}. {key.owner.email} answers for this key, "
        f"which is valid {until} for: {', '.join(key.scopes)}.\nKeep it now: it is not shown again. It goes with each "
        "call as `Authorization: Bearer <key>`."
    )
