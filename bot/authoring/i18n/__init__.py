"""Locale files for translators: made, kept up to date, counted, printed, tried out."""
