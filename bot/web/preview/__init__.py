"""The phone in the browser: the same engine, texts and outbox as in production, no account."""
