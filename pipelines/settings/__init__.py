"""sync.toml, checked, and what it names: the sources' connectors and the CRM's client."""
