"""Which words do people write who know another language, and what should they write instead?"""

from __future__ import annotations

OPERATORS = ("+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "in")
VARIABLES = ("payload", "confidence", "risk", "workflow", "agent", "evidence", "context")
MEANT = {
    "or": "write || instead of or",
    "OR": "write || instead of OR",
    "|": "write || for “or”",
    "and": "write && instead of and",
    "AND": "write && instead of AND",
    "&": "write && for “and”",
    "not": "write ! instead of not",
    "NOT": "write ! instead of NOT",
    "=": "write == to compare",
    "===": "write == to compare",
    "<>": "write != for “differs”",
    "is": "write == to compare",
    "True": "write true",
    "False": "write false",
    "None": "write null",
    "NULL": "write null",
    "nil": "write null",
    "undefined": "write has(payload.field) to ask whether a field is there",
    "like": 'write payload.field.contains("text")',
    "~": 'write payload.field.matches("pattern")',
    "between": "write payload.field >= 1 && payload.field <= 5",
    "if": "write condition ? this : that",
    ";": "leave it out",
    ")": "no bracket opens before it",
    "->": "write a dot before a field",
    "$": "write the number alone",
    "€": "write the number alone",
    "£": "write the number alone",
    "“": 'write straight quotes: "text"',
    "”": 'write straight quotes: "text"',
    "„": 'write straight quotes: "text"',
    "\u2018": 'write straight quotes: "text"',
    "\u2019": 'write straight quotes: "text"',
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
