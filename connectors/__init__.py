"""Everything that crosses the process border: files, other CRMs, the CRM. Knows nothing of Dagster."""
