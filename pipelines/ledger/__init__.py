"""What we meant to send, what we sent and what came back: SQLite, durable before bytes leave."""
