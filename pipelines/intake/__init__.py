"""From what a source gives to clean records. Extract lands every column as text; clean maps and types it."""
