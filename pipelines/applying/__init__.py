"""From a sealed plan to the CRM: each call is journalled before it leaves, and what was written is read back."""
