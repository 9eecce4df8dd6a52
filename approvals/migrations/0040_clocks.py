"""The moments of votes, loosenings, keys, policies, requests and factors are the database's, as those of people are.

A vote or loosening is of the transaction that writes it. A request is not from the future, which would lift the bars of
those who came later. What a single administrator asks for waits an hour at least. A factor is as old as it is: passkeys
sign after a day. The owner of the tables loads old rows; no row is written.
"""

from django.db import migrations

GUARDS = """
CREATE TRIGGER keep_clocks BEFORE INSERT ON approvals_vote
    FOR EACH ROW EXECUTE FUNCTION grants_keep_clocks('exact', 'decided_at');
CREATE TRIGGER keep_clocks BEFORE INSERT ON approvals_loosening
    FOR EACH ROW EXECUTE FUNCTION grants_keep_clocks('exact', 'asked_at');
CREATE TRIGGER keep_clocks BEFORE INSERT ON approvals_agentkey
    FOR EACH ROW EXECUTE FUNCTION grants_keep_clocks('near', 'created_at');
CREATE TRIGGER keep_clocks BEFORE INSERT ON approvals_policy
    FOR EACH ROW EXECUTE FUNCTION grants_keep_clocks('near', 'created_at');
CREATE TRIGGER keep_clocks BEFORE INSERT OR UPDATE OF created_at ON mfa_authenticator
    FOR EACH ROW EXECUTE FUNCTION grants_keep_clocks('near', 'created_at');

CREATE FUNCTION approvals_wait_an_hour() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'What a single administrator asks for waits an hour.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER wait_an_hour BEFORE INSERT ON approvals_loosening
    FOR EACH ROW WHEN (NEW.takes_effect_at < NEW.asked_at + interval '1 hour')
    EXECUTE FUNCTION approvals_wait_an_hour();

CREATE FUNCTION approvals_not_from_the_future() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'request %: it would come from the future', NEW.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER not_from_the_future BEFORE INSERT ON approvals_approval
    FOR EACH ROW WHEN (NEW.created_at > clock_timestamp())
    EXECUTE FUNCTION approvals_not_from_the_future();
"""
NO_GUARDS = """
DROP TRIGGER not_from_the_future ON approvals_approval;
DROP FUNCTION approvals_not_from_the_future();
DROP TRIGGER wait_an_hour ON approvals_loosening;
DROP FUNCTION approvals_wait_an_hour();
DROP TRIGGER keep_clocks ON mfa_authenticator;
DROP TRIGGER keep_clocks ON approvals_policy;
DROP TRIGGER keep_clocks ON approvals_agentkey;
DROP TRIGGER keep_clocks ON approvals_loosening;
DROP TRIGGER keep_clocks ON approvals_vote;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0039_role_loosenings"),
        ("grants", "0009_clocks"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunSQL(GUARDS, NO_GUARDS)]
