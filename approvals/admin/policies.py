"""How does an administrator change a policy? By saving its next version; earlier ones stay to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import held
from approvals.admin import loosenings
from approvals.models import Policy
from approvals.models.choices import TONES_DEMANDED, BreachAction, Risk
from approvals.models.policy import IDENTITY
from approvals.models.policy_rules import validate_escalation
from approvals.policy import current_version, publish, require_trial
from grants.admin import administrator
from grants.roles import Role

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

GROUPS: list[tuple[StrPromise, list[str]]] = [
    (
        gettext_lazy("What it needs"),
        [
            "pattern",
            "risk",
            "quorum",
            "reviewers",
            "required_evidence",
            "required_evidence_tones",
            "require_initiated_by",
            "allow_outside_assignees",
        ],
    ),
    (
        gettext_lazy("By when"),
        [
            "sla_minutes",
            "reminder_share",
            "breach_action",
            "escalation",
            "validity_minutes",
        ],
    ),
    (gettext_lazy("When it runs by itself"), ["minimum_confidence", "condition", "shadow_condition"]),
    (gettext_lazy("On the screens"), ["title", "headline", "locked_fields", "allow_self_approval", "notes"]),
    (gettext_lazy("Why"), ["reason"]),
]
FIELDS = [*IDENTITY, *(name for _title, names in GROUPS for name in names)]
HISTORY = ["version", "created_at", "created_by", "retired_at"]


def _tones() -> list[tuple[str, str]]:
    """As the person reads them who opens the form."""
    return [(tone, f"{label} ({tone})") for tone, label in TONES_DEMANDED]


class LadderField(forms.CharField):
    """One step a line: `30: cfo@example.com, ceo@example.com` asks both 30 minutes after the deadline."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 60, "class": "vLargeTextField"})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{step['after_minutes']}: {', '.join(step['emails'])}" for step in value)

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        return [self._step(line) for line in lines]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))

    def _step(self, line: str) -> dict[str, Any]:
        minutes, _colon, emails = line.partition(":")
        if not minutes.strip().isdecimal():
            raise forms.ValidationError(
                _("Write the minutes and a colon first, as in “30: a@b.example”: %(line)s") % {"line": line}
            )
        return {
            "emails": [email.strip().lower() for email in emails.split(",") if email.strip()],
            "after_minutes": int(minutes),
        }


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The next version of a policy."""

    escalation = LadderField(
        required=False,
        label=gettext_lazy("Escalation ladder"),
        help_text=gettext_lazy(
            "One step a line: minutes after the deadline, a colon, addresses. Critical: at least one."
        ),
        validators=[validate_escalation],
    )

    required_evidence_tones = forms.MultipleChoiceField(
        required=False,
        choices=_tones,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A proposal without evidence of each of these tones is refused."),
    )

    change: held.Change | None = None
    """What it would loosen; None where it counts at once."""

    class Meta:
        model = Policy
        fields = FIELDS
        widgets = {
            "condition": forms.Textarea(attrs={"rows": 2, "cols": 80}),
            "shadow_condition": forms.Textarea(attrs={"rows": 2, "cols": 80}),
            "reason": forms.Textarea(attrs={"rows": 2, "cols": 80}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each change has its own reason, so the last one is not offered again.
        self.initial["reason"] = ""

    def clean_reviewers(self) -> list[str]:
        return [email.strip().lower() for email in self.cleaned_data["reviewers"]]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.cleaned_data.get("risk") == Risk.CRITICAL and not self.cleaned_data.get("breach_action"):
            self.cleaned_data["breach_action"] = BreachAction.ESCALATE
        if self.instance._state.adding and self._exists():
            raise forms.ValidationError(_("This policy exists already. Open it from the list to change it."))
        self._weigh()
        return cleaned

    def _weigh(self) -> None:
        """Show beside the field what publishing would refuse; find out whether a second administrator is needed."""
        if self.errors:
            return
        names = [name for name in FIELDS if name in self.cleaned_data]
        identity = {name: getattr(self.instance, name) for name in IDENTITY}
        wanted = Policy(**{**identity, **{name: self.cleaned_data[name] for name in names}})
        try:
            require_trial(wanted, current_version(wanted))
        except ValidationError as refusal:
            self.add_error("reason", refusal.message_dict["reason"])
        else:
            self.change = held.policies.weigh(wanted)
            loosenings.require_first(self.change)

    def _exists(self) -> bool:
        names = (self.cleaned_data.get(name, "") for name in IDENTITY)
        return Policy.objects.current().of(*names).exists()


class Current(admin.SimpleListFilter):
    """Which versions the list shows: the current ones, or all."""

    title = gettext_lazy("version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", _("All versions"))]

    def choices(self, changelist: Any) -> Any:
        everything, *others = super().choices(changelist)
        return [{**everything, "display": _("Current")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Policy]) -> QuerySet[Policy]:
        return queryset if self.value() else queryset.filter(retired_at=None)


@admin.register(Policy)
class PolicyAdmin(loosenings.HoldingAdmin):
    kept_by = Role.POLICIES
    form = PolicyForm
    list_display = ["name", "version", "pattern", "risk", "sla_minutes", "people", "created_at", "retired_at"]
    list_filter = [Current, "pattern", "risk"]
    search_fields = ["action_type", "workflow"]
    fieldsets: ClassVar[Any] = [
        (None, {"fields": IDENTITY}),
        *((title, {"fields": names}) for title, names in GROUPS),
        (gettext_lazy("This version"), {"fields": HISTORY}),
    ]

    @admin.display(description=gettext_lazy("reviewers"))
    def people(self, policy: Policy) -> str:
        return ", ".join(policy.reviewers)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        is_retired = isinstance(obj, Policy) and obj.retired_at is not None
        return super().has_change_permission(request, obj) and not is_retired

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return self.fieldsets if obj else self.fieldsets[:-1]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        return [*IDENTITY, *HISTORY] if obj else []

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Refuse to save over a version that was replaced meanwhile, which would undo the newer one."""
        if request.method == "POST" and object_id and self._is_retired(request, object_id):
            messages.error(request, _("Somebody saved a newer version meanwhile. Nothing was changed."))
            return HttpResponseRedirect(reverse("admin:approvals_policy_changelist"))
        # Saving retires the version that was opened, so there is nothing to continue editing.
        extra_context = {**(extra_context or {}), "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _is_retired(self, request: HttpRequest, object_id: str) -> bool:
        policy = self.get_object(request, object_id)
        return policy is not None and policy.retired_at is not None

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Policy:
        """A new row: the version that was opened stays as it is."""
        opened = super().save_form(request, form, change)
        return Policy(**{name: getattr(opened, name) for name in FIELDS})

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """Published at once where it loosens nothing; else a second administrator is asked."""
        if form.change:
            self.hold(request, form.change)
            return
        author = administrator(request)
        publish(obj, by=author.as_actor(), author=author)
        self._name_raised(request, obj)

    def _name_raised(self, request: HttpRequest, policy: Policy) -> None:
        with_it = Policy.objects.current().filter(
            action_type=policy.action_type, created_at=policy.created_at
        )
        if names := [other.name for other in with_it.exclude(pk=policy.pk)]:
            sentence = _("Raised with it, so that no workflow asks for less: %(policies)s.")
            messages.info(request, sentence % {"policies": ", ".join(names)})
