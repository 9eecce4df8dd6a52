"""Wiring only: settings, URLs, servers. Nothing imports it."""
