"""An embedded CRM that misbehaves on purpose: for tests, and only where it is asked for."""
