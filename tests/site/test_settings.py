"""Does a deployment refuse to start half-configured, and a desk need nothing?"""

import json
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from approvals_site import providers, required
from tests.site.real_processes import ROOT

PRINT = "s.REDIS_PREFIX, s.SECRET_KEY"


def read_settings(environ, printed=PRINT):
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"from approvals_site import settings as s; print({printed})",
        ],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_complete_deployment_starts(deployed):
    done = read_settings(deployed)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("countersign:countersign: ")


@pytest.mark.shows("a-fixed-session")
def test_cookies_of_a_deployment_are_bound_to_its_host(deployed):
    names = read_settings(deployed, "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME")

    assert names.stdout.split() == ["__Host-sessionid", "__Host-csrftoken"]


def test_a_session_lasts_as_the_environment_says(deployed):
    limits = read_settings(
        {**deployed, "SESSION_IDLE_HOURS": "0.5", "SESSION_LONGEST_DAYS": "1"},
        "s.SESSION_IDLE, s.SESSION_COOKIE_AGE",
    )

    assert limits.stdout.split() == ["1800", "86400"]


@pytest.mark.parametrize(
    "name",
    [
        *("SECRET_KEY", "AUDIT_HMAC_KEYS", "ENCRYPTION_KEYS"),
        *("ALLOWED_HOSTS", "PUBLIC_URL", "EMAIL_URL", "REDIS_URL"),
    ],
)
def test_missing_variable_stops_a_deployment_with_its_name(deployed, name):
    done = read_settings({**deployed, name: ""})

    assert done.returncode == 1
    assert "needs these environment variables" in done.stderr
    assert f"\n  {name}: " in done.stderr


def test_a_process_that_signs_no_checkpoint_starts_without_the_key(deployed):
    done = read_settings({**deployed, "AUDIT_CHECKPOINT_KEY": ""}, "s.AUDIT_CHECKPOINT_KEY")

    assert (done.returncode, done.stdout) == (0, "None\n"), done.stderr


def test_deployment_that_names_no_database_is_refused(deployed):
    del deployed["DATABASE_URL"]

    done = read_settings({**deployed, "COUNTERSIGN_DESK": "0"})

    assert "\n  DATABASE_URL: the PostgreSQL server" in done.stderr


def test_desk_makes_its_secrets_once(deployed, tmp_path):
    desk = {name: deployed[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")}
    desk |= {"COUNTERSIGN_DESK": "1", "COUNTERSIGN_VAR": str(tmp_path / "var")}

    first, second = read_settings(desk), read_settings(desk)

    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_secret_may_be_in_a_file(deployed, tmp_path):
    for name in ("SECRET_KEY", "AUDIT_HMAC_KEYS", "AUDIT_CHECKPOINT_KEY"):
        (tmp_path / name).write_text(deployed.pop(name) + "\n")
        deployed[f"{name}_FILE"] = str(tmp_path / name)

    done = read_settings(deployed)

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f" {'x' * 60}\n")


def test_secret_file_that_is_not_there_is_named(deployed, tmp_path):
    del deployed["AUDIT_HMAC_KEYS"]

    done = read_settings({**deployed, "AUDIT_HMAC_KEYS_FILE": str(tmp_path / "gone")})

    assert "AUDIT_HMAC_KEYS_FILE" in done.stderr
    assert "cannot be read" in done.stderr


@pytest.mark.parametrize("number", [0, -1, float("nan")])
def test_a_number_that_must_be_above_zero_stops_the_start_with_a_sentence(number: float) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"WEB_THREADS is .*; it must be more than 0"):
        required.above_zero("WEB_THREADS", number)


def test_a_time_zone_that_is_none_stops_the_start_with_a_sentence() -> None:
    assert required.zone("TIME_ZONE", "Europe/Berlin") == "Europe/Berlin"
    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE: there is no time zone Berlin"):
        required.zone("TIME_ZONE", "Berlin")


ACME = {
    "label": "Acme",
    "server_url": "https://login.acme.example/",
    "client_id": "countersign",
    "client_secret": "hush",
    "allowed_domains": ["@Acme.example"],
}


def test_providers_are_read_from_the_environment(deployed):
    printed = "[(p.server_url, p.allowed_domains) for p in s.OIDC_PROVIDERS.values()], s.OIDC_PROVIDERS"
    done = read_settings({**deployed, "OIDC_PROVIDERS": json.dumps({"acme": ACME})}, printed)

    assert "('https://login.acme.example', frozenset({'acme.example'}))" in done.stdout
    assert "hush" not in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": ""}, "needs label"),
        ({"allowed_domains": []}, "needs allowed_domains"),
        ({"allowed_domains": ["a b"]}, "an allowed domain that is none"),
        ({"server_url": "http://login.acme.example"}, "without https"),
        ({"server_url": "https://login.acme.example?x=1"}, "no issuer"),
        ({"approvers": ["reviewers"]}, "needs group_claim"),
        ({"creates_people": "yes"}, "neither true nor false"),
        ({"aproved": []}, "not known: aproved"),
    ],
)
def test_a_mistaken_provider_stops_the_start_and_quotes_no_secret(change, said):
    with pytest.raises(ImproperlyConfigured, match=said) as stopped:
        providers.providers(json.dumps({"acme": {**ACME, **change}}))

    assert "hush" not in str(stopped.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"Not A Name": {}}', '{"acme": 3}'])
def test_providers_that_are_no_object_stop_the_start(text):
    with pytest.raises(ImproperlyConfigured, match="OIDC_PROVIDERS: "):
        providers.providers(text)
