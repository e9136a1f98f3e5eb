"""Who takes part, where they are reached, what is due."""
