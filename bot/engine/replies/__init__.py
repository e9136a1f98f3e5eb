"""What a typed reply means: (question, reply, lexicons, language) -> a reading. Pure."""
