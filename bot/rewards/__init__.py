"""Money promised and paid."""
