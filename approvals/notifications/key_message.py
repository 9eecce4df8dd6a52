"""What does a message about agents' keys say? Which key, what happened, and who can mend it; never its text."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.models import Agent, AgentKey, Ended, Notification
from approvals.notifications.parts import Facts, Message, one_line
from audit import clock
from grants.models import User

Kind = Notification.Kind

MOST = 20
"""How many agents a message names; the administration shows them all."""


def of_key(notification: Notification, key: AgentKey) -> Message:
    """That the key ends soon, or was used after its end."""
    names = {"key": str(key), "agent": one_line(key.agent.name)}
    if notification.kind == Kind.KEY_EXPIRES:
        return _message(notification, _expires(key) % names, _facts(key), key.agent)
    used = (
        *(((_("Refused because"), why),) if (why := _why(key)) else ()),
        *(((_("Last used so"), clock.in_words(key.refused_at)),) if key.refused_at else ()),
        (_("From"), ", ".join(_addresses(key))),
    )
    sentence = _(
        "The key %(key)s of %(agent)s was sent to the endpoint after its end, and refused. If that is the agent "
        "itself, give it its new key. If you do not know who that is, the key was copied: look at where it was kept, "
        "and replace every key that was kept there."
    )
    return _message(notification, sentence % names, (*_facts(key), *used), key.agent)


def of_stopped_keys(notification: Notification, person: User) -> Message:
    """That this person's account is closed, and which agents stand still; another owner reads of their own alone."""
    is_staff = _is_staff(notification)
    names = {"person": one_line(str(person))}
    sentence = _(
        "The account of %(person)s, who answers for agents or their keys, is closed. The keys open nothing from then "
        "on: with them these agents propose, read and carry out nothing. What they proposed before stays for people to "
        "decide. In the administration, give each agent another owner, and make it a new key; or let the person in "
        "again, and the keys work as before."
    )
    agents = Agent.objects.filter(
        Q(owner=person) | Q(keys__owner=person, keys__revoked_at=None), is_active=True
    )
    if not is_staff:
        own = Q(owner__email=notification.recipient) | Q(keys__owner__email=notification.recipient)
        agents = agents.filter(pk__in=Agent.objects.filter(own).values("pk"))
    found = list(agents.distinct().order_by("name").values_list("name", flat=True)[: MOST + 1])
    listed = ", ".join(map(one_line, found[:MOST])) + (" …" if len(found) > MOST else "")
    facts = ((_("Account"), person.email), (_("Agents"), listed))
    url = reverse("admin:approvals_agent_changelist" if is_staff else "approvals:inbox")
    return Message(
        id=notification.pk,
        headline=f"{Kind(notification.kind).label}: {one_line(person.email)}",
        sentence=sentence % names,
        facts=facts,
        url=f"{settings.PUBLIC_URL}{url}",
        link=_("Open the agents") if is_staff else _("Open the inbox"),
        footnote=_("Opening the link changes nothing: an administrator signs in, and changes it there."),
    )


def _expires(key: AgentKey) -> str:
    if key.revoked_at:
        return _(
            "The key %(key)s of %(agent)s was about to expire, and is revoked by now. Nothing is left to do."
        )
    return _(
        "The key %(key)s of %(agent)s expires soon; then everything that the agent sends with it is refused. Have an "
        "administrator rotate it: the new key and this one work side by side until the agent has changed over."
    )


def _why(key: AgentKey) -> str:
    why = key.refused_because
    return str(Ended(why).label) if why in Ended.values else ""


def _addresses(key: AgentKey) -> list[str]:
    """From where it came, as far as that is noted; the last one where nothing else is."""
    noted = [one["address"] for one in key.refusals] or [key.refused_from]
    return [address or _("an unknown address") for address in noted]


def _facts(key: AgentKey) -> Facts:
    expires = ((_("Expires"), clock.in_words(key.expires_at)),) if key.expires_at else ()
    revoked = ((_("Revoked"), clock.in_words(key.revoked_at)),) if key.revoked_at else ()
    return (
        (_("Agent"), one_line(key.agent.name)),
        (_("Key"), str(key)),
        (_("Answers for it"), key.owner.email),
        *expires,
        *revoked,
    )


def _is_staff(notification: Notification) -> bool:
    return User.objects.filter(email=notification.recipient, is_staff=True).exists()


def _message(notification: Notification, sentence: str, facts: Facts, agent: Agent) -> Message:
    """Who administers is led to the agent's page, and everybody else to their own."""
    is_staff = _is_staff(notification)
    page = reverse("admin:approvals_agent_change", args=[agent.pk])
    return Message(
        id=notification.pk,
        headline=f"{Kind(notification.kind).label}: {one_line(agent.name)}",
        sentence=sentence,
        facts=facts,
        url=f"{settings.PUBLIC_URL}{page if is_staff else reverse('approvals:inbox')}",
        link=_("Open the agent") if is_staff else _("Open the inbox"),
        footnote=_("Opening the link changes nothing: an administrator signs in, and changes it there."),
    )
