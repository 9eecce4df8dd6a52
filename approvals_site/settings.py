"""Which servers, secrets and limits does this process run with? Every environment variable is read here.

`.env.example` describes each one. On a desk (one person's machine) none is needed.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from environ import Env

from approvals_site import logs, providers, required, secrets
from approvals_site.required import require

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# Empty counts as unset, since that is how env files say it.
_database_url = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
# A desk is one person's machine: no server or secret named means a private one of each.
DESK = env.bool("COUNTERSIGN_DESK", default=not _database_url)
VAR = Path(env.str("COUNTERSIGN_VAR", default=str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("DEBUG", default=False)

if not DESK:
    require(
        {
            "SECRET_KEY": "a long random string that signs sessions",  # nosec B105 - no password
            "AUDIT_HMAC_KEYS": "the audit log's keys, id:base64 with commas between, the signing one first",
            "ENCRYPTION_KEYS": "the keys that encrypt other services' secrets, the sealing one first",
            "ALLOWED_HOSTS": "the host names this site answers to, with commas between",
            "PUBLIC_URL": "the address people open, e.g. https://countersign.example.com",
            "EMAIL_URL": "the mail server, e.g. smtp+tls://user:password@mail.example.com:587",
            "DATABASE_URL": "the PostgreSQL server, e.g. postgres://user:password@host:5432/countersign",
            "REDIS_URL": "the Redis server, e.g. redis://host:6379/0",
        }
    )

# --- Servers

REDIS_ORIGIN = "the one that REDIS_URL names"  # for the start to say
# The private database's, for what the launcher starts; its tests and commands typed by hand own it.
DESK_DATABASE: dict[str, str] = {}
if not (_database_url and REDIS_URL):
    from approvals_site import embedded

    _servers = embedded.servers(VAR, fast=env.bool("COUNTERSIGN_EMBEDDED_FAST", default=False))
    if not _database_url:
        _database_url = _servers.database_url
        if _servers.application_url:
            DESK_DATABASE = {"owner": _servers.database_url, "application": _servers.application_url}
    if not REDIS_URL:
        REDIS_URL, REDIS_ORIGIN = _servers.redis_url, _servers.redis_from

_database = Env.db_url_config(_database_url, engine="patience.postgres")
DATABASES = {
    "default": {
        **_database,
        # Seconds, but for the last: milliseconds. What the URL says comes first.
        "OPTIONS": {
            "connect_timeout": 5,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            # Of `patience.statements` alone, from the first use on; PgBouncer before 1.21 loses prepared ones.
            "prepare_threshold": 0 if env.bool("DATABASE_PREPARED", default=True) else None,
            **_database.get("OPTIONS", {}),
        },
        # A desk serves everything from ASGI, where a thread lives as long as a request: nothing to reuse.
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=0 if DESK else 60),
        "CONN_HEALTH_CHECKS": True,
        # A cursor that outlives its transaction breaks behind PgBouncer's transaction mode.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
# The role that owns the tables, which `migrate` and `database_roles` take; without one there is a single role.
_migration_url = env.str("MIGRATION_DATABASE_URL", default="")
MIGRATION_DATABASE = Env.db_url_config(_migration_url) if _migration_url else None
APPLICATION_ROLE = required.Login(_database.get("USER", ""), _database.get("PASSWORD", ""))
# Seconds that a page or an agent waits for one answer of the database, and that the worker does.
DATABASE_PATIENCE = env.float("DATABASE_PATIENCE", default=10)
DATABASE_WORKER_PATIENCE = 100
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Pub/sub ignores Redis database numbers, and several databases may share one Redis.
REDIS_PREFIX = f"countersign:{DATABASES['default']['NAME']}:"
CACHES = {
    "default": {
        "BACKEND": "approvals_site.caching.PatientCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}cache",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    },
    # In each process, and only for what may be a minute or two old.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# --- Secrets

SECRET_KEY = secrets.named("SECRET_KEY").strip() or secrets.kept(VAR / "secret_key", secrets.new_secret_key)

# --- The audit log: its keys are apart from SECRET_KEY and outside the database

# The first key signs events, every one verifies.
AUDIT_HMAC_KEYS = secrets.hmac_keys(
    secrets.named("AUDIT_HMAC_KEYS") or secrets.kept(VAR / "audit_hmac_keys", secrets.new_audit_key)
)
# One key signs checkpoints; of those before it the public halves verify. Only the clock's worker needs it: None where
# a deployment names none.
_checkpoint_key = secrets.named("AUDIT_CHECKPOINT_KEY") or (
    secrets.kept(VAR / "audit_checkpoint_key", secrets.new_audit_key) if DESK else ""
)
AUDIT_CHECKPOINT_KEY = secrets.checkpoint_key(_checkpoint_key) if _checkpoint_key else None
AUDIT_CHECKPOINT_PUBLIC_KEYS = secrets.audit_keys(
    "AUDIT_CHECKPOINT_PUBLIC_KEYS",
    secrets.named(
        "AUDIT_CHECKPOINT_PUBLIC_KEYS", desk=VAR / "audit_checkpoint_public_keys" if DESK else None
    ),
    exactly=True,
)
# Where `rotate_audit_key` puts new ones; empty where the environment holds them.
AUDIT_KEY_FILES = {
    name: secrets.file_of(name, desk=VAR / name.lower() if DESK else None)
    for name in ("AUDIT_HMAC_KEYS", "AUDIT_CHECKPOINT_KEY", "AUDIT_CHECKPOINT_PUBLIC_KEYS")
}
# Where checkpoints go outside the database. A desk's file is named for its database, which may be another's.
AUDIT_ANCHOR_FILE = env.str("AUDIT_ANCHOR_FILE", default="") or (
    str(VAR / f"audit_anchor_{DATABASES['default']['NAME']}") if DESK else ""
)
AUDIT_ANCHOR_WEBHOOK = env.str("AUDIT_ANCHOR_WEBHOOK", default="")
AUDIT_ANCHOR_WEBHOOK_SECRET = secrets.named("AUDIT_ANCHOR_WEBHOOK_SECRET").strip()
AUDIT_ANCHOR_EMAIL = env.str("AUDIT_ANCHOR_EMAIL", default="")

# The first key seals, every one opens. Other services' secrets are in the database only under these.
ENCRYPTION_KEYS = secrets.fernet_keys(
    secrets.named("ENCRYPTION_KEYS") or secrets.kept(VAR / "encryption_keys", secrets.new_fernet_key)
)

# --- Who is asked, and how they get in

PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(PUBLIC_URL))]
AUTH_USER_MODEL = "grants.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/approvals/"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "approvals.views.account.adapter.Adapter"
ACCOUNT_FORMS = {"user_token": "approvals.views.account.password.LinkForm"}  # nosec B105 - no password
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = (
    "none"  # an account is active only once its address is proven: grants.models.User
)
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody gets mail for a stranger's typing
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # nosec B105 # noqa: S105 - a class
ACCOUNT_SESSION_REMEMBER = True
# Wrong passwords for one address and from one place; a right one counts for neither.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "10/5m/key,100/5m/ip",
    "reauthenticate": "10/5m/user",
    "change_password": "10/5m/user",  # nosec B105 - no password
    "reset_password": "20/5m/ip,5/5m/key",  # nosec B105 - no password
    "to_provider": "100/5m/ip",
}
MFA_ADAPTER = "approvals.views.account.factor_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = (
    "required"  # a passkey is two factors: the thing, and its PIN or its owner's finger
)
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds that a telephone's clock may be off
MFA_RATE_LIMITS = {"webauthn_login": "100/5m/ip"}
MFA_FORMS = {
    "authenticate": "approvals.views.account.factor_forms.CodeForm",
    "authenticate_webauthn": "approvals.views.account.factor_forms.PasskeyForm",
    "login_webauthn": "approvals.views.account.factor_forms.SignInPasskeyForm",
    "reauthenticate": "approvals.views.account.factor_forms.CodeAgainForm",
    "reauthenticate_webauthn": "approvals.views.account.factor_forms.PasskeyAgainForm",
}
# Providers of OpenID Connect; each row of a person's identities names one of them.
OIDC_PROVIDERS = providers.providers(secrets.named("OIDC_PROVIDERS"))
SOCIALACCOUNT_ADAPTER = "approvals.views.account.provider_adapter.ProviderAdapter"
# Whether the administration opens only to who signed in with a second factor.
ADMIN_SECOND_FACTOR = env.bool("ADMIN_SECOND_FACTOR", default=False)
# Whether nothing but a passkey decides critical requests; else the password or a code may, typed with each decision.
REQUIRE_PASSKEY_FOR_CRITICAL = env.bool("REQUIRE_PASSKEY_FOR_CRITICAL", default=False)
# The proxy in front writes where a request comes from; without one, nothing that a client sends is believed.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_TLS_PROXY", default=False) else 0

# --- Application

INSTALLED_APPS = [
    "approvals_site",  # before Django's, whose `changepassword` it puts on record
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "ninja",  # serves the API page's assets from here instead of a CDN
    "audit",
    "grants",
    "approvals",
]
MIDDLEWARE = [
    "patience.outcome.watched",
    # Outside of whatever may answer for itself: every response has their headers, errors and files too.
    "approvals.views.ours.marked",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "approvals.api.auth.spent_refused",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "approvals_site.compressed.CompressedPages",
    *(["approvals_site.timings.timed"] if DEBUG else []),
    "approvals.api.problems.as_problems",
    "approvals_site.refused.answered",
    "approvals.views.readable.OnlyReadable",  # before anything looks a cookie up
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "approvals.views.account.limits.InUse",
    "approvals.views.own_form.InOwnForm",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Innermost: it escapes what the views and templates of Django wrote.
    "approvals.admin.in_sight.escaped",
]
ROOT_URLCONF = "approvals_site.urls"
ASGI_APPLICATION = "approvals_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]
LANGUAGE_CODE = "en"
# English, in which every text is written, and each language whose catalogue was added and compiled.
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = [
    (code, LANG_INFO[code]["name_local"])
    for code in (
        "en",
        *sorted(catalogue.parts[-3] for catalogue in LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.mo")),
    )
]
FORMAT_MODULE_PATH = ["approvals_site.formats"]
# In whose zone people read who have named none; what is stored, signed and sent to agents is in UTC.
TIME_ZONE = required.zone("TIME_ZONE", env.str("TIME_ZONE", default="") or "UTC")
USE_TZ = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
] + [{"NAME": "grants.passwords.NotOneCharacter"}]

# --- Static files: straight from the source on a desk, from `collectstatic` in a deployment

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR / "static" if DESK else BASE_DIR / "staticfiles")))
if DESK:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a missing one
WHITENOISE_USE_FINDERS = DESK
WHITENOISE_AUTOREFRESH = DEBUG
_PLAIN, _HASHED = (
    "django.contrib.staticfiles.storage.StaticFilesStorage",
    "whitenoise.storage.CompressedManifestStaticFilesStorage",
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _PLAIN if DESK else _HASHED},
}

# --- Protection

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DESK
# The prefix binds a cookie to this host and to https: no neighbour under the same domain plants one.
_HOST_ONLY = "" if DESK else "__Host-"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST_ONLY}sessionid", f"{_HOST_ONLY}csrftoken"
SESSION_ENGINE = "approvals.views.account.limits"
# Seconds after which a session ends: since it was last used, and since its person signed in.
SESSION_IDLE = int(env.float("SESSION_IDLE_HOURS", default=12) * 3600)
SESSION_COOKIE_AGE = int(env.float("SESSION_LONGEST_DAYS", default=7) * 86_400)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # load balancers ask over plain http
SECURE_HSTS_SECONDS = 0 if DESK else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DESK
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "approvals.views.signin.made_in_another_session"
# Preloading commits a whole domain, which is its owner's decision and not this program's.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Bytes. In a form's post a payload of 256 KiB takes up to eight times that, and the text it was drawn from three.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# Seconds for a whole body, which is read before a thread is taken: 3 MiB over half a megabit a second.
BODY_SECONDS = required.above_zero("BODY_SECONDS", env.float("BODY_SECONDS", default=60.0))
# In which a process answers, each with a database connection.
WEB_THREADS = required.above_zero("WEB_THREADS", env.int("WEB_THREADS", default=8))

# --- How much room one agent or person takes: approvals/rates.py

_RATES = {
    # of one agent
    "submissions": ("AGENT_SUBMISSIONS", "100/10 seconds"),
    "evaluations": ("AGENT_EVALUATIONS", "100/10 seconds"),
    "calls": ("AGENT_CALLS", "1000/10 seconds"),
    "receipts": ("AGENT_RECEIPTS", "30/minute"),
    "assignees": ("AGENT_ASSIGNEES", "5000/hour"),
    "outside_assignees": ("AGENT_OUTSIDE_ASSIGNEES", "200/day"),
    # of one person
    "comments": ("PERSON_COMMENTS", "60/10 minutes"),
    "mentions": ("PERSON_MENTIONS", "100/hour"),
    "grants": ("PERSON_GRANTS", "60/hour"),
    "tests": ("PERSON_TESTS", "20/10 minutes"),
}
RATES = {
    what: required.rate(name, env.str(name, default="") or usual) for what, (name, usual) in _RATES.items()
}
# Whom an agent may name as assignees beside people with an account. Empty: the domains of the accounts.
ORGANISATION_DOMAINS = [
    one.strip().removeprefix("@").lower()
    for one in env.list("ORGANISATION_DOMAINS", default=[])
    if one.strip()
]
AGENT_OPEN_REQUESTS = env.int("AGENT_OPEN_REQUESTS", default=2000)
AGENT_OPEN_WAITS = env.int("AGENT_OPEN_WAITS", default=2000)  # of one key, in one process
PERSON_STREAMS = env.int("PERSON_STREAMS", default=50)  # pages of one person that listen, in one process

# --- Mail

_FILE_MAIL: dict[str, Any] = {
    "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
    "EMAIL_FILE_PATH": str(VAR / "mail"),
}
_mail = env.email_url("EMAIL_URL") if env.str("EMAIL_URL", default="") else _FILE_MAIL
if _mail["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    _mail["EMAIL_BACKEND"] = "patience.mail.EmailBackend"
vars().update(_mail)
EMAIL_TOTAL_SECONDS = 30  # for one message, all in all; some servers greet slowly on purpose
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"countersign@{urlsplit(PUBLIC_URL).hostname}"
)

# --- Other channels

# Slack messages go to addresses that start with one of these, and nowhere else.
SLACK_ORIGINS = env.list("SLACK_ORIGINS", default=["https://hooks.slack.com", "https://hooks.slack-gov.com"])
SLACK_TIMEOUT = 10  # seconds for one message, all in all

# --- Celery (what runs when, and in which queue, is in schedule.py)

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": REDIS_PREFIX, "visibility_timeout": 600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # a task whose worker was killed runs again: every task is idempotent
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Seconds; `deliver_outbox` takes no new message after 60. The tasks that may take longer say so themselves.
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 120, 150
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = logs.configure(json=not DESK, level=LOG_LEVEL)
