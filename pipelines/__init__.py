"""What is done with records: land, clean, resolve, plan, apply, export."""
