"""What would change and why: the plan, its gates, its seal. Pure: nothing is sent, nothing is kept."""
