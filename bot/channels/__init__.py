"""Speaks to other companies."""
