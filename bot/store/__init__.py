"""Opens the database and knows how values become columns: see ``database`` and ``columns``."""
