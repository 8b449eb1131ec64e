"""The CRM: its wire contract, a client for it, and an embedded server that speaks the same."""
