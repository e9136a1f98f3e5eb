"""Speed beside floor servers that do the same rows by hand, in one run: ``make bench``."""
