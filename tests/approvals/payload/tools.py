"""Fifteen kinds of tool that agents call, each with a schema as such tools publish it, and a payload.

The generators' flavours are mixed on purpose: `$defs` and `definitions`, `anyOf` with null, `const` with `title`,
`enum`, maps, recursion, alternatives told apart by a constant.
"""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
MONEY: dict[str, Any] = {"type": "number", "minimum": 0}
YES: dict[str, Any] = {"type": "boolean"}
EMAIL: dict[str, Any] = {"type": "string", "format": "email"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
WEB: dict[str, Any] = {"type": "string", "format": "uri"}


def record(required: str = "", /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}], "default": None}


def one_of(**titles: str) -> dict[str, Any]:
    return {"oneOf": [{"const": value, "title": title} for value, title in titles.items()]}


def tagged(tag: str, **branches: dict[str, Any]) -> dict[str, Any]:
    """Alternatives told apart by one constant."""
    return {
        "oneOf": [
            {
                **branch,
                "properties": {tag: {"const": name}, **branch["properties"]},
                "required": [tag, *branch["required"]],
            }
            for name, branch in branches.items()
        ]
    }


Tool = tuple[dict[str, Any], dict[str, Any]]
"""A schema, and a payload that fits it."""

TOOLS: dict[str, Tool] = {
    "e-mail": (
        record(
            "to subject body",
            to={**many(EMAIL), "minItems": 1},
            cc=many(EMAIL),
            replyTo=maybe(EMAIL),
            subject={**TEXT, "maxLength": 120},
            body={**TEXT, "description": "Plain text"},
            trackOpens={**YES, "default": False},
        ),
        {
            "to": ["dana@acme.example", "li@acme.example", "sam@acme.example"],
            "replyTo": None,
            "subject": "Your invoice for March",
            "body": "Hello Dana,\n\nthe invoice for March is attached.\n\nRegards\nElena",
        },
    ),
    "refund": (
        record(
            "charge amount reason",
            charge={**TEXT, "pattern": "^ch_"},
            amount={**WHOLE, "title": "Amount in cents", "minimum": 1},
            currency={"enum": ["eur", "usd", "gbp"]},
            reason=one_of(duplicate="Charged twice", fraudulent="Fraud", requested_by_customer="Asked for"),
            metadata={"type": "object", "additionalProperties": {"type": "string"}},
        ),
        {
            "charge": "ch_3P9x",
            "amount": 1845050,
            "currency": "eur",
            "reason": "duplicate",
            "metadata": {"order": "4711", "ticket": "T-88"},
        },
    ),
    "calendar event": (
        record(
            "summary start end",
            summary=TEXT,
            location=maybe(TEXT),
            start=MOMENT,
            end=MOMENT,
            attendees=many(record("email", email=EMAIL, optional={**YES, "default": False})),
            visibility={"enum": ["default", "public", "private"]},
            reminders=many(record("minutes", minutes=WHOLE, method={"enum": ["email", "popup"]})),
        ),
        {
            "summary": "Quarterly review with Halden",
            "location": None,
            "start": "2026-04-20T14:00:00+02:00",
            "end": "2026-04-20T15:30:00+02:00",
            "attendees": [
                {"email": "priya@meridian.example", "optional": False},
                {"email": "marcus@meridian.example", "optional": True},
                {"email": "ops@halden.example"},
            ],
            "visibility": "private",
        },
    ),
    "pull request merge": (
        record(
            "repository number method",
            repository=TEXT,
            number=WHOLE,
            method=one_of(merge="Merge commit", squash="Squash", rebase="Rebase"),
            commitTitle=TEXT,
            commitMessage=TEXT,
            expectedHead={**TEXT, "minLength": 40, "maxLength": 40},
            deleteBranch={**YES, "default": True},
        ),
        {
            "repository": "meridian/payments",
            "number": 2187,
            "method": "squash",
            "commitTitle": "Round half to even",
            "commitMessage": "Totals were rounded up.\n\nNow they are rounded half to even.",
            "expectedHead": "4f1c2a90b7d3e8f6a5c4b3d2e1f0a9b8c7d6e5f4",
        },
    ),
    "database migration": (
        record(
            "database statements",
            database={"enum": ["orders", "billing", "crm"]},
            statements=many(TEXT),
            lockTimeoutSeconds={"type": "integer", "minimum": 1, "maximum": 600, "default": 5},
            window=record("from to", **{"from": MOMENT, "to": MOMENT}),
            rollback=maybe(TEXT),
        ),
        {
            "database": "billing",
            "statements": [
                "ALTER TABLE invoice ADD COLUMN vat_id text",
                "CREATE INDEX CONCURRENTLY invoice_vat_id ON invoice (vat_id)",
                "UPDATE invoice SET vat_id = ''\nWHERE vat_id IS NULL",
            ],
            "window": {"from": "2026-05-02T01:00:00Z", "to": "2026-05-02T03:00:00Z"},
            "rollback": "ALTER TABLE invoice DROP COLUMN vat_id",
        },
    ),
    "user provisioning": (
        record(
            "userName name emails active",
            userName=TEXT,
            name=record("givenName familyName", givenName=TEXT, familyName=TEXT),
            emails=many(record("value", value=EMAIL, type={"enum": ["work", "home"]}, primary=YES)),
            active=YES,
            groups=many(TEXT),
            expiresOn=maybe(DAY),
            manager=maybe(record("value", value=TEXT, displayName=TEXT)),
        ),
        {
            "userName": "jkeller",
            "name": {"givenName": "Jordan", "familyName": "Keller"},
            "emails": [
                {"value": "jordan@meridian.example", "type": "work", "primary": True},
                {"value": "jk@home.example", "type": "home"},
                {"value": "j.keller@meridian.example"},
            ],
            "active": True,
            "groups": ["engineering", "on-call", "vpn"],
            "expiresOn": "2026-12-31",
            "manager": {"value": "u-17", "displayName": "Hannah Weiss"},
        },
    ),
    "purchase order": (
        record(
            "supplier currency lines total",
            supplier=record("id name", id=TEXT, name=TEXT, vatId=TEXT),
            currency={"enum": ["EUR", "USD", "CHF"]},
            lines=many(
                record(
                    "sku quantity unitPrice",
                    sku=TEXT,
                    description=TEXT,
                    quantity={**WHOLE, "minimum": 1},
                    unitPrice=MONEY,
                )
            ),
            deliverBy=DAY,
            total=MONEY,
            costCentre=TEXT,
        ),
        {
            "supplier": {"id": "S-204", "name": "Nordlicht AG"},
            "currency": "EUR",
            "lines": [
                {"sku": "A-100", "description": "Switch, 48 ports", "quantity": 2, "unitPrice": 8100.25},
                {"sku": "A-200", "description": "Rack", "quantity": 1, "unitPrice": 1450},
                {"sku": "A-300", "description": "Cabling", "quantity": 40, "unitPrice": 20},
            ],
            "deliverBy": "2026-06-01",
            "total": 18450.5,
        },
    ),
    "DNS record": (
        record(
            "zone record",
            zone=TEXT,
            record=tagged(
                "type",
                A=record("name address", name=TEXT, address={**TEXT, "title": "IPv4 address"}),
                AAAA=record("name address", name=TEXT, address={**TEXT, "title": "IPv6 address"}),
                MX=record("name host priority", name=TEXT, host=TEXT, priority=WHOLE),
                TXT=record("name text", name=TEXT, text=TEXT),
            ),
            ttl={"type": "integer", "minimum": 60, "default": 300},
            proxied={"type": ["boolean", "null"]},
        ),
        {
            "zone": "meridian.example",
            "record": {"type": "MX", "name": "@", "host": "mx1.mail.example", "priority": 10},
            "proxied": None,
        },
    ),
    "Kubernetes scale": (
        record(
            "cluster namespace deployment replicas",
            cluster={"enum": ["staging", "production"]},
            namespace=TEXT,
            deployment=TEXT,
            replicas={"type": "integer", "minimum": 0, "maximum": 200},
            labels={
                "type": "object",
                "patternProperties": {"^[a-z][a-z0-9./-]*$": TEXT},
                "additionalProperties": False,
            },
            resources=record("", cpu=TEXT, memory=TEXT),
        ),
        {
            "cluster": "production",
            "namespace": "payments",
            "deployment": "api",
            "replicas": 12,
            "labels": {"app": "api", "tier": "front", "team.example/owner": "sre"},
            "resources": {"cpu": "500m"},
        },
    ),
    "Helm install": (
        {
            "$defs": {
                "Env": record("name", name=TEXT, value={"type": ["string", "integer", "boolean"]}),
                "Port": record("port", port=WHOLE, protocol={"enum": ["TCP", "UDP"]}),
            },
            **record(
                "release chart version values",
                release={**TEXT, "maxLength": 53},
                chart=TEXT,
                version=TEXT,
                values=record(
                    "image",
                    image=record("repository tag", repository=TEXT, tag=TEXT),
                    env=many({"$ref": "#/$defs/Env"}),
                    ports=many({"$ref": "#/$defs/Port"}),
                    annotations={"type": "object", "additionalProperties": TEXT},
                ),
                atomic=YES,
                timeoutSeconds=WHOLE,
            ),
        },
        {
            "release": "grafana",
            "chart": "grafana/grafana",
            "version": "8.5.1",
            "values": {
                "image": {"repository": "grafana/grafana", "tag": "11.2.0"},
                "env": [
                    {"name": "LOG_LEVEL", "value": "info"},
                    {"name": "WORKERS", "value": 4},
                    {"name": "ANONYMOUS", "value": False},
                ],
                "ports": [
                    {"port": 3000, "protocol": "TCP"},
                    {"port": 9094, "protocol": "UDP"},
                    {"port": 9095},
                ],
                "annotations": {"owner": "sre"},
            },
            "atomic": True,
        },
    ),
    "ad budget": (
        record(
            "campaign dailyBudget",
            campaign=record("id name", id=TEXT, name=TEXT),
            dailyBudget={**MONEY, "maximum": 50000, "title": "Budget for a day"},
            currency={"const": "EUR"},
            bidding=tagged(
                "strategy",
                manual=record("maxCpc", maxCpc=MONEY),
                target=record("targetCpa", targetCpa=MONEY, learningDays=WHOLE),
            ),
            countries=many({"type": "string", "minLength": 2, "maxLength": 2}),
            runsUntil=DAY,
        ),
        {
            "campaign": {"id": "c-77", "name": "Spring"},
            "dailyBudget": 1200.5,
            "currency": "EUR",
            "bidding": {"strategy": "target", "targetCpa": 18.4, "learningDays": 7},
            "countries": ["DE", "AT", "CH"],
            "runsUntil": "2026-05-31",
        },
    ),
    "chat message": (
        {
            "$defs": {
                "Block": tagged(
                    "type",
                    section=record("text", text=TEXT),
                    image=record("url alt", url=WEB, alt=TEXT),
                    divider=record(""),
                    group=record("blocks", blocks=many({"$ref": "#/$defs/Block"})),
                )
            },
            **record(
                "channel blocks",
                channel={**TEXT, "pattern": "^[#@]"},
                text=TEXT,
                blocks=many({"$ref": "#/$defs/Block"}),
                threadTs=maybe(TEXT),
                unfurl=YES,
            ),
        },
        {
            "channel": "#incidents",
            "text": "Payments are slow",
            "blocks": [
                {"type": "section", "text": "Payments are slow since 14:02."},
                {"type": "divider"},
                {"type": "image", "url": "https://graphs.example/p99.png", "alt": "p99 over the day"},
                {"type": "group", "blocks": [{"type": "section", "text": "Marcus looks at it."}]},
            ],
            "threadTs": None,
        },
    ),
    "wiki page": (
        {
            "definitions": {
                "node": {
                    "type": "object",
                    "properties": {
                        "heading": TEXT,
                        "body": TEXT,
                        "children": {"type": "array", "items": {"$ref": "#/definitions/node"}},
                    },
                    "required": ["heading"],
                    "additionalProperties": False,
                }
            },
            **record(
                "space title root",
                space=TEXT,
                title=TEXT,
                labels=many(TEXT),
                root={"$ref": "#/definitions/node"},
                notifyWatchers=YES,
            ),
        },
        {
            "space": "OPS",
            "title": "How we rotate keys",
            "labels": ["runbook", "security", "keys"],
            "root": {
                "heading": "Overview",
                "body": "Keys are rotated each quarter.",
                "children": [
                    {
                        "heading": "Before",
                        "body": "Tell the owners.",
                        "children": [
                            {
                                "heading": "Who",
                                "children": [
                                    {
                                        "heading": "Where",
                                        "children": [
                                            {
                                                "heading": "On the page of the team",
                                                "children": [{"heading": "And in the channel of the team"}],
                                            }
                                        ],
                                    }
                                ],
                            }
                        ],
                    },
                    {"heading": "After"},
                    {"heading": "Questions"},
                ],
            },
            "notifyWatchers": False,
        },
    ),
    "subscription change": (
        record(
            "customer items proration",
            customer=TEXT,
            items=many(record("price quantity", price=TEXT, quantity=WHOLE)),
            proration=tagged(
                "mode",
                now=record("", invoiceNow=YES),
                later=record("from", **{"from": DAY}),
                none=record(""),
            ),
            coupon=maybe(TEXT),
            discount={"anyOf": [{"type": "number", "title": "Percent"}, {"type": "string", "title": "Code"}]},
            trialEnd={"type": ["string", "null"], "format": "date"},
        ),
        {
            "customer": "cus_9",
            "items": [
                {"price": "team", "quantity": 12},
                {"price": "audit", "quantity": 1},
                {"price": "support", "quantity": 1},
            ],
            "proration": {"mode": "later", "from": "2026-05-01"},
            "coupon": None,
            "discount": 12.5,
            "trialEnd": None,
        },
    ),
    "file edit": (
        record(
            "path edits",
            path=TEXT,
            edits=many(record("oldText newText", oldText=TEXT, newText=TEXT)),
            dryRun={**YES, "default": False},
            mode={"enum": ["0644", "0755"]},
        ),
        {
            "path": "config/limits.toml",
            "edits": [
                {"oldText": "retries = 3", "newText": "retries = 5"},
                {"oldText": "timeout = 10\n", "newText": "timeout = 30\nbackoff = 2\n"},
                {"oldText": "# old", "newText": ""},
            ],
            "mode": "0644",
        },
    ),
}
