"""How large may a form grow? In one place, because each bound follows from another."""

MAX_LEAVES = 500
"""Above this many values a form is no help, and the payload is shown as JSON only."""
MAX_NAMES = 900
"""Django refuses a post of more than 1,000 fields, and the page has some of its own."""
MAX_ROWS = 500
"""Rows of one list."""
