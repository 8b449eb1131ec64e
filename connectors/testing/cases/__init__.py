"""The cases of the suite, by what they are about. `connectors.testing.contract` puts them together."""
