"""What would the tables have to hold, by what the log says? `verify_audit` names the first row that differs."""

from approvals.compared import agents, policies, requests

COMPARISONS = (requests.COMPARISON, policies.COMPARISON, agents.COMPARISON)
