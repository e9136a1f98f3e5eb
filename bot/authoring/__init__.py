"""Tools for researchers and translators."""
