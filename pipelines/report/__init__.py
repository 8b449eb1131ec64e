"""What people are told: words about runs, plans and people. It reads tables; it decides nothing and writes nothing."""
