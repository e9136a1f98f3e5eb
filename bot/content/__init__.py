"""Turns flows, locales and pictures into what a person sees."""
