"""Rules of the store, on both databases."""
