"""Which words do people write who know another language, and what should they write instead?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

OPERATORS = ("+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "in")
VARIABLES = ("payload", "confidence", "risk", "workflow", "agent", "evidence", "context")
MEANT = {
    "or": _("write || instead of or"),
    "OR": _("write || instead of OR"),
    "|": _("write || for “or”"),
    "and": _("write && instead of and"),
    "AND": _("write && instead of AND"),
    "&": _("write && for “and”"),
    "not": _("write ! instead of not"),
    "NOT": _("write ! instead of NOT"),
    "=": _("write == to compare"),
    "===": _("write == to compare"),
    "<>": _("write != for “differs”"),
    "is": _("write == to compare"),
    "True": _("write true"),
    "False": _("write false"),
    "None": _("write null"),
    "NULL": _("write null"),
    "nil": _("write null"),
    "undefined": _("write has(payload.field) to ask whether a field is there"),
    "like": _('write payload.field.contains("text")'),
    "~": _('write payload.field.matches("pattern")'),
    "between": _("write payload.field >= 1 && payload.field <= 5"),
    "if": _("write condition ? this : that"),
    ";": _("leave it out"),
    ")": _("no bracket opens before it"),
    "->": _("write a dot before a field"),
    "$": _("write the number alone"),
    "€": _("write the number alone"),
    "£": _("write the number alone"),
    "“": _('write straight quotes: "text"'),
    "”": _('write straight quotes: "text"'),
    "„": _('write straight quotes: "text"'),
    "\u2018": _('write straight quotes: "text"'),
    "\u2019": _('write straight quotes: "text"'),
}
FUNCTIONS = {
    "len": "size(…)",
    "length": "size(…)",
    "count": "size(…)",
    "any": "exists(item, …)",
    "some": "exists(item, …)",
    "every": "all(item, …)",
    "includes": 'contains("text")',
    "startswith": 'startsWith("text")',
    "endswith": 'endsWith("text")',
    "regex": 'matches("pattern")',
    "match": 'matches("pattern")',
    "lower": 'matches("(?i)text")',
    "upper": 'matches("(?i)text")',
    "tolowercase": 'matches("(?i)text")',
    "touppercase": 'matches("(?i)text")',
}
SHAPES = {
    "size": "size(payload.items)",
    "exists": "evidence.exists(item, …)",
    "all": "evidence.all(item, …)",
    **{name: f'payload.field.{name}("text")' for name in ("contains", "startsWith", "endsWith", "matches")},
}
"""The functions that exist, and how they are called."""
