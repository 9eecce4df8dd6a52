"""Each way in which the application's role may have more or less than it needs is named, and mended."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from approvals_site import roles
from approvals_site.roles import wanted

pytestmark = [pytest.mark.django_db, pytest.mark.shows("the-application-owns-nothing")]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("GRANT DELETE ON audit_event TO {}", "has DELETE on the table audit_event"),
        ("GRANT UPDATE (comment) ON approvals_vote TO {}", "has UPDATE on the table approvals_vote"),
        ("GRANT TRUNCATE ON approvals_vote TO PUBLIC", "has TRUNCATE on the table approvals_vote"),
        ("GRANT INSERT ON django_migrations TO {}", "has INSERT on the table django_migrations"),
        ("REVOKE INSERT ON approvals_vote FROM {}", "lacks INSERT on the table approvals_vote"),
        ("GRANT CREATE ON SCHEMA public TO {}", "has CREATE on the schema public"),
        ("GRANT TEMPORARY ON DATABASE {db} TO {}", "has TEMPORARY on the database"),
        ("ALTER ROLE {} CREATEDB", "has CREATEDB"),
        ("ALTER ROLE {} SUPERUSER", "has SUPERUSER"),
        ("GRANT pg_write_all_data TO {}", "is a member of pg_write_all_data"),
        ("GRANT SET ON PARAMETER session_replication_role TO {}", "may set session_replication_role"),
        ("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE INSERT ON TABLES FROM {}", "gets no INSERT on tables"),
        ("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, {}", "may not EXECUTE"),
    ],
)  # fmt: skip
def test_a_difference_is_named_and_mended(application_role: str, statement: str, sentence: str) -> None:
    names = {"db": f'"{connection.settings_dict["NAME"]}"'}
    connection.cursor().execute(statement.format(f'"{application_role}"', **names))

    found = [one.sentence for one in roles.differences(application_role)]
    roles.apply(application_role)

    assert any(sentence in one for one in found), found
    assert roles.differences(application_role) == []


def test_what_the_role_owns_is_for_a_person_to_mend(application_role: str) -> None:
    connection.cursor().execute(f'ALTER TABLE approvals_vote OWNER TO "{application_role}"')

    with pytest.raises(roles.CannotApply, match="owns the table approvals_vote"):
        roles.apply(application_role)


def test_a_role_that_is_there_no_more_is_made_again(application_role: str) -> None:
    connection.cursor().execute(f'DROP OWNED BY "{application_role}"; DROP ROLE "{application_role}"')

    with pytest.raises(CommandError, match=f"There is no role {application_role}"):
        call_command("database_roles", "--check", "--role", application_role)
    call_command("database_roles", "--role", application_role)

    call_command("database_roles", "--check", "--role", application_role)


def test_the_role_that_runs_the_command_is_not_made_smaller() -> None:
    with pytest.raises(CommandError, match="is the role that runs this"):
        call_command("database_roles", "--role", connection.settings_dict["USER"])


def test_the_password_is_stored_as_a_verifier(application_role: str) -> None:
    roles.apply(application_role, password="secret's")

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [application_role])
        assert cursor.fetchone()[0].startswith("SCRAM-SHA-256$")


def test_each_table_that_is_named_is_there() -> None:
    assert set(wanted.tables()) >= (wanted.ONLY_READ | wanted.ONLY_ADDED | wanted.ALSO_DELETED)


def test_a_superuser_is_too_much_for_an_application() -> None:
    assert "has SUPERUSER, so whoever takes over" in roles.excess()
