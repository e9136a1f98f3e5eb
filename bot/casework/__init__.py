"""What happened with the client, and the concerns a person takes over."""
