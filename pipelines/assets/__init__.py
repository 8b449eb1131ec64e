"""The stages as Dagster assets, one thin file each."""
