"""Lent authority: who lends what to whom, and what was decided under it."""
