"""Who is there, and which authority do they hold?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import uuid_utils.compat as uuid
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from audit.message import Actor, Subject


class UserManager(BaseUserManager["User"]):
    """Django's account commands, by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An account; the address is kept in lower case, as sign-in and assignment compare it."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator of the accounts and policies; it decides nothing by that (DESIGN §4.9)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign-in finds the account however the address was typed."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may decide follows from assignments, memberships and grants, never from flags here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("full name", max_length=150, blank=True)
    is_active = models.BooleanField(default=True, help_text="Unselect this instead of deleting an account.")
    is_staff = models.BooleanField(
        "administrator", default=False, help_text="May sign in to the admin pages."
    )
    is_auditor = models.BooleanField("auditor", default=False, help_text="May read every request.")
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.get_full_name()

    def as_actor(self) -> Actor:
        """This person, as the log names them."""
        return Actor(kind="person", id=str(self.pk), label=self.get_full_name())

    def as_subject(self) -> Subject:
        """The chain of events about this person."""
        return Subject(kind="person", id=str(self.pk))


class ApproverMembershipQuerySet(models.QuerySet["ApproverMembership"]):
    """Who is an approver, and when."""

    def open(self, at: datetime) -> Self:
        """Memberships that hold at that moment."""
        return self.filter(joined_at__lte=at).filter(models.Q(left_at=None) | models.Q(left_at__gt=at))


class ApproverMembership(models.Model):
    """A person's time in the group `approvers`, whose members may decide any pending request."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="approver_memberships")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = ApproverMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "approver"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(left_at=None), name="approver_one_open_membership"
            ),
            models.CheckConstraint(
                condition=models.Q(left_at=None) | models.Q(left_at__gte=models.F("joined_at")),
                name="approver_leaves_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in approvers"
