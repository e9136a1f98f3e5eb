"""Figures with their denominators, and exports; reads only."""
