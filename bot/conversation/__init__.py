"""All that can happen in a conversation: one message, one timer, one opening."""
