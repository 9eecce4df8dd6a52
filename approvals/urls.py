"""Which address shows or takes what? Everything under /approvals/, news under /live/, signing in at the root."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from approvals.views import away, display, jump, policies, preferences, words
from approvals.views.account import again, by_provider, factors, password, second_step, sessions
from approvals.views.grants import grants, lending
from approvals.views.inbox import inbox
from approvals.views.request import (
    comments,
    decisions,
    draft_use,
    edits,
    following,
    live,
    picking,
    reassignment,
    requests,
    review,
    signings,
    taking_back,
)
from approvals.views.signin import SignIn, SignOut

app_name = "approvals"

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("<uuid:pk>/", requests.request_page, name="request"),
    path("<uuid:pk>/opening/", requests.opening, name="opening"),
    path("<uuid:pk>/edits/", edits.edits, name="edits"),
    path("<uuid:pk>/edits/discarding/", edits.discarding, name="edits-discarding"),
    path("<uuid:pk>/review/", review.review, name="review"),
    path("<uuid:pk>/decision/", decisions.decision, name="decision"),
    path("<uuid:pk>/signing/", signings.signing, name="signing"),
    path("<uuid:pk>/following/", following.following, name="following"),
    path("<uuid:pk>/rejection/", decisions.rejection, name="rejection"),
    path("<uuid:pk>/reassignment/", reassignment.reassignment, name="reassignment"),
    path("<uuid:pk>/receivers/", picking.receivers, name="receivers"),
    path("<uuid:pk>/readers/", picking.readers, name="readers"),
    path("<uuid:pk>/taking-back/", taking_back.taking_back, name="taking-back"),
    path("<uuid:pk>/comments/", comments.comments, name="comments"),
    path("reassignments/", reassignment.reassignments, name="reassignments"),
    path("reassignments/receivers/", reassignment.receivers_of_several, name="receivers-of-several"),
    path("reassignments/named/", reassignment.named_on_several, name="named-on-several"),
    path("<uuid:pk>/use/", draft_use.use, name="use"),
    path("<uuid:pk>/discarding/", draft_use.discarding, name="discarding"),
    path("delegated/", grants.grants, name="grants"),
    path("delegated/new/", lending.lending, name="lending"),
    path("delegated/people/", lending.grantees, name="grantees"),
    path("delegated/preview/", lending.preview, name="lending-preview"),
    path("delegated/<uuid:grant_id>/", grants.grant, name="grant"),
    path("delegated/<uuid:grant_id>/revocation/", grants.revocation, name="revocation"),
    path("policies/", policies.policies, name="policies"),
    path("policy-template.yaml", policies.template, name="policy-template"),
    path("policies/<str:action_type>/", policies.policy, name="policy"),
    path("policies/<str:action_type>/trial/", policies.trial, name="policy-trial"),
]

live_urlpatterns = [
    path("inbox/", live.page_news, name="inbox-news"),
]

notifications_urlpatterns = [
    path("", preferences.notification_preferences, name="notification-preferences"),
    path("channels/", preferences.channels, name="notification-channels"),
    path("channels/<uuid:pk>/removal/", preferences.removal, name="notification-removal"),
    path("tests/", preferences.tests, name="notification-tests"),
    path("tests/<uuid:pk>/", preferences.notification_test, name="notification-test"),
    path("tests/<uuid:pk>/arrival/", preferences.arrival, name="notification-arrival"),
]

away_urlpatterns = [
    path("", away.away, name="away"),
    path("back/", away.back, name="away-back"),
]

preferences_urlpatterns: list[URLPattern | URLResolver] = [
    path("", display.display_preferences, name="display-preferences"),
    path("notifications/", include(notifications_urlpatterns)),
    path("away/", include(away_urlpatterns)),
    path("password/", password.Changing.as_view(), name="account_change_password"),
    path("password/changed/", password.Changed.as_view(), name="account_changed_password"),
    path("factors/", factors.index, name="factors"),
    path("factors/", factors.index, name="mfa_index"),  # by the name that allauth reverses
    path("factors/app/", factors.app, name="factor-app"),
    path("factors/passkey/", factors.passkey, name="factor-passkey"),
    path("factors/codes/", factors.recovery_codes, name="factor-codes"),
    path("factors/<int:pk>/removal/", factors.removal, name="factor-removal"),
    path("again/", again.Password.as_view(), name="account_reauthenticate"),
    path("again/code/", again.Code.as_view(), name="mfa_reauthenticate"),
    path("again/with/<slug:name>/", by_provider.again, name="provider-again"),
    path("identities/<int:pk>/removal/", by_provider.removal, name="identity-removal"),
    path("again/passkey/", again.Passkey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/others/ending/", sessions.ending_of_others, name="sessions-ending-others"),
    path("sessions/<int:pk>/ending/", sessions.ending, name="session-ending"),
]

jump_urlpatterns = [
    path("", jump.jump, name="jump"),
]

words_urlpatterns = [
    path("<str:language>/<str:version>.js", words.words, name="words"),
]

signin_urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-in/", SignIn.as_view(), name="account_login"),  # by the name that allauth reverses
    path("sign-in/factor/", second_step.SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", second_step.ByPasskey.as_view(), name="mfa_login_webauthn"),
    path("sign-in/with/<slug:name>/", by_provider.going, name="provider"),
    path("sign-in/with/<slug:name>/callback/", by_provider.callback, name="provider-callback"),
    path("sign-out/", SignOut.as_view(), name="sign-out"),
    path("password/", password.Forgotten.as_view(), name="account_reset_password"),
    path("password/sent/", password.Sent.as_view(), name="account_reset_password_done"),
    path("password/chosen/", password.Chosen.as_view(), name="account_reset_password_from_key_done"),
    re_path(
        r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        password.Choosing.as_view(),
        name="account_reset_password_from_key",
    ),
]
