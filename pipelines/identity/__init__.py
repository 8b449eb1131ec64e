"""Who is who: records and contacts to people and companies, and the golden value of every field."""
