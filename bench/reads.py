"""How often does each of the agent's other calls talk to the database?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from figures import Figure, run

PAGE = 50


def measure() -> Iterator[Figure]:
    from tests.approvals.api.client import AgentClient
    from tests.factories import approve, make_approval, make_approver, make_key, make_policy, make_user
    from tests.traffic import traffic

    make_policy()
    reviewer, (key, token) = make_user("sales@example.com"), make_key()
    make_approver()
    client = AgentClient(token)
    approvals = [make_approval(key=key) for _ in range(PAGE + 1)]
    approved = approve(approvals[0], by=reviewer)
    path = f"/approvals/{approved.pk}"
    claimed = {}

    def claim() -> None:
        claimed.update(client.post(f"{path}/claim").json())

    def report() -> None:
        said = {
            "claimId": claimed["claimId"],
            "status": "succeeded",
            "payloadSha256": claimed["payloadSha256"],
        }
        assert client.post(f"{path}/outcome", said).status_code == 200

    calls: dict[str, Callable[[], object]] = {
        "read, pending": lambda: client.get(f"/approvals/{approvals[1].pk}"),
        "read, approved": lambda: client.get(path),
        "claim": claim,
        "outcome": report,
        f"list, a page of {PAGE}": lambda: client.get("/approvals"),
    }
    client.get(path)
    for name, call in calls.items():
        with traffic() as counted:
            call()
        yield Figure(name, counted.statements, "statements", at_most=3)


if __name__ == "__main__":
    run("reads", measure)
