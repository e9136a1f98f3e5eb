"""Real processes, servers and faults: the whole bot, and a town of people who answer it."""
