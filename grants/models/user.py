"""Who is there?"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import uuid_utils.compat as uuid
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import clock
from audit.message import Actor, Subject
from grants import roles
from grants.roles import Role

SETTLING = timedelta(hours=24)
"""How long new credentials sign in without deciding what could do harm: time for their owner to hear of it."""


def _as_read(name: str) -> str:
    """The name without what a reader does not see: width, case, blanks and marks that direct the text."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in plain if char.isprintable() and char != " ")


class UserManager(BaseUserManager["User"]):
    """Django's account commands, by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An account; the address is kept in lower case, as sign-in and assignment compare it.

        It is active at once: a person who can run this has the server, and so vouches for the address.
        """
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **{"proven_at": clock.now(), **fields})
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator with every role; it decides nothing by that, nor by Django's flag."""
        flags = {"is_staff": True, "is_superuser": True, **roles.ALL}
        return self.create_user(email, password, **{**flags, **fields})

    def holding(self, role: Role) -> models.QuerySet[User]:
        """The administrators who have this part of the administration."""
        return self.filter(**{str(role): True}, is_staff=True, is_active=True)

    def loosening(self) -> models.QuerySet[User]:
        """The administrators who have any part in which something can be loosened."""
        any_of = reduce(or_, (models.Q(**{str(role): True}) for role in roles.LOOSENING))
        return self.filter(any_of, is_staff=True, is_active=True)

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign-in finds the account however the address was typed."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may decide follows from assignments, memberships and grants, never from flags here.

    An account is active only once its mailbox is proven, so an address that somebody else wrote down gives no
    authority (docs/rules.md: an-address-is-proven-first).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("full name"), max_length=150, blank=True)
    is_active = models.BooleanField(
        default=True, help_text=_("Unselect this instead of deleting an account.")
    )
    is_staff = models.BooleanField(
        _("administrator"),
        default=False,
        help_text=_("May sign in to the admin pages, of which a role opens each part."),
    )
    keeps_accounts = models.BooleanField(
        _("keeps accounts"),
        default=False,
        db_default=False,
        help_text=_("Role: people, approvers and administrators. Reads requests, and hands them on."),
    )
    keeps_policies = models.BooleanField(
        _("keeps policies"),
        default=False,
        db_default=False,
        help_text=_("Role: policies and their channels."),
    )
    keeps_agents = models.BooleanField(
        _("keeps agents"), default=False, db_default=False, help_text=_("Role: agents and their keys.")
    )
    reads_audit = models.BooleanField(
        _("reads the audit"),
        default=False,
        db_default=False,
        help_text=_("Role: the log, requests, votes and messages, to be looked at only."),
    )
    is_auditor = models.BooleanField(_("auditor"), default=False, help_text=_("May read every request."))
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        default="",
        help_text=_("Of what they read and enter; empty: the browser's, else the site's."),
    )
    written_form = models.CharField(
        _("days and numbers"),
        max_length=10,
        blank=True,
        db_default="",
        default="",
        help_text=_("Of `audit.reader.FORMATS`; empty: the browser's."),
    )
    date_joined = models.DateTimeField(default=timezone.now)
    proven_at = models.DateTimeField(
        _("address confirmed"),
        null=True,
        blank=True,
        help_text=_("When the person showed that they read the mail of this address."),
    )
    credentials_changed_at = models.DateTimeField(
        _("credentials changed"),
        null=True,
        blank=True,
        help_text=_("When a password or another factor was last replaced."),
    )
    stopped_administering_at = models.DateTimeField(
        _("stopped administering"),
        null=True,
        blank=True,
        help_text=_("When an administrator was last suspended, or was made one no more."),
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(proven_at__isnull=False),
                name="user_is_proven_before_active",
            ),
            models.CheckConstraint(
                condition=models.Q(is_staff=True) | models.Q(**dict.fromkeys(roles.ALL, False)),
                name="user_with_role_administers",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def clean(self) -> None:
        """Raises ValidationError where somebody has the name, or nobody sees all of it: none passes for another."""
        super().clean()
        self.email = self.email.strip().lower()
        self.name = " ".join(self.name.split())
        if self.name and self._is_namesake():
            raise ValidationError(
                {
                    "name": _(
                        "Somebody here has this name already. Add what tells the two apart, such as a department."
                    )
                }
            )
        if not self.name.isprintable():
            raise ValidationError(
                {"name": _("The name has characters that nobody sees. Type it anew, letter by letter.")}
            )

    def _is_namesake(self) -> bool:
        others = User.objects.exclude(pk=self.pk).exclude(name="").values_list("name", flat=True)
        return _as_read(self.name) in {_as_read(name) for name in others}

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.get_full_name()

    @property
    def administers(self) -> bool:
        """Whether the administration is open to this person; what they find there depends on their roles."""
        return self.is_staff and self.is_active

    def holds(self, *any_of: Role) -> bool:
        """Whether one of these parts of the administration is theirs."""
        return self.administers and any(getattr(self, role) for role in any_of)

    @property
    def oversees(self) -> bool:
        """Whether they read every request: auditors, who looks after the audit, and who hands requests on."""
        return self.is_auditor or self.holds(Role.ACCOUNTS, Role.AUDIT)

    def settles_at(self) -> datetime | None:
        """Until when the credentials are too new to decide what could do harm; None if they were never replaced."""
        return self.credentials_changed_at + SETTLING if self.credentials_changed_at else None

    def is_newcomer(self, at: datetime) -> bool:
        """Whether the address was proven less than SETTLING before that moment."""
        return self.proven_at is not None and at < self.proven_at + SETTLING

    def is_unsettled(self, at: datetime) -> bool:
        """Whether a password or factor was replaced less than SETTLING before that moment."""
        settles_at = self.settles_at()
        return settles_at is not None and at < settles_at

    def as_actor(self) -> Actor:
        """This person, as the log names them."""
        return Actor(kind="person", id=str(self.pk), label=self.get_full_name())

    def as_facts(self) -> dict[str, str]:
        """Who this is, as an event's data says it: by the name and address of that moment."""
        return {"id": str(self.pk), "email": self.email, "name": self.get_full_name()}

    def as_subject(self) -> Subject:
        """The chain of events about this person."""
        return Subject(kind="person", id=str(self.pk))
